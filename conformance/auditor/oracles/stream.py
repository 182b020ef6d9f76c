"""Oracles of the replication stream: the watermarks of every disk.

Rule: what is judged here is shown by the subject alone; it must be possible, and it must not contradict itself.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.observation import DiskView, Observation, Watermarks
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.lifecycle.table import running_place

C, F = Capability, FaultKind

STAGES = ("written", "sent", "cached", "applied", "pointed")
LOSES_THE_SOURCE = (F.AGENT_CRASH, F.FORCED_SHUTDOWN, F.SITE_DOWN, F.SITE_UP)  # unflushed writes and memory are gone
CRASHES = frozenset({F.AGENT_CRASH, F.FORCED_SHUTDOWN})  # what was tracked is gone, or must not be believed
LOSES_THE_LOG = (F.LOG_CORRUPT, F.LOG_TRUNCATED)
THE_SAME_STREAM = frozenset({Verb.RESYNCHRONIZE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.COMMIT})


@oracle("SP-REP-10", C.WATERMARKS)
def watermarks_are_ordered(look: Look) -> Iterator[Wrong]:
    """Of every disk, written is at least sent, at least cached, at least applied, at least pointed."""
    for disk in look.now.disks:
        marks = numbers(disk.watermarks)
        if marks != sorted(marks, reverse=True) or marks[-1] < 0:
            yield Wrong(f"{' >= '.join(STAGES)} of {disk.name}", _told(disk.watermarks))


@oracle("SP-REP-14", C.WATERMARKS)
def watermarks_never_fall(look: Look) -> Iterator[Wrong]:
    """Within one stream no watermark falls: what was acknowledged at a stage stays there."""
    if look.before is None or look.verbs - THE_SAME_STREAM or look.before.generation != look.now.generation:
        return
    for old, new in same_disks(look.before, look.now):
        for stage, was, now in zip(STAGES, numbers(old.watermarks), numbers(new.watermarks), strict=True):
            if now < was and not _excused(look, stage):
                yield Wrong(f"{stage} of {new.name} stays at {was} or rises", str(now))


def _excused(look: Look, stage: str) -> bool:
    """A crash of the source may forget what only the source had; a damaged log is not believed any more."""
    if stage in ("written", "sent") and look.struck(*LOSES_THE_SOURCE):
        return True
    return stage in ("sent", "cached") and look.struck(*LOSES_THE_LOG)


def same_disks(before: Observation, now: Observation) -> Iterator[tuple[DiskView, DiskView]]:
    """Every disk that both looks show, by name."""
    old = {disk.name: disk for disk in before.disks}
    return ((old[disk.name], disk) for disk in now.disks if disk.name in old)


def numbers(marks: Watermarks) -> list[int]:
    """The five watermarks in the order of the stages."""
    return [getattr(marks, stage) for stage in STAGES]


def _told(marks: Watermarks) -> str:
    return ", ".join(f"{stage} {getattr(marks, stage)}" for stage in STAGES)


@oracle("SP-REP-6", C.VIRTUAL_CLOCK)
def everything_travels(look: Look) -> Iterator[Wrong]:
    """When a sound machine has come to rest, no change is left behind."""
    if not look.arrived:
        return
    of = "SP-RES-14" if look.compared else ""
    for disk in look.now.disks:
        if disk.dirty_blocks:
            yield Wrong(f"no dirty block on {disk.name} at rest", f"{disk.dirty_blocks}", of)
        marks = disk.watermarks
        if look.bench.offers(C.WATERMARKS) and marks.applied != marks.written and _protects(look, disk):
            yield Wrong(f"everything written to {disk.name} applied at rest", _told(marks), of)


@oracle("SP-REP-13", C.VIRTUAL_CLOCK)
def what_cannot_have_left_is_dirty(look: Look) -> Iterator[Wrong]:
    """While the link is down every block that changed since is dirty."""
    if not look.memory.trusts_or_marks(look.now) or look.before is None:
        return
    if running_place(look.before.regions) is not running_place(look.now.regions):
        return
    missing = look.missing()
    of = "SP-RES-22" if CRASHES & look.memory.troubles else ""  # of what a crash took, nothing may be believed
    for disk in look.now.disks:
        least = len(missing.get(disk.name, ()))
        if disk.dirty_blocks < least:
            yield Wrong(f"{least} dirty blocks or more on {disk.name}", str(disk.dirty_blocks), of)
        if disk.dirty_blocks > disk.blocks:
            yield Wrong(f"{disk.blocks} dirty blocks or less on {disk.name}", str(disk.dirty_blocks))


@oracle("SP-RES-34", C.BYTE_COUNTS)
def bytes_are_never_taken_back(look: Look) -> Iterator[Wrong]:
    """Bytes that left are counted for ever."""
    if look.before is not None and look.now.bytes_sent < look.before.bytes_sent:
        yield Wrong(f"{look.before.bytes_sent} bytes or more", f"{look.now.bytes_sent}", denies=C.BYTE_COUNTS)


@oracle("SP-REP-9", C.WATERMARKS, C.LINK_FAULTS)
def nothing_arrives_without_a_link(look: Look) -> Iterator[Wrong]:
    """While the link is down nothing new is cached at the other side."""
    if look.before is None or not look.stays_cut or look.verbs:
        return
    for old, new in same_disks(look.before, look.now):
        if new.watermarks.cached > old.watermarks.cached:
            rise = f"{old.watermarks.cached} → {new.watermarks.cached}"
            yield Wrong(f"nothing of {new.name} arrives", f"cached {rise}", denies=C.LINK_FAULTS)


@oracle("SP-RES-39", C.VIRTUAL_CLOCK)
def disks_have_their_size(look: Look) -> Iterator[Wrong]:
    """A machine whose sides are called equal shows every disk with the size that it has."""
    sizes = {ledger.name: ledger.blocks for ledger in look.ledgers()} if look.arrived else {}
    for disk in look.now.disks:
        if disk.blocks != sizes.get(disk.name, disk.blocks):
            yield Wrong(f"{sizes[disk.name]} blocks of {disk.name}", str(disk.blocks))


def _protects(look: Look, disk: DiskView) -> bool:
    return not look.memory.disks or disk.name in look.memory.disks


ORACLES: tuple[Oracle, ...] = (
    watermarks_are_ordered,
    watermarks_never_fall,
    bytes_are_never_taken_back,
    nothing_arrives_without_a_link,
    what_cannot_have_left_is_dirty,
    disks_have_their_size,
    everything_travels,
)
