"""What was written to the running side and is not known to have arrived.

Rule: a write is taken off only by a shipment that began after it, so that one which comes while a shipment runs stays.
"""

from collections import defaultdict


class Changes:
    """The changes of one machine's disks, in order; `written`, `shipped` and `pointed` are sequences by disk."""

    def __init__(self, disks: int) -> None:
        """Nothing has been written."""
        self.written = dict.fromkeys(range(disks), 0)
        self.shipped = dict(self.written)
        self.pointed = dict(self.written)
        self.since_point = False
        self._waiting: list[tuple[int, range]] = []

    def note(self, disk: int, blocks: range, sequence: int) -> None:
        """These blocks were changed, by the write of that sequence (0: by a discard)."""
        self._waiting.append((disk, blocks))
        self.written[disk] = max(self.written[disk], sequence)
        self.since_point = True

    def stand(self) -> tuple[int, dict[int, int]]:
        """Where a shipment that begins now stands; handed to `arrived` when it has ended."""
        return len(self._waiting), dict(self.written)

    def arrived(self, stand: tuple[int, dict[int, int]]) -> None:
        """A shipment that stood there has ended well."""
        count, written = stand
        del self._waiting[:count]
        self.shipped = written

    def point(self) -> None:
        """A point holds what was shipped."""
        self.pointed = dict(self.shipped)
        self.since_point = bool(self._waiting)

    def dirty_blocks(self, disk: int) -> int:
        """How many different blocks of the disk are not known to have arrived."""
        blocks: defaultdict[int, set[int]] = defaultdict(set)
        for number, changed in list(self._waiting):
            blocks[number].update(changed)
        return len(blocks[disk])

    @property
    def any(self) -> bool:
        """Whether anything is not known to have arrived."""
        return bool(self._waiting)
