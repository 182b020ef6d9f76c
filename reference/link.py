"""The way between a machine's site and the other side: up or down, every byte counted (seed: Replication process 4).

A batch passes as a whole or not at all; the sender learns which, as a transport with acknowledgements tells it.
"""

from collections.abc import Callable

from siteproof.model.nouns.frames import TappedFrame
from siteproof.reference.datapath.effects import Bytes

Happening = Callable[[], bool]
"""Something that was arranged; true when the connection did not survive it."""


class LinkDown(Exception):  # noqa: N818  (a state of the world that the sender handles, not a defect)
    """Nothing travelled."""


class Link:
    """One machine's link; `bytes_sent` counts what left for the other side since reset."""

    def __init__(self) -> None:
        """Up, and nothing sent."""
        self.up = True
        self.served = True  # a process server takes what the agent has; without one nothing leaves, and nothing is lost
        self.bytes_sent = 0
        self.heard: list[TappedFrame] | None = None  # what left since somebody asked; None: nobody listens
        self._arranged: list[tuple[int, Happening]] = []

    def require(self) -> None:
        """Raise LinkDown unless something can travel now."""
        if not (self.up and self.served):
            raise LinkDown

    def carried(self, size_bytes: int) -> None:
        """Count `size_bytes` that travelled; raises LinkDown when they could not have."""
        self.require()
        self._meet(self.bytes_sent + size_bytes)
        self.bytes_sent += size_bytes

    def tap(self) -> tuple[TappedFrame, ...]:
        """What left since the last time; the first time it begins to listen."""
        heard, self.heard = tuple(self.heard or ()), []
        return heard

    def shown(self, disk: str, sealed: Bytes, key: str, nonce: bytes) -> None:
        """Somebody may listen."""
        if self.heard is not None:
            self.heard.append(TappedFrame(disk, bytes(sealed), key, nonce))

    def when(self, size_bytes: int, happening: Happening) -> None:
        """Let something happen just before more than `size_bytes`, from now on, have left."""
        self._arranged.append((self.bytes_sent + size_bytes, happening))

    def forget(self) -> None:
        """Nothing is arranged any more."""
        self._arranged.clear()

    def _meet(self, count_bytes: int) -> None:
        """Whatever breaks into a transfer breaks the connection: LinkDown, also where the link itself stays up."""
        due = [each for each in self._arranged if each[0] < count_bytes]
        self._arranged = [each for each in self._arranged if each not in due]
        broken = [happening() for _, happening in due]
        if any(broken) or not (self.up and self.served):
            raise LinkDown
