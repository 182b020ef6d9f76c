"""The way between a machine's site and the other side: up or down, every byte counted (seed: Replication process 4).

A batch passes as a whole or not at all; the sender learns which, as a transport with acknowledgements tells it.
"""


class LinkDown(Exception):  # noqa: N818  (a state of the world that the sender handles, not a defect)
    """Nothing travelled."""


class Link:
    """One machine's link; `bytes_sent` counts what left for the other side since reset."""

    def __init__(self) -> None:
        """Up, and nothing sent."""
        self.up = True
        self.bytes_sent = 0

    def require(self) -> None:
        """Raise LinkDown unless something can travel now."""
        if not self.up:
            raise LinkDown

    def carried(self, size_bytes: int) -> None:
        """Count `size_bytes` that travelled; raises LinkDown when they could not have."""
        self.require()
        self.bytes_sent += size_bytes
