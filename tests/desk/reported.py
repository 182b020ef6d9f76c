"""Wrong subjects after public reports of other products, each the reference with one part that is wrong in that way.

Rule: what went wrong is the report's, the code is ours; the smallest change that shows it.
"""

from attrs import evolve

from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Place, Protection, Resync, ResyncReason, Selection, Verb
from siteproof.reference import failover, reprotection_server
from siteproof.reference.appliance import Appliance
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.replicator import Replicator
from siteproof.reference.retention import Thinning
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit, procedures_with, subject_with


def _older_than_it_says(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
    before = [each.name for each in machine.points]
    stop, start = failover.fail_over(appliance, machine, command)

    def start_older() -> None:
        named = machine.chosen
        if command.selection is Selection.LATEST and before:
            machine.chosen = before[-1]
        start()
        machine.chosen = machine.using = named

    return stop, start_older


class _LatestIsAName(Appliance):
    procedures = procedures_with(Verb.FAIL_OVER, _older_than_it_says)


def latest_is_a_name() -> ReferenceSubject:
    """Longhorn 7945: an activated standby says that it holds the newest point and holds the one before."""
    return exhibit("latest is only a name", appliance=_LatestIsAName)


class _ReadyTooEarly(ReferenceSubject):
    def observe(self, machine: str) -> Observation:
        seen = super().observe(machine)
        copying = seen.regions.protection is Protection.INITIAL_REPLICATION
        return evolve(seen, allowed=(*seen.allowed, Verb.FAIL_OVER)) if copying else seen


def ready_too_early() -> ReferenceSubject:
    """RamenDR 2826: the failover is offered while the first copy runs."""
    return exhibit("ready too early", subject=_ReadyTooEarly)


def nothing_runs_after_the_second_way_back() -> ReferenceSubject:
    """RamenDR 398: the second failback finds remains of the first; both sides are told to be secondary."""
    home: set[str] = set()

    def remains(appliance: Equipment, machine: Machine, command: Command) -> tuple[Work, ...]:
        copy, start = reprotection_server.fail_back(appliance, machine, command)

        def start_once() -> None:
            start()
            machine.hosts[Place.PRIMARY].running = machine.name not in home
            home.add(machine.name)

        return copy, start_once

    class TwoSecondaries(Appliance):
        procedures = procedures_with(Verb.FAIL_BACK, remains)

    return exhibit("nothing runs after the second way back", appliance=TwoSecondaries)


def _from_now(point: StoredPoint, now_ms: int, width_minutes: int) -> int:
    return (now_ms - point.born_ms) // (width_minutes * MINUTE_MS)


class _OldestOfMovingBuckets(Replicator):
    thinning = Thinning(_from_now, lambda held, _other: held)


def oldest_of_moving_buckets() -> ReferenceSubject:
    """Zrepl 612: buckets counted back from the newest point keep their oldest, and days go missing."""
    return subject_with(_OldestOfMovingBuckets, "moving buckets keep their oldest")


class _NoFineBucket(Replicator):
    def prune(self, machine: Machine) -> None:
        if machine.stream is None:
            return
        hours: dict[int, str] = {}
        for point in machine.points:
            hours.setdefault(point.born_ms // (60 * MINUTE_MS), point.name)
        kept = {*hours.values(), *machine.pinned}
        self.drop_points(machine, {each.name for each in machine.points} - kept)


def no_fine_bucket() -> ReferenceSubject:
    """Zrepl 659 and 712: nothing fine stands in front, so the point that was just taken is deleted."""
    return subject_with(_NoFineBucket, "deletes the point that was just taken")


class _RunsForEver(ReferenceSubject):
    """A comparison after this fault is shown as running when it has long ended; None: every comparison."""

    after: FaultKind | None = None

    def reset(self, scenario: Scenario) -> None:
        self.struck: set[str] = set()
        self.shown: set[str] = set()
        super().reset(scenario)

    def fault(self, fault: Fault) -> None:
        super().fault(fault)
        if fault.kind is self.after:
            self.struck |= {fault.machine} if fault.machine else set(self.appliance.vault.machines)

    def do(self, command: Command) -> Answer:
        if command.verb is Verb.RESYNCHRONIZE and (self.after is None or command.machine in self.struck):
            self.shown.add(command.machine)
        elif command.verb is not Verb.RESYNCHRONIZE:
            self.shown.discard(command.machine)
        return super().do(command)

    def observe(self, machine: str) -> Observation:
        seen = super().observe(machine)
        quiet = seen.regions.protection is Protection.PROTECTED and seen.regions.resync is Resync.NONE
        running = evolve(seen.regions, resync=Resync.RUNNING)
        return (
            evolve(seen, regions=running, resync_reason=ResyncReason.MANUAL)
            if quiet and machine in self.shown
            else seen
        )


class _AfterTheSite(_RunsForEver):
    after = FaultKind.SITE_DOWN


def degraded_for_ever() -> ReferenceSubject:
    """csi-addons volume-replication-operator 101: agrees with its peer again, and is shown as degraded for ever."""
    return exhibit("a comparison is shown for ever", subject=_RunsForEver)


def degraded_for_ever_after_the_site() -> ReferenceSubject:
    """The same, only after the site was lost."""
    return exhibit("a comparison after the loss of the site is shown for ever", subject=_AfterTheSite)
