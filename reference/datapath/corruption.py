"""What is said when a record cannot be believed (domain §6, CorruptLogRecord).

Maintainers keep: whoever raises it has changed nothing; whoever catches it marks a resynchronisation, never repairs.
"""


class CorruptLog(Exception):  # noqa: N818  (it names what was found)
    """A record is damaged, replayed, out of order or missing: which file, at which byte offset, and why."""

    def __init__(self, file: str, offset: int, reason: str) -> None:
        """`file` is the segment or stream, `offset` in bytes within it, `reason` one clause in words."""
        self.file = file
        self.offset = offset
        self.reason = reason
        super().__init__(f"{file} at byte {offset}: {reason}")
