"""The cut checker: is an image a past state of its disks, up to which write, and if not, which two writes say so?

Rule: an image is a cut at position p when every block of every disk holds what it held after the first p writes. Each
version of a block is alive for an interval of positions; a legal cut is a position that lies, for every block, in one
of the intervals whose content the block holds. One sweep over a difference array finds them all, so repeated contents
cost nothing special. Subjects that promise only the order of flushes are judged on the axis of flush epochs instead:
everything before some barrier is there, nothing after the next one, and in between every block is free
(docs/design.md, Conformance).
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from attrs import define, field, frozen

from siteproof.conformance.digests import Digests
from siteproof.conformance.images import DiskPicture
from siteproof.conformance.ledger import Ledger, Numbers, Versions
from siteproof.model.nouns.stamp import read_header, read_stamp


@frozen
class CutPositions:
    """The legal positions as half-open spans, in order; when there is none, `contradiction` says why."""

    spans: tuple[tuple[int, int], ...]
    contradiction: str = ""

    @property
    def latest(self) -> int:
        """The newest legal position."""
        return self.spans[-1][1] - 1

    def within(self, low: int, high: int) -> "CutPositions":
        """The part of it with low <= position <= high."""
        inside = ((max(start, low), min(end, high + 1)) for start, end in self.spans)
        left = tuple((start, end) for start, end in inside if start < end)
        return CutPositions(left, "" if left else "the image fits no state that its size ever had")

    def meets(self, low: int, high: int) -> bool:
        """Some legal position p has low <= p <= high."""
        return any(start <= high and low < end for start, end in self.spans)


@frozen
class _Held:
    """A block holds a content that was alive from `born` until `died`."""

    disk: int
    block: int
    born: int
    died: int


@define(eq=False)
class Sweep:
    """Feed it every chunk of every disk, then ask for the cut; memory grows with the history, not with the images."""

    ledgers: Sequence[Ledger]
    end: int
    by_flush: bool = False
    covered: Numbers = field(init=False)
    expected: int = 0
    strangers: list[tuple[int, int]] = field(factory=list)
    _hulls: list[tuple[int, Numbers, Numbers, Numbers]] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.covered = np.zeros(self.end + 2, dtype=np.int64)

    def feed(self, disk: int, first: int, digests: Digests) -> None:
        """The digests of blocks first, first + 1, … of the disk with that index."""
        ledger = self.ledgers[disk]
        versions = ledger.versions()
        inside = slice(*np.searchsorted(versions.block, (first, first + len(digests))))
        alive = np.flatnonzero(digests[versions.block[inside] - first] == versions.digest[inside]) + (inside.start or 0)
        written = versions.written[slice(*np.searchsorted(versions.written, (first, first + len(digests))))]
        self.expected += len(written)
        self._note_strangers(disk, _strangers(ledger.base, first, digests, written, versions.block[alive]))
        self._cover(disk, versions, alive)

    def cut(self) -> CutPositions:
        """The verdict over everything that was fed."""
        if self.strangers:
            return CutPositions((), "")
        legal = np.cumsum(self.covered)[: self.end + 1] == self.expected
        return CutPositions(_spans(legal))

    def _note_strangers(self, disk: int, blocks: Numbers) -> None:
        self.strangers.extend((disk, block) for block in blocks.tolist())

    def _cover(self, disk: int, versions: Versions, alive: Numbers) -> None:
        block = versions.block[alive]
        born, died = self._interval(versions, alive)
        start = _without_overlap(block, born, died)
        real = start < died
        np.add.at(self.covered, start[real], 1)
        np.add.at(self.covered, died[real], -1)
        self._hulls.append((disk, block, born, died))

    def _interval(self, versions: Versions, alive: Numbers) -> tuple[Numbers, Numbers]:
        """Half-open intervals on the axis, cut off behind the last position."""
        if not self.by_flush:
            return versions.born[alive], np.minimum(versions.died[alive], self.end + 1)
        died = versions.epoch_died[alive]
        return versions.epoch_born[alive], np.where(died >= self.end, self.end + 1, died + 1)

    def smallest_contradiction(self) -> tuple[_Held, _Held] | None:
        """(old, new): `old` was overwritten before `new` was written, and the history up to `new` is the shortest."""
        disk, block, born, died = self._joined_hulls()
        if not len(block) or born.max() < died.min():
            return None
        new = int(np.flatnonzero(born == born[born >= died.min()].min())[0])
        old = int(np.flatnonzero(died <= born[new])[np.argmax(died[died <= born[new]])])
        return _held(disk, block, born, died, old), _held(disk, block, born, died, new)

    def _joined_hulls(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """One hull of intervals per block: (disk, block, first birth, last death)."""
        parts = [(np.full_like(block, disk), block, born, died) for disk, block, born, died in self._hulls]
        disk, block, born, died = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        last = np.append((disk[1:] != disk[:-1]) | (block[1:] != block[:-1]), True) if len(block) else np.zeros(0, bool)
        first = np.roll(last, 1)
        return disk[first], block[first], born[first], died[last]


def check(
    ledgers: Sequence[Ledger],
    pictures: Iterable[DiskPicture],
    end: int,
    *,
    by_flush: bool = False,
) -> CutPositions:
    """Judge pictures of all disks of a machine (or group) together, over the history up to position `end`.

    With `by_flush` the axis counts flush epochs, and each disk has to be checked on its own.
    """
    assert not by_flush or len(ledgers) == 1, "flush barriers belong to one disk"
    seen = tuple(pictures)
    axis_end = ledgers[0].epoch if by_flush else end
    sweep = Sweep(ledgers, axis_end, by_flush)
    if wrong_size := _size_mismatch(ledgers, seen):
        return CutPositions((), wrong_size)
    for index, picture in enumerate(seen):
        sweep.feed(index, 0, picture.digests)
    found = sweep.cut()
    if not found.spans:
        return CutPositions((), explain(sweep, seen))
    return found if by_flush else found.within(*_window(ledgers, seen, end))


def explain(sweep: Sweep, pictures: Sequence[DiskPicture]) -> str:
    """Why there is no legal cut, in one sentence that names blocks and writes."""
    if sweep.strangers:
        disk, block = sweep.strangers[0]
        return _stranger(sweep.ledgers[disk], pictures[disk], block)
    pair = sweep.smallest_contradiction()
    return _pair(sweep, *pair) if pair else _best(sweep)


def stale(ledgers: Sequence[Ledger], pictures: Iterable[DiskPicture], low: int) -> str:
    """The first block that does not yet hold what had been replicated at position `low`; empty when there is none."""
    for ledger, picture in zip(ledgers, pictures, strict=True):
        wanted = ledger.digests_at(low)
        common = min(len(wanted), len(picture.digests))
        for block in np.flatnonzero(wanted[:common] != picture.digests[:common]).tolist():
            last = ledger.last_of(block, low)
            return f"{_where(ledger, block)} does not hold {last or 'its initial content'}"
    return ""


def _strangers(base: Digests, first: int, digests: Digests, written: Numbers, alive: Numbers) -> Numbers:
    """Block numbers whose content was never theirs."""
    wrong = digests != base[first : first + len(digests)]
    wrong[written - first] = True
    wrong[alive - first] = False
    return np.flatnonzero(wrong) + first


def _without_overlap(block: Numbers, born: Numbers, died: Numbers) -> Numbers:
    """Starts such that the intervals of a block do not overlap; births and deaths rise within a block."""
    start = born.copy()
    same = block[1:] == block[:-1]
    start[1:][same] = np.maximum(born[1:][same], died[:-1][same])
    return start


def _spans(legal: npt.NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], legal, [False]]).astype(np.int8)))
    return tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _held(disk: Numbers, block: Numbers, born: Numbers, died: Numbers, index: int) -> _Held:
    return _Held(int(disk[index]), int(block[index]), int(born[index]), int(died[index]))


def _size_mismatch(ledgers: Sequence[Ledger], pictures: Sequence[DiskPicture]) -> str:
    if len(ledgers) != len(pictures):
        return f"{len(pictures)} disks were read, {len(ledgers)} are expected"
    for ledger, picture in zip(ledgers, pictures, strict=True):
        sizes = {ledger.blocks, *(blocks for _, blocks in ledger.sizes)}
        if len(picture.digests) not in sizes:
            return f"disk {picture.name} has {len(picture.digests)} blocks, not {ledger.blocks}"
    return ""


def _window(ledgers: Sequence[Ledger], pictures: Sequence[DiskPicture], end: int) -> tuple[int, int]:
    """The positions at which every disk had the size that was read."""
    low, high = 0, end
    for ledger, picture in zip(ledgers, pictures, strict=True):
        held = [until for until, blocks in ledger.sizes if blocks == len(picture.digests)]
        left = [until + 1 for until, blocks in ledger.sizes if blocks != len(picture.digests)]
        fits_now = ledger.blocks == len(picture.digests)
        low, high = max([low, *(left if fits_now else [])]), high if fits_now else min(high, max(held))
    return low, high


def _stranger(ledger: Ledger, picture: DiskPicture, block: int) -> str:
    data = picture.odd.get(block, b"")
    header = read_header(data)
    if header is None:
        return f"{_where(ledger, block)} holds bytes that nobody wrote there"
    if read_stamp(data) is None:
        return f"{_where(ledger, block)} is torn: its header is of write #{header.sequence}, the rest is not"
    owner = f"machine {header.machine} disk {header.disk} block {header.block}"
    return f"{_where(ledger, block)} holds write #{header.sequence} of {owner}, which nobody wrote there"


def _pair(sweep: Sweep, old: _Held, new: _Held) -> str:
    older, newer = sweep.ledgers[old.disk], sweep.ledgers[new.disk]
    if sweep.by_flush:
        return (
            f"{_where(older, old.block)} lacks a write of flush epoch {old.died - 1} or before, "
            f"but {_where(newer, new.block)} already holds a write of epoch {new.born}"
        )
    holds = _born(older, old)
    gone = older.entry_at(old.died)
    already = _born(newer, new)
    return (
        f"{_where(older, old.block)} holds {holds} but {_where(newer, new.block)} already holds {already}, "
        f"and {holds} was overwritten by {gone} before {already}"
    )


def _best(sweep: Sweep) -> str:
    covered = np.cumsum(sweep.covered)[: sweep.end + 1]
    best = int(np.argmax(covered))
    left = sweep.expected - int(covered[best])
    return f"no position fits every block; the best, {best}, leaves {left} blocks unexplained"


def _born(ledger: Ledger, held: _Held) -> str:
    return str(ledger.entry_at(held.born)) if held.born else "its initial content"


def _where(ledger: Ledger, block: int) -> str:
    return f"block {block}" if ledger.name in ("", "disk0") else f"{ledger.name} block {block}"
