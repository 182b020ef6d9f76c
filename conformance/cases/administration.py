"""Administration: a policy is edited under protection, and a protection ends without its source (domain §1, 15).

Rule: which command is taken where is the model's table of administration; no row of it is repeated here.
"""

from typing import Any

from siteproof.conformance import verify
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.administration import AdminCommand, AdminFacts, AdminVerb, SourceMachine
from siteproof.model.nouns.commands import Answer
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Verb
from siteproof.model.spec.administration import table

C = Capability
EDITED = (C.ADMINISTRATION, C.INITIAL_REPLICATION, C.CRASH_POINTS, C.VIRTUAL_CLOCK)
SHORT = ReplicationPolicy(retention_minutes=HOUR_MINUTES)
LONG = ReplicationPolicy(retention_minutes=3 * DAY_MINUTES)
OLD_MINUTES = 100  # by then some points are older than the short retention
CHEAP = ("past=aged", "past=clock jumped", "policy")


def _administer(lab: Lab, machine: Machine, verb: AdminVerb, **fields: Any) -> Answer:
    command = AdminCommand(verb, machine.name, **fields)
    return lab.tell(f"{verb.value} {machine.name}", lambda: lab.subject.administer(command))


def _edit(lab: Lab, machine: Machine, policy: ReplicationPolicy) -> None:
    verify.accepted(_administer(lab, machine, AdminVerb.EDIT_POLICY, policy=policy), "edit_policy of a machine")


def _names(seen: Observation) -> set[str]:
    return {point.name for point in seen.points}


def _with_old_points(lab: Lab) -> Machine:
    """A protected machine, some of whose points are older than the short retention."""
    machine = lab.protected_machine(disk="256 KiB", policy=LONG)
    lab.settle()
    lab.advance(minutes=OLD_MINUTES)
    verify.given(len(lab.observe(machine).points) > HOUR_MINUTES // 5, "too few points to prune any")
    return machine


@case("C-ADM-1", ["SP-LC-42", "SP-RET-21"], needs=(*EDITED, C.RETENTION), fixes=CHEAP)
def an_edited_retention_counts_from_the_next_point_on(lab: Lab) -> None:
    """A shorter retention deletes nothing when it is set, and with the next point all that is older goes."""
    machine = _with_old_points(lab)
    before = lab.observe(machine)
    verify.serves("SP-RET-21")
    _edit(lab, machine, SHORT)
    verify.equal(_names(lab.observe(machine)), _names(before), "points right after the edit")
    verify.serves("SP-LC-42")
    lab.advance(minutes=lab.profile.crash_consistent_minutes + 1)
    after = lab.observe(machine)
    newest = max(point.taken_at_ms for point in after.points)
    late = [p.name for p in after.points if newest - p.taken_at_ms > SHORT.retention_minutes * MINUTE_MS]
    verify.equal([name for name in late if not _pinned(after, name)], [], "points beyond the edited retention")
    verify.equal(after.regions, before.regions, "regions after the edit")


def _pinned(seen: Observation, name: str) -> bool:
    return next(point.pinned for point in seen.points if point.name == name)


@case("C-ADM-2", ["SP-RET-14"], needs=(*EDITED, C.RETENTION, C.OLDER_POINTS), fixes=CHEAP)
def a_longer_retention_brings_nothing_back(lab: Lab) -> None:
    """What a short retention has pruned is neither listed nor restored after it was made longer again."""
    machine = _with_old_points(lab)
    before = _names(lab.observe(machine))
    _edit(lab, machine, SHORT)
    lab.advance(minutes=lab.profile.crash_consistent_minutes + 1)
    gone = before - _names(lab.observe(machine))
    verify.given(bool(gone), "nothing was pruned")
    _edit(lab, machine, LONG)
    lab.advance(minutes=2 * lab.profile.crash_consistent_minutes)
    verify.equal(gone & _names(lab.observe(machine)), set(), "pruned points that came back")
    try:
        lab.subject.restore(machine.name, min(gone))
    except Refused as refused:
        verify.equal(refused.code, ErrorCode.RECOVERY_POINT_UNAVAILABLE, "the error of a pruned point")
    else:
        raise verify.Failed(f"{min(gone)}, which was pruned, cannot be restored", "it was restored")


@case("C-ADM-3", ["SP-LC-42"], needs=(*EDITED, C.APP_POINTS), fixes=CHEAP)
def an_edited_interval_is_kept(lab: Lab) -> None:
    """Application-consistent points begin when the interval is set under protection, and end when it is taken away."""
    machine = lab.protected_machine(disk="256 KiB")
    for minutes, wanted in ((HOUR_MINUTES, True), (0, False)):
        known = _names(lab.observe(machine))
        _edit(lab, machine, ReplicationPolicy(app_consistent_minutes=minutes))
        lab.advance(minutes=2 * HOUR_MINUTES + 5)
        fresh = [p for p in lab.observe(machine).points if p.name not in known and p.consistency is Consistency.APP]
        verify.equal(bool(fresh), wanted, f"app-consistent points in two hours with an interval of {minutes} min")


@case("C-ADM-4", ["SP-LC-41"], needs=(C.ADMINISTRATION, C.LIFECYCLE, C.INITIAL_REPLICATION, C.FAILOVER), fixes=CHEAP)
def an_edit_is_taken_where_its_table_says(lab: Lab) -> None:
    """Unprotected, protected and failed over: an edit is taken or refused as the table says, and moves no region."""
    machine = lab.machine(disk="256 KiB")
    _as_the_table_says(lab, machine, AdminVerb.EDIT_POLICY, AdminFacts())
    lab.protect(machine)
    _as_the_table_says(lab, machine, AdminVerb.EDIT_POLICY, AdminFacts())
    before = lab.observe(machine)
    for policy in (ReplicationPolicy(crash_consistent_minutes=1), ReplicationPolicy(60, app_consistent_minutes=60)):
        answer = _administer(lab, machine, AdminVerb.EDIT_POLICY, policy=policy)
        verify.refused(answer, [ErrorCode.POLICY_INVALID], "a policy that is none")
        verify.unchanged(before, lab.observe(machine), "a policy that is none is refused")
    lab.run(machine, Verb.FAIL_OVER)
    _as_the_table_says(lab, machine, AdminVerb.EDIT_POLICY, AdminFacts())


def _as_the_table_says(lab: Lab, machine: Machine, verb: AdminVerb, facts: AdminFacts) -> None:
    """Accepted exactly where the table of administration takes it; the regions stay as they are either way."""
    before = lab.observe(machine)
    code = table.refusal(before.regions, facts, verb, lab.profile)
    answer = _administer(lab, machine, verb, policy=ReplicationPolicy())
    what = f"{verb.value} in {before.regions.protection.value}"
    if code is None:
        verify.accepted(answer, what)
    else:
        verify.refused(answer, [code], what)
        verify.unchanged(before, lab.observe(machine), f"{what} is refused")
    verify.equal(lab.observe(machine).regions, before.regions, f"regions after {what}")


@case("C-ADM-5", ["SP-LC-41", "SP-LC-37"], needs=(C.ADMINISTRATION, *EDITED[1:], C.LINK_FAULTS), fixes=CHEAP)
def a_disable_is_forced_only_without_its_source(lab: Lab) -> None:
    """Refused while the source answers; with its site gone the protection ends, and no point is left."""
    machine = lab.protected_machine(disk="256 KiB")
    lab.write(machine, 4)
    lab.crash_point(machine)
    _as_the_table_says(lab, machine, AdminVerb.FORCE_DISABLE, AdminFacts())
    lab.fault(FaultKind.SITE_DOWN, machine)
    facts, before = AdminFacts(source=SourceMachine.GONE), lab.observe(machine)
    wanted = table.settled(before.regions, facts, AdminVerb.FORCE_DISABLE, lab.profile)[0]
    verify.accepted(_administer(lab, machine, AdminVerb.FORCE_DISABLE), "force_disable without a source")
    lab.settle()
    after = lab.observe(machine)
    verify.equal(after.regions, wanted, "regions after the forced disable")
    verify.serves("SP-LC-37")
    verify.equal(after.points, (), "points after the forced disable")
