"""A disk that changes its size: what has to grow with it before the machine is in step again (domain §7 B7, B8).

(seed: Resynchronization process 3). The disk, its bitmap and its replica each have a size. A resize marks the machine;
the comparison first gives bitmap and replica the size of the disk and then finds what differs. Nothing is ever written
beyond the end of a replica, and a point keeps the size that the disk had.
"""

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Int,
    Part,
    Step,
    action,
    always,
    any_of,
    as_int,
    bound,
    define,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
)
from siteproof.model.nouns.vocabulary import Resync

NOTHING = 0  # content of a cell that the disk does not have; a place on the way that is empty
ZEROES = 1  # content of a cell that the disk has and nobody has written
SMALLEST = 1  # cells of the smallest disk


def fresh_cells(disk: Component, bounds: Bounds) -> tuple[Int, ...]:
    """The cells of a disk that has the smallest size."""
    versions = bound(bounds, "versions")
    return tuple(
        disk.number(to=versions, initially=ZEROES if i < SMALLEST else NOTHING) for i in range(bounds["cells"])
    )


class Resizable(Component):
    """A disk of `size` cells with its bitmap of `covered` cells and its replica of `room` cells.

    `travelling` is what is on its way to the replica, `point` and `point_size` are the newest point.
    """

    def __init__(self, bounds: Bounds) -> None:
        """As small as can be, empty and in step."""
        super().__init__()
        cells, versions = bounds["cells"], bound(bounds, "versions")
        self.resync = self.symbol(Resync.NONE)
        self.size = self.number(to=bound(bounds, "cells"), initially=SMALLEST)
        self.covered = self.number(to=bound(bounds, "cells"), initially=SMALLEST)
        self.room = self.number(to=bound(bounds, "cells"), initially=SMALLEST)
        self.point_size = self.number(to=bound(bounds, "cells"), initially=SMALLEST)
        self.source = fresh_cells(self, bounds)
        self.replica = fresh_cells(self, bounds)
        self.marked = self.flags(cells)
        self.travelling = self.numbers(cells, to=versions, initially=NOTHING)
        self.point = fresh_cells(self, bounds)
        self.cells = range(cells)
        self.last_version = versions


@define
def marks_tell(r: Resizable) -> Bool:
    """No comparison is due: what differs is marked."""
    return r.resync.is_in(Resync.NONE, Resync.RUNNING)


@define
def within(size: Int, cell: int) -> Bool:
    """The cell lies before the end."""
    return size > cell


@define
def nothing_waits(r: Resizable) -> Bool:
    """Nothing is marked and nothing is on its way."""
    return for_each(r.cells, lambda i: ~r.marked[i] & (r.travelling[i] == NOTHING))


@define
def is_one_size(r: Resizable) -> Bool:
    """Disk, bitmap and replica end at the same cell."""
    return (r.covered == r.size) & (r.room == r.size)


def cut_or_filled(content: Int, cell: int, size: Int) -> Int:
    """The cell in a disk of this size: gone behind the end, zeroes where the disk has grown."""
    return within(size, cell).if_else((content == NOTHING).if_else(ZEROES, content), NOTHING)


@action("RSZ-1", cell="cells")
def write_cell(r: Resizable, cell: int) -> Step:
    """The workload writes a cell of its disk; it is marked when the bitmap has a place for it."""
    return given(within(r.size, cell) & (r.source[cell] < r.last_version)).then(
        r.source[cell].becomes(r.source[cell] + 1),
        r.marked[cell].becomes(r.marked[cell] | within(r.covered, cell)),
    )


@action("RSZ-2", cell="cells")
def send_cell(r: Resizable, cell: int) -> Step:
    """A marked cell leaves for the replica, zeroes like any other content."""
    return given(marks_tell(r) & r.marked[cell]).then(
        r.travelling[cell].becomes(r.source[cell]),
        r.marked[cell].becomes(False),
    )


@action("RSZ-3", cell="cells")
def apply_cell(r: Resizable, cell: int) -> Step:
    """What has arrived is written to the replica, if the replica has such a cell."""
    return given((r.travelling[cell] != NOTHING) & within(r.room, cell)).then(
        r.replica[cell].becomes(r.travelling[cell]),
        r.travelling[cell].becomes(NOTHING),
    )


@action("RSZ-4")
def refuse_cells(r: Resizable) -> Step:
    """What arrives for cells that the replica has no more is refused."""
    behind = [(r.travelling[i] != NOTHING) & ~within(r.room, i) for i in r.cells]
    return given(any_of(behind)).then(
        *(r.travelling[i].becomes(behind[i].if_else(NOTHING, r.travelling[i])) for i in r.cells)
    )


@action("RSZ-5", more="cells")
def resize_disk(r: Resizable, more: int) -> Step:
    """The disk gets another size, larger or smaller: the machine is marked. What is cut off is gone."""
    size = as_int(SMALLEST + more)
    return given(r.size != size).then(
        r.size.becomes(size),
        r.resync.becomes(Resync.REQUIRED),
        *(r.source[i].becomes(cut_or_filled(r.source[i], i, size)) for i in r.cells),
        *(r.marked[i].becomes(r.marked[i] & within(size, i)) for i in r.cells),
    )


@action("RSZ-6")
def resize_replica(r: Resizable) -> Step:
    """The replica takes the size of the disk; what travels may still be of the old one."""
    return given((r.resync == Resync.REQUIRED) & (r.room != r.size)).then(
        r.room.becomes(r.size),
        *(r.replica[i].becomes(cut_or_filled(r.replica[i], i, r.size)) for i in r.cells),
    )


@action("RSZ-7")
def compare_in_new_size(r: Resizable) -> Step:
    """The bitmap is made anew for the whole disk: in replicas of the same size, what differs is marked."""
    arrived = for_each(r.travelling, lambda content: content == NOTHING)
    return given((r.resync == Resync.REQUIRED) & (r.room == r.size) & arrived).then(
        r.resync.becomes(Resync.RUNNING),
        r.covered.becomes(r.size),
        *(r.marked[i].becomes(r.source[i] != r.replica[i]) for i in r.cells),
    )


@action("RSZ-8")
def sizes_agree(r: Resizable) -> Step:
    """Nothing differs any more: the machine is in step in its new size."""
    return given((r.resync == Resync.RUNNING) & nothing_waits(r)).then(r.resync.becomes(Resync.NONE))


@action("RSZ-9")
def point_of_this_size(r: Resizable) -> Step:
    """A point is taken of a machine in step; it remembers its size."""
    return given((r.resync == Resync.NONE) & nothing_waits(r)).then(
        r.point_size.becomes(r.room),
        *(r.point[i].becomes(r.replica[i]) for i in r.cells),
    )


@always("RSZ-10", why="a replica smaller than its disk has lost the end of it, and says that it is in step (B7)")
def in_step_means_one_size(r: Resizable) -> Bool:
    """Unless a comparison is due, disk, bitmap and replica have one size."""
    return marks_tell(r).implies(is_one_size(r))


@sometimes("RSZ-10", cells=2)
def a_grown_disk_is_in_step_again(r: Resizable) -> Bool:
    """The disk has grown, what was written in its new end has arrived, and changes flow."""
    return (r.resync == Resync.NONE) & (r.size > SMALLEST) & (r.replica[SMALLEST] > ZEROES)


@always("RSZ-11", why="a write behind the old end that no bitmap has a place for is missing in every later point (B8)")
def every_cell_is_tracked(r: Resizable) -> Bool:
    """While the marks tell, a cell that differs is marked or on its way, wherever the disk ends."""
    return for_each(
        r.cells,
        lambda i: (marks_tell(r) & (r.source[i] != r.replica[i])).implies(r.marked[i] | (r.travelling[i] != NOTHING)),
    )


@sometimes("RSZ-11", cells=2, versions=2)
def a_write_behind_the_old_end_is_not_marked(r: Resizable) -> Bool:
    """The workload writes in the new end before the bitmap has grown: only the comparison will find it."""
    behind = exists(r.cells, lambda i: (r.source[i] > ZEROES) & ~r.marked[i] & ~within(r.covered, i))
    return (r.resync == Resync.REQUIRED) & behind


@always("RSZ-12", why="a write behind the end of a replica lands in somebody else's data, or nowhere")
def nothing_is_written_outside(r: Resizable) -> Bool:
    """Nothing is behind the end of the replica, so nothing was ever applied there."""
    return for_each(r.cells, lambda i: within(r.room, i) | (r.replica[i] == NOTHING))


@sometimes("RSZ-12", cells=2, versions=2)
def a_cell_arrives_that_was_cut_off(r: Resizable) -> Bool:
    """The disk has become smaller, and a cell of its old end still travels."""
    return exists(r.cells, lambda i: (r.travelling[i] != NOTHING) & ~within(r.room, i))


@always("RSZ-13", why="a point that is listed and cannot be restored is found out in the failover (B26)")
def a_point_keeps_its_size(r: Resizable) -> Bool:
    """The newest point has content in each of its cells and in no other, whatever size the disk has by now."""
    return for_each(r.cells, lambda i: within(r.point_size, i) == (r.point[i] != NOTHING))


@sometimes("RSZ-13", cells=2)
def a_point_is_larger_than_the_disk(r: Resizable) -> Bool:
    """The disk was made smaller after its point, and the replica with it."""
    return (r.point_size > r.size) & (r.resync == Resync.NONE)


SPEC = spec_of(
    __name__,
    "resize",
    "A disk that grows or shrinks: its bitmap, its replica, what is on its way, and its points.",
    (Part(Resizable, Resizable),),
    {"cells": 2, "versions": 2},
)
