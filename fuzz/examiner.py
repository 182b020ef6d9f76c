"""The examiner carries out actions on a subject and judges after every one: the model for states, the ledger for bytes.

Rule: what it expects comes from the model and from what was written, never from the subject; it draws nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import define, evolve, field

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Machine
from siteproof.fuzz.actions import Action, Kind
from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation, Regions, Watermarks
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Direction, Protection, Resync, Selection, Verb
from siteproof.model.spec.lifecycle.table import allowed_operations, failed, is_transitional, phases, refusal, settled

POINTS_READ_MAX = 4  # of the listed points a checkpoint reads the newest ones and the oldest one
COPYING = Protection.INITIAL_REPLICATION
POINT_VERBS = frozenset({Verb.TEST_FAILOVER, Verb.FAIL_OVER, Verb.CHANGE_RECOVERY_POINT})


@define
class Examiner:
    """One subject under examination; `pairs` collects (verb, protection, direction) that were asked."""

    lab: Lab
    machine: Machine
    pairs: set[tuple[str, str, str]] = field(factory=set)
    _trouble: bool = False  # a fault may still explain a failed job or a mark
    _job_fault: bool = False  # the next job may fail

    def view(self) -> Observation:
        """What the subject shows now."""
        return self.lab.observe(self.machine)

    def carry_out(self, action: Action) -> None:
        """Do it and judge it; raises verify.Failed when the subject contradicts the model or loses bytes."""
        steps: dict[Kind, Callable[[Action], None]] = {
            Kind.WRITE: self._write,
            Kind.DISCARD: self._discard,
            Kind.COMMAND: self._command,
            Kind.FAULT: self._fault,
            Kind.ADVANCE: lambda each: self.lab.advance(milliseconds=each.milliseconds),
            Kind.SETTLE: lambda _: self._settle(),
            Kind.CHECKPOINT: lambda _: self._checkpoint(),
        }
        steps[action.kind](action)
        self._judge_view(self.view())

    def _write(self, action: Action) -> None:
        self.lab.write(self.machine, action.blocks, disk=action.disk)

    def _discard(self, action: Action) -> None:
        for block in action.blocks:
            self.lab.discard(self.machine, block, 1, disk=action.disk)

    def _fault(self, action: Action) -> None:
        assert action.fault is not None
        self.lab.fault(action.fault.kind, self.machine, action.fault.disk, action.fault.amount)
        self._trouble = self._trouble or action.fault.kind is not FaultKind.LINK_UP
        self._job_fault = self._job_fault or action.fault.kind is FaultKind.JOB_FAILS

    def _settle(self) -> None:
        self.lab.settle()
        regions = self.view().regions
        verify.that(not is_transitional(regions), "no job runs after settle", regions.protection.value)

    def _command(self, action: Action) -> None:
        assert action.command is not None
        command, before = action.command, self.view()
        regions = before.regions
        self.pairs.add((command.verb.value, regions.protection.value, regions.direction.value))
        code = refusal(regions, command.verb, self.lab.profile)
        if code is not None:
            self._must_refuse(command, before, _also_conflict(code, before))
        elif command.verb in POINT_VERBS and not _point_is_there(command, before):
            self._must_refuse(command, before, (ErrorCode.RECOVERY_POINT_UNAVAILABLE,))
        elif action.hold:
            verify.accepted(self._ask(command), command.verb.value)
        else:
            self._must_succeed(command, before)

    def _must_refuse(self, command: Command, before: Observation, codes: tuple[ErrorCode, ...]) -> None:
        verify.refused(self._ask(command), codes, command.verb.value)
        verify.unchanged(before, self.view(), f"{command.verb.value} is refused")

    def _must_succeed(self, command: Command, before: Observation) -> None:
        drained = self.lab.history.drained_position(self.machine.name)
        try:
            after = self.lab.run(self.machine, command.verb, **_fields(command))
        except verify.Inconclusive as refused:
            raise verify.Failed(f"{command.verb.value} accepted", refused.reason) from refused
        self._judge_outcome(command.verb, before.regions, after.regions)
        if after.regions == settled(before.regions, command.verb, self.lab.profile):
            self._judge_landing(command, drained)

    def _judge_outcome(self, verb: Verb, before: Regions, after: Regions) -> None:
        right = settled(before, verb, self.lab.profile)
        wrong = failed(before, verb, self.lab.profile)
        possible = [right, wrong, *self._copies_that_fail(before, verb)] if self._trouble else [right]
        names = " or ".join(_short(regions) for regions in possible)
        same = any(_alike(after, each, with_mark=not self._trouble) for each in possible)
        verify.that(same, f"{verb.value} leads to {names}", _short(after))
        self._job_fault = self._job_fault and not _alike(after, wrong, with_mark=False)

    def _copies_that_fail(self, before: Regions, verb: Verb) -> list[Regions]:
        """Where a command ends whose initial copy does not get through (rule LC-13.1)."""
        copying = (each for each in phases(before, verb, self.lab.profile) if each.protection is COPYING)
        return [evolve(each, protection=Protection.INITIAL_REPLICATION_FAILED) for each in copying]

    def _judge_landing(self, command: Command, drained: int) -> None:
        if command.verb is Verb.FAIL_OVER:
            newest = command.selection is Selection.LATEST and not self._trouble
            verify_bytes.true_landing(self.lab, self.lab.landing(self.machine), drained if newest else 0)
        if command.verb is Verb.FAIL_BACK:
            landing = self.lab.landing(self.machine)
            verify_bytes.true_landing(self.lab, landing, landing.position)

    def _checkpoint(self) -> None:
        self._settle()
        view = self.view()
        if _replicates(view):
            self._trouble = self._job_fault
            self.lab.advance(minutes=self.lab.profile.crash_consistent_minutes + 0.1)
            view = self.view()
        for point in _worth_reading(view.points):
            verify_bytes.true_point(self.lab, self.machine, point)

    def _judge_view(self, view: Observation) -> None:
        expected = allowed_operations(view.regions, self.lab.profile)
        verify.equal(_verbs(view.allowed), _verbs(expected), f"allowed operations in {_short(view.regions)}")
        for disk in view.disks:
            marks = _numbers(disk.watermarks)
            verify.that(marks == sorted(marks, reverse=True), "written >= sent >= cached >= applied >= pointed", marks)
        names = [point.name for point in view.points]
        verify.that(len(set(names)) == len(names), "every point has a name of its own", names)

    def _ask(self, command: Command) -> Answer:
        return self.lab.ask(self.machine, command.verb, **_fields(command))


def _also_conflict(code: ErrorCode, view: Observation) -> tuple[ErrorCode, ...]:
    """While a job runs, OperationConflict is as true as the table's own error."""
    return (code, ErrorCode.OPERATION_CONFLICT) if view.running_job else (code,)


def _fields(command: Command) -> dict[str, Any]:
    names = [name for name in Command.__annotations__ if name not in ("verb", "machine")]
    return {name: getattr(command, name) for name in names}


def _point_is_there(command: Command, view: Observation) -> bool:
    """Whether a point of the selected kind is listed."""
    return any(_is_selected(command, point) for point in view.points)


def _is_selected(command: Command, point: RecoveryPoint) -> bool:
    if command.selection is Selection.CUSTOM:
        return point.name == command.point
    kinds = {Selection.LATEST_APP_CONSISTENT: Consistency.APP, Selection.LATEST_CRASH_CONSISTENT: Consistency.CRASH}
    return kinds.get(command.selection, point.consistency) is point.consistency


def _alike(actual: Regions, expected: Regions, *, with_mark: bool) -> bool:
    same = (actual.protection, actual.direction, actual.active, actual.test_failover)
    wanted = (expected.protection, expected.direction, expected.active, expected.test_failover)
    return same == wanted and (not with_mark or actual.resync is expected.resync)


def _replicates(view: Observation) -> bool:
    regions = view.regions
    forward = regions.direction is Direction.FORWARD
    return forward and view.link_up and regions.protection is Protection.PROTECTED and regions.resync is Resync.NONE


def _short(regions: Regions) -> str:
    parts = [regions.direction.value, regions.protection.value, regions.active.value]
    drill = [f"drill {regions.test_failover.value}"] if regions.test_failover.value != "none" else []
    return " ".join(parts + drill + ([f"resync {regions.resync.value}"] if regions.resync.value != "none" else []))


def _worth_reading(points: tuple[RecoveryPoint, ...]) -> tuple[RecoveryPoint, ...]:
    ordered = sorted(points, key=lambda point: point.sequence)
    return tuple(ordered[-POINTS_READ_MAX + 1 :] + ordered[: -POINTS_READ_MAX + 1][:1])


def _numbers(marks: Watermarks) -> list[int]:
    return [marks.written, marks.sent, marks.cached, marks.applied, marks.pointed]


def _verbs(verbs: Iterable[Verb]) -> str:
    return ", ".join(sorted(verb.value for verb in verbs)) or "none"
