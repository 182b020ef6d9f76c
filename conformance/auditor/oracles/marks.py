"""Oracles of marks: when the sides may differ, why, and who was told.

Rule: a mark that comes earlier or more often than necessary is never wrong; one that is missing, or lies about its
reason, is.
"""

from collections.abc import Iterator, Mapping

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.memory import STORE
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.conformance.auditor.oracles.arrivals import is_office
from siteproof.conformance.auditor.oracles.clock import new_events
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Health, Protection, Resync, ResyncReason

C, F, R = Capability, FaultKind, ResyncReason

BITMAPS = frozenset({F.BITMAP_DAMAGED, F.OLD_BITMAP, F.CLEAN_REBOOT})
PATIENCE_MS = MINUTE_MS  # by then a change has tried to travel
MARKS: Mapping[FaultKind, str] = {  # the requirement that demands the mark
    F.FORCED_SHUTDOWN: "SP-RES-3",
    F.DISK_RESIZED: "SP-RES-4",
    F.LOW_MEMORY: "SP-RES-21",
    F.AGENT_CRASH: "SP-RES-33",
    F.BITMAP_DAMAGED: "SP-RES-38",
}
EXPLAINS: Mapping[ResyncReason, frozenset[FaultKind]] = {
    R.LINK_FAILURE: frozenset({F.LINK_DOWN, F.SITE_DOWN, F.TARGET_CRASH, F.AGENT_CRASH, F.FORCED_SHUTDOWN, *STORE}),
    R.FORCED_SHUTDOWN: frozenset({F.FORCED_SHUTDOWN, F.AGENT_CRASH, F.SITE_DOWN}),
    R.DISK_RESIZED: frozenset({F.DISK_RESIZED}),
    R.LOW_MEMORY: frozenset({F.LOW_MEMORY}),
    R.BITMAP_INVALID: frozenset({F.FORCED_SHUTDOWN, F.AGENT_CRASH, F.SITE_DOWN, F.LOW_MEMORY, *BITMAPS}),
    R.APPLIANCE_SWITCHED: frozenset(),
    R.TARGET_FAILURE: frozenset({F.TARGET_CRASH, F.LOG_CORRUPT, F.LOG_TRUNCATED, F.JOB_FAILS, F.SITE_DOWN, *STORE}),
    R.CORRUPT_LOG: frozenset({F.LOG_CORRUPT, F.LOG_TRUNCATED, F.TARGET_CRASH, *STORE}),
    R.MANUAL: frozenset({F.JOB_FAILS}),
}


@oracle("SP-RES-28")
def a_mark_has_a_reason(look: Look) -> Iterator[Wrong]:
    """A machine that requires a resynchronisation shows why, and the reason is one that happened."""
    if look.now.regions.resync is Resync.NONE:
        return
    reason, troubles = look.now.resync_reason, look.memory.troubles
    if reason is None:
        yield Wrong(f"a reason with resync {look.now.regions.resync.value}", "none is shown")
    elif _is_new(look) and troubles and not EXPLAINS[reason] & troubles:
        happened = ", ".join(sorted(kind.value for kind in troubles))
        yield Wrong(f"a reason that {happened} explains", reason.value)


@oracle("SP-RES-13")
def trouble_marks_at_once(look: Look) -> Iterator[Wrong]:
    """Where the sides may differ from now on, the machine is marked."""
    if look.before is None or not look.memory.trusted(look.before) or look.verbs:
        return
    for fault in look.faults:
        late = look.elapsed_ms and not is_office(look.before.time_ms, look.now.time_ms, look.bench.profile.office_hours)
        if fault.kind in MARKS and look.now.regions.resync is Resync.NONE and not late and _changes(look, fault.kind):
            yield Wrong(f"a mark after {fault.kind.value}", "resync none", MARKS[fault.kind])


@oracle("SP-RES-1", C.VIRTUAL_CLOCK, C.LINK_FAULTS, C.RESYNC)
def a_dead_link_marks(look: Look) -> Iterator[Wrong]:
    """Data that has waited for a dead link for a minute has marked the machine."""
    if not look.stays_cut or not look.memory.trusted(look.now) or look.verbs:
        return
    oldest = look.missing_since_ms()
    if oldest is not None and look.now.time_ms - oldest >= PATIENCE_MS:
        yield Wrong(f"a mark, for data waits since {oldest} ms", "resync none")


@oracle("SP-RES-24", C.VIRTUAL_CLOCK)
def a_mark_stays_until_compared(look: Look) -> Iterator[Wrong]:
    """Only a comparison clears a mark: one that was asked for, or one that the end of office hours starts."""
    if look.before is None or look.verbs or look.now.regions.resync is not Resync.NONE:
        return
    was = look.before.regions.resync
    hours = look.bench.profile.office_hours
    by_itself = look.elapsed_ms > 0 and not is_office(look.before.time_ms, look.now.time_ms, hours)
    if was is Resync.FAILED or (was is Resync.REQUIRED and not by_itself):
        yield Wrong(f"resync {was.value} until both sides were compared", "resync none")


@oracle("SP-ERR-13", C.VIRTUAL_CLOCK)
def trouble_is_told(look: Look) -> Iterator[Wrong]:
    """What the catalogue has a code for is told by an event with that code, every time that it happens."""
    for owed in look.memory.owed:
        due = look.now.time_ms >= owed.due_ms
        told = any(e.code in owed.codes and e.time_ms >= owed.since_ms for e in look.now.events)
        if due and not told:
            codes = " or ".join(sorted(code.value for code in owed.codes))
            yield Wrong(f"an event {codes} since {owed.since_ms} ms", "there is none", owed.requirement)


@oracle("SP-FB-14")
def a_failed_cancel_is_told(look: Look) -> Iterator[Wrong]:
    """A cancel that fails is told with a code of its own."""
    failed = look.now.regions.protection is Protection.CANCEL_FAILED
    if failed and look.before is not None and look.before.regions.protection is not Protection.CANCEL_FAILED:
        told = [event.code for event in new_events(look)]
        if ErrorCode.PLANNED_FAILOVER_CANCEL_FAILED not in told:
            expected = f"an event {ErrorCode.PLANNED_FAILOVER_CANCEL_FAILED.value}"
            yield Wrong(expected, ", ".join(code.value for code in told) or "none")


@oracle("SP-LC-4")
def trouble_shows_in_the_health(look: Look) -> Iterator[Wrong]:
    """A machine whose comparison is required or has failed does not call itself healthy."""
    troubled = look.now.regions.resync in (Resync.REQUIRED, Resync.FAILED)
    if not look.memory.trusts_or_marks(look.now):
        return
    if troubled and look.now.health is Health.NORMAL and look.memory.shows_health:
        yield Wrong(f"health worse than normal with resync {look.now.regions.resync.value}", "normal")


def _is_new(look: Look) -> bool:
    return look.before is not None and look.before.regions.resync is Resync.NONE


def _changes(look: Look, kind: FaultKind) -> bool:
    """A resize to the size that the disk has already changes nothing."""
    if kind is not F.DISK_RESIZED or look.before is None:
        return True
    return [disk.blocks for disk in look.before.disks] != [disk.blocks for disk in look.now.disks]


ORACLES: tuple[Oracle, ...] = (
    a_dead_link_marks,
    a_mark_stays_until_compared,
    a_failed_cancel_is_told,
    trouble_marks_at_once,
    a_mark_has_a_reason,
    trouble_is_told,
    trouble_shows_in_the_health,
)
