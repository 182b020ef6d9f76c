"""Checks of what replicates: marks, copies that stand still, agents, sources and disks."""

from collections.abc import Iterator

from siteproof.conformance.audit.check import DAY_MS, MINUTE_MS, AuditScene, Observed, Severity, check, span
from siteproof.conformance.exports.machines import is_protected, running, state_of_machine
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import inner, key_of
from siteproof.conformance.exports.words import bare
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site

COPIES = (  # what a copy has done so far, by the field in which it says so
    "initialReplicationProcessedBytes",
    "initialReplicationTransferredBytes",
    "initialReplicationProgressPercentage",
    "resyncProcessedBytes",
    "resyncTransferredBytes",
    "resyncProgressPercentage",
)
TARGETS = ("targetObjectName", "targetObjectId")
OPEN_JOBS = ("inprogress", "notstarted", "cancelling", "suspended")


@check(
    "AUD-RESYNC",
    Severity.ERROR,
    "SP-RES-7",
    "SP-RES-9",
    "SP-RES-26",
    remedy="start the resynchronisation by hand; until it has ended no new recovery point is taken",
)
def marks_are_worked_on(scene: AuditScene) -> Iterator[Observed]:
    """Where a resynchronisation is required, somebody works on it."""
    worked_on = _targets_of_resyncs(scene)
    for machine in scene.vault.machines:
        state = state_of_machine(machine, scene.vault)
        names = {machine.name.casefold(), key_of(machine.id)}
        if state.resync is Resync.REQUIRED and not running(machine) and not names & worked_on:
            yield Observed(
                machine, "resyncRequired", f"{machine.name} requires a resynchronisation, and nothing works on it"
            )


def _targets_of_resyncs(scene: AuditScene) -> set[str]:
    """Names and ids of what an open job resynchronises, in small letters."""
    found: set[str] = set()
    for job in scene.vault.jobs:
        kind = bare(job.text("scenarioName") or job.text("jobType") or "")
        if bare(job.text("state") or "") in OPEN_JOBS and ("resync" in kind or "repair" in kind):
            found |= {each.casefold() for name in TARGETS if (each := job.text(name))}
    return found


@check(
    "AUD-STUCK",
    Severity.ERROR,
    "SP-ERR-12",
    "SP-RES-26",
    remedy="look at the link and the appliance; a copy that stands still does not end by itself",
)
def copies_move(scene: AuditScene) -> Iterator[Observed]:
    """A copy that runs has moved since the older export (--since)."""
    if scene.older is None or scene.now_ms - scene.older_ms < scene.limits.still_minutes * MINUTE_MS:
        return
    for machine in scene.vault.machines:
        before = scene.older.machine_of(machine.id)
        field = _still(before, machine) if before is not None else None
        if field is not None:
            since = span(scene.now_ms - scene.older_ms)
            yield Observed(
                machine, field, f"the copy of {machine.name} stands where it stood {since} ago: {machine.text(field)}"
            )


def _still(before: Thing, after: Thing) -> str | None:
    """The field of a running copy that did not change, if none of them changed."""
    told = [name for name in COPIES if before.number(name) is not None and after.number(name) is not None]
    ended = any(after.number(name) == 100 for name in COPIES if name.endswith("Percentage"))
    same = told and all(before.number(name) == after.number(name) for name in told)
    return told[0] if same and not ended else None


@check(
    "AUD-AGENT",
    Severity.ERROR,
    "SP-APP-1",
    "SP-ERR-13",
    remedy="start the machine or its agent, and let it reach the appliance; until then nothing of it is replicated",
)
def agents_answer(scene: AuditScene) -> Iterator[Observed]:
    """The agent of a protected machine was heard within the last minutes."""
    for machine in scene.vault.machines:
        if not _replicates(machine, scene):
            continue
        agent = inner(machine, "mobilityAgentDetails")
        heard = agent.when("lastHeartbeatUtc") or machine.when("lastHeartbeat")
        age = scene.age_ms(heard)
        if age is not None and age > scene.limits.heartbeat_minutes * MINUTE_MS:
            field = "mobilityAgentDetails.lastHeartbeatUtc" if agent.has("lastHeartbeatUtc") else "lastHeartbeat"
            yield Observed(machine, field, f"the agent of {machine.name} was heard last {span(age)} ago")


@check(
    "AUD-SOURCE",
    Severity.ERROR,
    "SP-LC-39",
    "SP-LC-55",
    remedy="start the machine; if it is gone for good, disable its protection by force after a last failover",
)
def sources_run(scene: AuditScene) -> Iterator[Observed]:
    """The source of a protected machine runs and was not deleted."""
    for machine in scene.vault.machines:
        if not is_protected(state_of_machine(machine, scene.vault)):
            continue
        found = inner(machine, "discoveredVmDetails")
        power = bare(found.text("powerStatus") or "")
        if found.flag("isDeleted"):
            yield Observed(
                machine, "discoveredVmDetails.isDeleted", f"{machine.name} is protected, and its source was deleted"
            )
        elif power in ("off", "poweredoff", "suspended"):
            yield Observed(
                machine, "discoveredVmDetails.powerStatus", f"{machine.name} is protected, and its source is {power}"
            )


@check(
    "AUD-DISK",
    Severity.ERROR,
    "SP-PT-13",
    "SP-LC-43",
    remedy="look at the disk: until its copy is complete no new point has it, and a failover goes back to before it",
)
def disks_are_in_the_points(scene: AuditScene) -> Iterator[Observed]:
    """Every disk of a protected machine is copied, and every disk that it has is protected."""
    for machine in scene.vault.machines:
        if not is_protected(state_of_machine(machine, scene.vault)):
            continue
        open_disks = [
            each for each in machine.parts("protectedDisks") if each.flag("isInitialReplicationComplete") is False
        ]
        for each in open_disks:
            name = each.text("diskName") or each.text("diskId") or "a disk"
            yield Observed(
                machine, f"protectedDisks.{name}", f"{machine.name} is protected, and {name} is not copied yet"
            )
        for each in machine.parts("unprotectedDisks"):
            name = each.text("diskId") or each.text("diskLunId") or "a disk"
            yield Observed(machine, f"unprotectedDisks.{name}", f"{machine.name} is protected without its disk {name}")


@check(
    "AUD-COPY",
    Severity.NOTE,
    "SP-LC-34",
    "SP-LC-35",
    remedy="wait; before the first point the machine cannot be failed over",
)
def initial_copies_end(scene: AuditScene) -> Iterator[Observed]:
    """An initial replication has ended within a day of its beginning."""
    for machine in scene.vault.machines:
        state = state_of_machine(machine, scene.vault)
        age = scene.age_ms(inner(machine, "currentScenario").when("startTime"))
        if state.protection is Protection.INITIAL_REPLICATION and age is not None and age > DAY_MS:
            yield Observed(machine, "protectionState", f"the initial copy of {machine.name} runs for {span(age)}")


def _replicates(machine: Thing, scene: AuditScene) -> bool:
    """Forward protected, or copied for the first time: somebody has to be there to send."""
    state = state_of_machine(machine, scene.vault)
    copied = state.protection in (Protection.PROTECTED, Protection.INITIAL_REPLICATION)
    return copied and state.active is not Site.RECOVERY and state.direction is not Direction.REVERSE
