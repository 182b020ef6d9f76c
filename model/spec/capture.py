"""How exactly writes are captured, disk by disk: data, metadata, bitmap, and the way back (domain §1, §3, §5).

(seed: Resynchronization process). Data mode sends what all disks have recorded as one cut of the machine. A disk under
pressure keeps less: in metadata mode the order of its writes without their data, in bitmap mode not even that. No write
ever waits. A point needs every disk in data mode and a whole cut since; memory that runs out marks the machine.

Assumes: what is sent is at the replica in the same step, a whole cut as well, so nothing is lost on its way; the
comparison is one step, of the live content of both sides.
"""

from collections.abc import Iterator
from itertools import pairwise

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Effect,
    Int,
    Part,
    Step,
    action,
    after,
    always,
    bound,
    define,
    eventually,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
    whenever,
)
from siteproof.model.language.promise import Leads
from siteproof.model.nouns.vocabulary import Resync, WriteOrderMode
from siteproof.model.spec.data_plane.machine import FIRST, is_next, is_past_image

DATA, METADATA, BITMAP = WriteOrderMode.DATA, WriteOrderMode.METADATA, WriteOrderMode.BITMAP


class Disk(Component):
    """One disk: what the workload wrote, what the replica holds, which blocks are recorded, and how exactly."""

    def __init__(self, bounds: Bounds) -> None:
        """In step, in data mode."""
        super().__init__()
        blocks, versions = bounds["blocks"], bound(bounds, "versions")
        self.mode = self.symbol(DATA)
        self.source = self.numbers(blocks, to=versions, initially=FIRST)
        self.replica = self.numbers(blocks, to=versions, initially=FIRST)
        self.recorded = self.flags(blocks)
        self.point = self.numbers(blocks, to=versions, initially=FIRST)
        self.blocks = range(blocks)


class Captured(Component):
    """A machine with its disks. The workload writes the blocks of all of them in turn.

    `whole` says that the replica got nothing since the last cut of the whole machine. Each disk keeps its part of the
    newest point.
    """

    def __init__(self, bounds: Bounds) -> None:
        """In step, with a point."""
        super().__init__()
        self.resync = self.symbol(Resync.NONE)
        self.whole = self.flag(initially=True)
        self.disks = tuple(Disk(bounds) for _ in range(bounds["disks"]))
        self.last_version = bound(bounds, "versions")

    @property
    def source(self) -> tuple[Int, ...]:
        """Every block of the machine, disk by disk."""
        return tuple(content for disk in self.disks for content in disk.source)

    @property
    def replica(self) -> tuple[Int, ...]:
        """The same blocks at the other side."""
        return tuple(content for disk in self.disks for content in disk.replica)

    @property
    def point(self) -> tuple[Int, ...]:
        """The same blocks in the newest point."""
        return tuple(content for disk in self.disks for content in disk.point)


@define
def all_in_data_mode(c: Captured) -> Bool:
    """Every disk is captured in order and with its data."""
    return for_each(c.disks, lambda disk: disk.mode == DATA)


@define
def is_caught_up(d: Disk) -> Bool:
    """Nothing of the disk has to be sent."""
    return for_each(d.recorded, lambda record: ~record)


@define
def records_count(c: Captured) -> Bool:
    """Everything that changed is recorded."""
    return c.resync.is_in(Resync.NONE, Resync.RUNNING)


@define
def is_oldest(d: Disk, block: int) -> Bool:
    """The first write that the replica lacks is one to this block."""
    mine = d.replica[block]
    before = for_each(d.replica[:block], lambda other: mine < other)
    return before & for_each(d.replica[block + 1 :], lambda other: mine <= other)


def send_exactly(d: Disk, block: int) -> Iterator[Effect]:
    """In data mode the replica gets what is recorded of the block; in another mode the block waits."""
    sends = (d.mode == DATA) & d.recorded[block]
    yield d.replica[block].becomes(sends.if_else(d.source[block], d.replica[block]))
    yield d.recorded[block].becomes(d.recorded[block] & ~sends)


@action("CAP-1", disk="disks", block="blocks")
def write_and_record(c: Captured, disk: int, block: int) -> Step:
    """The workload writes its next block, whatever the mode; it is recorded as exactly as there is room for."""
    d = c.disks[disk]
    number = disk * len(d.blocks) + block
    return given(is_next(c.source, number, c.last_version)).then(
        d.source[block].becomes(d.source[block] + 1),
        d.recorded[block].becomes(True),
    )


@action("CAP-2")
def send_cut(c: Captured) -> Step:
    """Everything that disks in data mode have recorded is sent as one batch, closed by a bookmark.

    It is a cut of the whole machine only when no disk is in a coarser mode.
    """
    waits = exists(c.disks, lambda d: (d.mode == DATA) & ~is_caught_up(d))
    return given(records_count(c) & (waits | (all_in_data_mode(c) & ~c.whole))).then(
        c.whole.becomes(all_in_data_mode(c)),
        *(effect for d in c.disks for b in d.blocks for effect in send_exactly(d, b)),
    )


@action("CAP-3", disk="disks", block="blocks")
def send_in_order(c: Captured, disk: int, block: int) -> Step:
    """In metadata mode the oldest record is sent, with what the block holds by now."""
    d = c.disks[disk]
    return given(records_count(c) & (d.mode == METADATA) & d.recorded[block] & is_oldest(d, block)).then(
        c.whole.becomes(False),
        d.replica[block].becomes(d.source[block]),
        d.recorded[block].becomes(False),
    )


@action("CAP-4", disk="disks", block="blocks")
def send_any(c: Captured, disk: int, block: int) -> Step:
    """In bitmap mode any marked block is sent, with what it holds by now."""
    d = c.disks[disk]
    return given(records_count(c) & (d.mode == BITMAP) & d.recorded[block]).then(
        c.whole.becomes(False),
        d.replica[block].becomes(d.source[block]),
        d.recorded[block].becomes(False),
    )


@action("CAP-5", disk="disks")
def memory_runs_low(c: Captured, disk: int) -> Step:
    """There is no room for records of this kind: the disk goes on in the next mode, which needs less."""
    d = c.disks[disk]
    return given(d.mode != BITMAP).then(d.mode.becomes((d.mode == DATA).if_else(METADATA, BITMAP)))


@action("CAP-6", disk="disks")
def memory_runs_out(c: Captured, disk: int) -> Step:
    """There is no room even for the bitmap: its marks are gone, and the machine is marked for that."""
    d = c.disks[disk]
    return given(d.mode == BITMAP).then(
        c.resync.becomes(Resync.REQUIRED),
        *(record.becomes(False) for record in d.recorded),
    )


@action("CAP-7", disk="disks")
def back_to_data_mode(c: Captured, disk: int) -> Step:
    """The pressure is over and nothing inexact is left to send: the disk is captured with its data again."""
    d = c.disks[disk]
    return given((d.mode != DATA) & (c.resync == Resync.NONE) & is_caught_up(d)).then(d.mode.becomes(DATA))


@action("CAP-8")
def compare_disks(c: Captured) -> Step:
    """Both sides are compared: exactly the blocks that differ are marked, and sent in any order."""
    return given(c.resync == Resync.REQUIRED).then(
        c.resync.becomes(Resync.RUNNING),
        *(d.mode.becomes(BITMAP) for d in c.disks),
        *(d.recorded[b].becomes(d.source[b] != d.replica[b]) for d in c.disks for b in d.blocks),
    )


@action("CAP-9")
def disks_agree(c: Captured) -> Step:
    """Nothing is marked any more: the comparison is over."""
    return given((c.resync == Resync.RUNNING) & for_each(c.disks, is_caught_up)).then(c.resync.becomes(Resync.NONE))


@action("CAP-10")
def point_of_all_disks(c: Captured) -> Step:
    """A point is taken of all disks together: each in data mode, and the replica as the last whole cut left it."""
    exact = (c.resync == Resync.NONE) & all_in_data_mode(c)
    return given(exact & c.whole).then(*(d.point[b].becomes(d.replica[b]) for d in c.disks for b in d.blocks))


@always("CAP-11", why="a change that is neither recorded nor looked for is missing in every later point")
def no_change_is_forgotten(c: Captured) -> Bool:
    """A block that differs is recorded, in whatever mode, or the machine is marked."""
    differs = [(d.recorded[b], d.source[b] != d.replica[b]) for d in c.disks for b in d.blocks]
    return for_each(differs, lambda pair: (records_count(c) & pair[1]).implies(pair[0]))


@sometimes("CAP-11")
def memory_has_run_out(c: Captured) -> Bool:
    """A block differs, nothing is recorded of it, and the machine is marked."""
    lost = exists(c.disks, lambda d: exists(d.blocks, lambda b: (d.source[b] != d.replica[b]) & ~d.recorded[b]))
    return (c.resync == Resync.REQUIRED) & lost


@always("CAP-12", why="a point of blocks that were sent at different moments restores a machine that never was (B30)")
def a_point_is_a_moment_of_the_machine(c: Captured) -> Bool:
    """All disks of a point together are as they were at one moment, although each was captured in its own mode."""
    return is_past_image(c.point)


@sometimes("CAP-12", versions=2)
def a_point_waits_for_a_whole_cut(c: Captured) -> Bool:
    """Every disk is in data mode again and the replica is still a mixture of moments."""
    return all_in_data_mode(c) & (c.resync == Resync.NONE) & ~is_past_image(c.replica)


@always("CAP-13", why="what was not sent as one cut is one by accident, and only until somebody looks closer")
def a_whole_cut_is_a_moment(c: Captured) -> Bool:
    """While the replica is called whole it is as the machine was at one moment."""
    return c.whole.implies(is_past_image(c.replica))


@sometimes("CAP-13", versions=2)
def pressure_leaves_the_last_cut_alone(c: Captured) -> Bool:
    """A disk has left data mode with records to send, and the last cut is still whole."""
    return c.whole & exists(c.disks, lambda d: (d.mode == BITMAP) & ~is_caught_up(d))


@whenever("CAP-14", why="what a coarser mode sends has no order, and nobody can tell later which point was lucky (B30)")
def no_point_is_taken_outside_of_data_mode(c: Captured) -> Bool:
    """No other point is taken while a disk is in a coarser mode, or while a comparison is due."""
    taken = exists(c.point, lambda content: content != content.next)
    return taken.implies(all_in_data_mode(c) & (c.resync == Resync.NONE))


@sometimes("CAP-14")
def one_disk_alone_holds_the_points_back(c: Captured) -> Bool:
    """The replica is whole and all disks but one are in data mode: points have to wait for that one."""
    coarse = exists(c.disks, lambda d: d.mode == METADATA)
    return c.whole & coarse & exists(c.disks, lambda d: d.mode == DATA)


@whenever("CAP-15", why="metadata mode would be a bitmap that costs more, and history coarser than it has to be")
def order_is_kept_in_metadata_mode(c: Captured) -> Bool:
    """In metadata mode no write is sent before an older one of its disk."""
    sent = [(d, b, d.replica[b] != d.replica[b].next) for d in c.disks for b in d.blocks]
    return for_each(sent, lambda each: ((each[0].mode == METADATA) & each[2]).implies(is_oldest(each[0], each[1])))


@sometimes("CAP-15", blocks=2, versions=2)
def a_bitmap_knows_no_order(c: Captured) -> Bool:
    """In bitmap mode the replica has a newer write and lacks an older one of the same disk."""
    mixed = exists(c.disks, lambda d: (d.mode == BITMAP) & exists(pairwise(d.replica), lambda pair: pair[0] < pair[1]))
    return mixed & (c.resync == Resync.NONE)


@eventually(
    "CAP-16",
    why="a disk that never returns to data mode holds back every point of its machine (B30)",
    fair=(send_cut, send_in_order, send_any, back_to_data_mode, compare_disks, disks_agree),
    ceases=(memory_runs_low, memory_runs_out),
    disk="disks",
)
def a_disk_returns_to_data_mode(c: Captured, disk: int) -> Leads:
    """When there is room again, a disk in a coarser mode is captured with its data again."""
    return after(c.disks[disk].mode != DATA).comes(c.disks[disk].mode == DATA)


SPEC = spec_of(
    __name__,
    "capture",
    "How exactly writes are captured: data, metadata and bitmap mode, disk by disk, and what a point of them needs.",
    (Part(Captured, Captured),),
    {"disks": 2, "blocks": 2, "versions": 2},
)
