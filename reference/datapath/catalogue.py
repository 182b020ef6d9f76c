"""The catalogue of recovery points: which there are, in which order, and which undo logs each one owns.

One sealed frame of JSON in the file `points`, replaced as a whole. A point's image is the seed under the undo logs of
the point and of every later one, the earliest winning; so dropping a middle point hands its logs to the one before, and
dropping the oldest throws its logs away. (docs/data-path.md, Structure)

Maintainers keep: a log that the catalogue does not name is an orphan; one that it names and that is missing is damage.
"""

import msgspec
from attrs import field, frozen

from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.reference.datapath import frames
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.log import Position
from siteproof.reference.datapath.segment import HEADER_BYTES, Role, SegmentFile, SegmentHeader, new_header
from siteproof.reference.datapath.state import replace


@frozen
class Entry:
    """One point, the undo logs that it owns (oldest first) and the disk's size in bytes when it was taken."""

    point: RecoveryPoint
    size_bytes: int
    logs: tuple[int, ...]


@frozen
class Catalogue:
    """All points, oldest first. `ends` tells where closed logs end: segment, offset, sequence.

    `number` rises with every replacement; the replica's state knows it, so an older one is not taken for this one.
    """

    entries: tuple[Entry, ...] = ()
    next_log: int = 1
    number: int = 0
    ends: dict[str, tuple[int, int, int]] = field(factory=dict)

    @property
    def logs(self) -> tuple[int, ...]:
        """The undo logs of all points, oldest first."""
        return tuple(log for entry in self.entries for log in entry.logs)

    def end(self, log: int) -> Position:
        """Where a log ended when the catalogue was written, at least."""
        return Position(*self.ends.get(str(log), (1, 0, 0)))


def save(executor: Executor, folder: str, keys: DiskKeys, catalogue: Catalogue) -> None:
    """Replace the catalogue durably and atomically."""
    header, cipher = new_header(keys, SegmentHeader(Role.CATALOGUE, keys.disk, 0, 0))
    frame = frames.seal(cipher, 0, frames.note(FrameKind.MARKER, msgspec.json.encode(catalogue), 0))
    replace(executor, folder, "points", header.pack() + frame)


def load(executor: Executor, folder: str, keys: DiskKeys, number: int) -> Catalogue:
    """The catalogue, empty when none was written yet; CorruptLog when it is damaged, missing or older than `number`."""
    file = f"{folder}/points"
    known = _read(executor, file, keys) if executor.exists(file) else Catalogue()
    if known.number < number:
        what = f"catalogue {known.number}" if known.number else "no catalogue"
        raise CorruptLog(file, 0, f"{what} where number {number} was written: lost, or an older one was put back")
    return known


def _read(executor: Executor, file: str, keys: DiskKeys) -> Catalogue:
    record = SegmentFile(executor, file, keys, Role.CATALOGUE).record(HEADER_BYTES, 0)
    try:
        return msgspec.json.decode(record.raw(), type=Catalogue)
    except msgspec.ValidationError as error:
        raise CorruptLog(file, HEADER_BYTES, f"the catalogue is not understood: {error}") from error
