"""Oracles of the replication stream: the watermarks of every disk.

Rule: what is judged here is shown by the subject alone; it must be possible, and it must not contradict itself.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.observation import DiskView, Observation, Watermarks
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Verb

C, F = Capability, FaultKind

STAGES = ("written", "sent", "cached", "applied", "pointed")
LOSES_THE_SOURCE = (F.AGENT_CRASH, F.FORCED_SHUTDOWN, F.SITE_DOWN, F.SITE_UP)  # unflushed writes and memory are gone
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


ORACLES: tuple[Oracle, ...] = (watermarks_are_ordered, watermarks_never_fall)
