"""The dirty bitmap in memory and its persisted copy: when a restart may trust it (domain §3, §7 B2, B3, B10).

(seed: Resynchronization process 3). A block's mark leaves the memory only when the other side has the block. A shutdown
stops the workload, stores the marks and only then calls the copy clean; a start trusts a copy that is clean and of the
run before it, takes the flag away before the first write, and compares both sides in every other case.

Assumes: what is on its way vanishes with the agent that dies, with the power and with a shutdown, and never arrives
later; a block that the link loses is marked again in the same step; all marks are stored in one step; the comparison is
one step, of the live content of both sides.
"""

from collections.abc import Iterator
from enum import StrEnum

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Effect,
    Part,
    Step,
    action,
    always,
    bound,
    define,
    exists,
    for_each,
    given,
    sometimes,
    spec_of,
)
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.data_plane.machine import FIRST, is_next

NOTHING = 0  # nothing of the block is on its way


class Power(StrEnum):
    """Where the machine is between running and being off."""

    ON = "on"
    STOPPING = "stopping"  # the workload has stopped
    STORED = "stored"  # and the marks are stored
    OFF = "off"


class Host(Component):
    """The protected machine with its disk, the replica of that disk, and the agent between them.

    `memory` are the marks, `travelling` is the content of a block that was read and is not acknowledged. `run` counts
    the starts of the agent; the target counts with it.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Running and in step, in its first run."""
        super().__init__()
        blocks, versions = bounds["blocks"], bound(bounds, "versions")
        self.power = self.symbol(Power.ON)
        self.agent_up = self.flag(initially=True)
        self.resync = self.symbol(Resync.NONE)
        self.run = self.number(to=bound(bounds, "runs"), initially=FIRST)
        self.source = self.numbers(blocks, to=versions, initially=FIRST)
        self.replica = self.numbers(blocks, to=versions, initially=FIRST)
        self.memory = self.flags(blocks)
        self.travelling = self.numbers(blocks, to=versions, initially=NOTHING)
        self.blocks = range(blocks)
        self.last_version = versions
        self.last_run = bound(bounds, "runs")


class Copy(Component):
    """The persisted bitmap: its marks, the run in which it was opened, and whether it was closed cleanly.

    `kept` and `kept_run` are an older clean copy that a backup of the machine may bring back; run 0: there is none.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Open, in the first run."""
        super().__init__()
        blocks, runs = bounds["blocks"], bound(bounds, "runs")
        self.marks = self.flags(blocks)
        self.run = self.number(to=runs, initially=FIRST)
        self.clean = self.flag()
        self.kept = self.flags(blocks)
        self.kept_run = self.number(to=runs)


@define
def marks_count(h: Host) -> Bool:
    """No comparison is due that would make the marks anew."""
    return h.resync.is_in(Resync.NONE, Resync.RUNNING)


@define
def moves_data(h: Host) -> Bool:
    """The machine runs with its agent, and the marks are known."""
    return (h.power == Power.ON) & h.agent_up & marks_count(h)


@define
def is_open(h: Host, block: int) -> Bool:
    """The block is marked, or on its way."""
    return h.memory[block] | (h.travelling[block] != NOTHING)


@define
def is_trusted(h: Host, c: Copy) -> Bool:
    """The copy was closed cleanly, in the run that was the last one."""
    return c.clean & (c.run == h.run)


def forget_marks(h: Host) -> Iterator[Effect]:
    """The agent's memory is gone, and what it had on its way as well."""
    yield h.agent_up.becomes(False)
    yield from (mark.becomes(False) for mark in h.memory)
    yield from (content.becomes(NOTHING) for content in h.travelling)


@action("BMP-1", block="blocks")
def write_and_mark(h: Host, block: int) -> Step:
    """The workload writes its next block; an agent that is up marks it."""
    return given((h.power == Power.ON) & is_next(h.source, block, h.last_version)).then(
        h.source[block].becomes(h.source[block] + 1),
        h.memory[block].becomes(h.memory[block] | h.agent_up),
    )


@action("BMP-2", block="blocks")
def read_marked_block(h: Host, block: int) -> Step:
    """A marked block is read and sent; its mark is taken back only because it is on its way."""
    return given(moves_data(h) & h.memory[block] & (h.travelling[block] == NOTHING)).then(
        h.travelling[block].becomes(h.source[block]),
        h.memory[block].becomes(False),
    )


@action("BMP-3", block="blocks")
def block_is_acknowledged(h: Host, block: int) -> Step:
    """The other side has the block."""
    return given(h.travelling[block] != NOTHING).then(
        h.replica[block].becomes(h.travelling[block]),
        h.travelling[block].becomes(NOTHING),
    )


@action("BMP-4", block="blocks")
def block_gets_lost(h: Host, block: int) -> Step:
    """The link loses the block: it is marked again."""
    return given(h.travelling[block] != NOTHING).then(
        h.travelling[block].becomes(NOTHING),
        h.memory[block].becomes(True),
    )


@action("BMP-5")
def agent_process_dies(h: Host) -> Step:
    """The agent dies while the machine goes on."""
    return given(h.agent_up).then(*forget_marks(h))


@action("BMP-6")
def agent_process_starts(h: Host) -> Step:
    """The agent starts on a machine that runs: nobody tracked what was written, so both sides are compared."""
    return given((h.power == Power.ON) & ~h.agent_up).then(
        h.agent_up.becomes(True),
        h.resync.becomes(Resync.REQUIRED),
    )


@action("BMP-7")
def stop_workload(h: Host) -> Step:
    """A clean shutdown begins: the workload stops first."""
    return given((h.power == Power.ON) & h.agent_up).then(h.power.becomes(Power.STOPPING))


@action("BMP-8")
def store_bitmap(h: Host, c: Copy) -> Step:
    """The marks, and what is on its way, are stored: now and then while running, and last when the workload stopped."""
    stopped = h.power == Power.STOPPING
    return given(h.agent_up & h.power.is_in(Power.ON, Power.STOPPING)).then(
        h.power.becomes(stopped.if_else(Power.STORED, h.power)),
        *(c.marks[b].becomes(is_open(h, b)) for b in h.blocks),
    )


@action("BMP-9")
def close_bitmap(h: Host, c: Copy) -> Step:
    """The stored copy is called clean, last of all, and the machine is off."""
    return given((h.power == Power.STORED) & h.agent_up).then(
        c.clean.becomes(True),
        h.power.becomes(Power.OFF),
        *forget_marks(h),
    )


@action("BMP-10")
def power_fails(h: Host) -> Step:
    """A forced shutdown, at any moment, also in the middle of a clean one."""
    return given(h.power != Power.OFF).then(h.power.becomes(Power.OFF), *forget_marks(h))


@action("BMP-11")
def boot(h: Host, c: Copy) -> Step:
    """The agent starts before the first write: it loads a trusted copy, or asks for a comparison of both sides.

    Either way a new run begins, in which the copy is open and not clean.
    """
    trusted = is_trusted(h, c)
    return given((h.power == Power.OFF) & (h.run < h.last_run)).then(
        h.power.becomes(Power.ON),
        h.agent_up.becomes(True),
        h.run.becomes(h.run + 1),
        h.resync.becomes(trusted.if_else(h.resync, Resync.REQUIRED)),
        *(h.memory[b].becomes(trusted & c.marks[b]) for b in h.blocks),
        c.run.becomes(h.run + 1),
        c.clean.becomes(False),
    )


@action("BMP-12")
def copy_is_unreadable(h: Host, c: Copy) -> Step:
    """The copy cannot be opened or read: it is as if it had never been closed."""
    return given((h.power == Power.OFF) & c.clean).then(c.clean.becomes(False))


@action("BMP-13")
def keep_copy(h: Host, c: Copy) -> Step:
    """A backup of the machine that is off contains the clean copy."""
    return given((h.power == Power.OFF) & c.clean & (c.kept_run != c.run)).then(
        c.kept_run.becomes(c.run),
        *(c.kept[b].becomes(c.marks[b]) for b in h.blocks),
    )


@action("BMP-14")
def bring_back_copy(h: Host, c: Copy) -> Step:
    """A restore of the machine's own files brings back the clean copy of an older run."""
    return given((h.power == Power.OFF) & (c.kept_run != NOTHING) & (c.kept_run != c.run)).then(
        c.run.becomes(c.kept_run),
        c.clean.becomes(True),
        *(c.marks[b].becomes(c.kept[b]) for b in h.blocks),
    )


@action("BMP-15")
def compare_both_sides(h: Host) -> Step:
    """Checksums of both sides give the marks anew: exactly what differs is marked."""
    return given((h.power == Power.ON) & h.agent_up & (h.resync == Resync.REQUIRED)).then(
        h.resync.becomes(Resync.RUNNING),
        *(h.memory[b].becomes(h.source[b] != h.replica[b]) for b in h.blocks),
    )


@action("BMP-16")
def finish_comparison(h: Host) -> Step:
    """Nothing is marked and nothing is on its way: the comparison is over."""
    return given(moves_data(h) & (h.resync == Resync.RUNNING) & for_each(h.blocks, lambda b: ~is_open(h, b))).then(
        h.resync.becomes(Resync.NONE)
    )


@always("BMP-17", why="a block that differs and is not marked stays stale until the failover shows it (B2, B3, B10)")
def what_differs_is_open(h: Host) -> Bool:
    """While the marks count, every block that differs is marked or on its way."""
    return for_each(h.blocks, lambda b: (moves_data(h) & (h.source[b] != h.replica[b])).implies(is_open(h, b)))


@sometimes("BMP-17", blocks=2, versions=2, runs=2)
def a_clean_restart_compares_nothing(h: Host) -> Bool:
    """After a clean restart the marks of before count: one block has to travel, another one has not."""
    some, all_of_them = exists(h.memory, lambda mark: mark), for_each(h.memory, lambda mark: mark)
    return (h.run > FIRST) & (h.resync == Resync.NONE) & moves_data(h) & some & ~all_of_them


@always("BMP-18", why="a start that trusts an incomplete bitmap reports in step what is not (B10)")
def a_trusted_copy_is_complete(h: Host, c: Copy) -> Bool:
    """The copy that the next start would trust marks every block that differs, unless a comparison is due anyway."""
    counts = is_trusted(h, c) & marks_count(h)
    return for_each(h.blocks, lambda b: (counts & (h.source[b] != h.replica[b])).implies(c.marks[b]))


@sometimes("BMP-18")
def a_copy_of_before_the_crash_is_outdated(h: Host, c: Copy) -> Bool:
    """After a forced shutdown the stored marks lack a block that differs."""
    lacks = exists(h.blocks, lambda b: (h.source[b] != h.replica[b]) & ~c.marks[b])
    return (h.power == Power.OFF) & (h.resync == Resync.NONE) & lacks


@always("BMP-19", why="a flag that stands while the workload writes vouches for marks that were never stored (B10)")
def clean_means_off(h: Host, c: Copy) -> Bool:
    """The copy is called clean only while the machine is off."""
    return c.clean.implies(h.power == Power.OFF)


@sometimes("BMP-19", runs=2)
def a_clean_copy_is_of_an_older_run(h: Host, c: Copy) -> Bool:
    """A clean copy lies there that was closed before the last run: the flag alone says nothing."""
    return c.clean & (c.run < h.run) & exists(h.blocks, lambda b: (h.source[b] != h.replica[b]) & ~c.marks[b])


SPEC = spec_of(
    __name__,
    "bitmap",
    "The dirty bitmap in memory and its persisted copy, over clean and forced shutdowns, crashes and restores.",
    (Part(Host, Host), Part(Copy, Copy)),
    {"blocks": 2, "versions": 2, "runs": 3},
)
