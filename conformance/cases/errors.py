"""Errors, policies, RPO: what is refused, by which name, what is only told (seed: Replication policy; domain §6).

Rule: a refusal is judged by its code and by everything that it left untouched.
"""

from itertools import pairwise

from siteproof.conformance import verify
from siteproof.conformance.case import case
from siteproof.conformance.expected.lifecycle import offered
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.commands import Refusal
from siteproof.model.nouns.errors import CATALOGUE, ErrorCode, Refused
from siteproof.model.nouns.policy import DAY_MINUTES, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Protection, Resync, Selection, Verb

C = Capability


def _policy_refused(lab: Lab, *policies: ReplicationPolicy) -> list[Refusal]:
    machine = lab.machine(disk="64 KiB")
    before = lab.observe(machine)
    answers = []
    for policy in policies:
        answer = lab.ask(machine, Verb.ENABLE, policy=policy)
        verify.refused(answer, [ErrorCode.POLICY_INVALID], f"enable with {policy}")
        verify.unchanged(before, lab.observe(machine), "a policy is refused")
        assert isinstance(answer, Refusal)
        answers.append(answer)
    return answers


@case("C-ERR-1", ["SP-POL-5", "SP-LC-30"], needs=[C.LIFECYCLE], bears=("way",))
def the_app_interval_is_less_than_the_retention(lab: Lab) -> None:
    """An app-consistent interval equal to or above the retention is refused with PolicyInvalid."""
    _policy_refused(
        lab,
        ReplicationPolicy(retention_minutes=720, app_consistent_minutes=720),
        ReplicationPolicy(retention_minutes=60, app_consistent_minutes=120),
    )


@case("C-ERR-2", ["SP-POL-4", "SP-LC-30"], needs=[C.LIFECYCLE], bears=("way",))
def the_app_interval_is_off_or_one_to_twelve_hours(lab: Lab) -> None:
    """Intervals of 13 hours, half an hour and below zero are refused; 1 and 12 hours are accepted."""
    _policy_refused(
        lab,
        ReplicationPolicy(app_consistent_minutes=13 * 60),
        ReplicationPolicy(app_consistent_minutes=30),
        ReplicationPolicy(app_consistent_minutes=-60),
    )
    for hours in (1, 12):
        machine = lab.machine(disk="64 KiB")
        answer = lab.ask(machine, Verb.ENABLE, policy=ReplicationPolicy(app_consistent_minutes=60 * hours))
        verify.accepted(answer, f"an app-consistent interval of {hours} h")
        lab.settle()


@case("C-ERR-3", ["SP-RET-2", "SP-POL-12"], needs=[C.LIFECYCLE], bears=("way",))
def retention_ends_at_fifteen_days(lab: Lab) -> None:
    """A retention above 15 days or below 0 is refused, and the refusal says what is allowed; 15 days are accepted."""
    refusals = _policy_refused(
        lab,
        ReplicationPolicy(retention_minutes=15 * DAY_MINUTES + 1),
        ReplicationPolicy(retention_minutes=-1),
    )
    verify.every(refusals, lambda refusal: "retention" in refusal.detail, "a refusal that names the setting")
    machine = lab.machine(disk="64 KiB")
    answer = lab.ask(machine, Verb.ENABLE, policy=ReplicationPolicy(retention_minutes=15 * DAY_MINUTES))
    verify.accepted(answer, "a retention of 15 days")
    lab.settle()


@case("C-ERR-4", ["SP-LC-2", "SP-PT-14"], needs=[C.CRASH_POINTS], bears=("way",))
def an_unknown_point_is_refused(lab: Lab) -> None:
    """Restoring a point that was never listed is refused by name."""
    machine = lab.protected_machine(disk="64 KiB")
    try:
        lab.subject.restore(machine.name, "no-such-point")
    except Refused as refused:
        verify.equal(refused.code, ErrorCode.RECOVERY_POINT_UNAVAILABLE, "code of the refusal")
        return
    raise verify.Failed("restore of an unknown point refused", "an image")


@case("C-ERR-5", ["SP-ERR-10", "SP-LC-5"], needs=[C.LIFECYCLE, C.HOLD, C.FAILOVER])
def one_job_at_a_time(lab: Lab) -> None:
    """While a failover runs, every command is refused with OperationConflict, and the failover still ends well."""
    machine = lab.protected_machine(disk="64 KiB")
    lab.ask(machine, Verb.FAIL_OVER)
    for verb in offered(lab):
        verify.refused(lab.ask(machine, verb), [ErrorCode.OPERATION_CONFLICT], f"{verb.value} during a failover")
    lab.settle()
    verify.equal(lab.observe(machine).regions.protection, Protection.FAILED_OVER, "protection after the failover")


@case("C-ERR-6", ["SP-ERR-3", "SP-ERR-2", "SP-ERR-1"], needs=[C.LINK_FAULTS, C.RESYNC], bears=("way",))
def every_event_has_a_code_of_the_catalogue(lab: Lab) -> None:
    """After trouble every event names a code of the catalogue, its machine and its time."""
    machine = lab.protected_machine(disk="64 KiB")
    start, told = lab.now_ms(machine), len(lab.observe(machine).events)
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 3)
    lab.advance(minutes=90)
    lab.settle()
    seen = lab.observe(machine)
    verify.every(
        seen.events[told:],
        lambda event: (
            event.code in CATALOGUE and event.machine == machine.name and start <= event.time_ms <= seen.time_ms
        ),
        "an event with code, machine and time",
    )


@case("C-ERR-7", ["SP-PT-30"], needs=[C.LINK_FAULTS, C.CRASH_POINTS, C.VIRTUAL_CLOCK])
def an_hour_without_a_point_is_told(lab: Lab) -> None:
    """No crash-consistent point for more than an hour raises NoCrashConsistentPoint."""
    machine = lab.protected_machine(disk="64 KiB")
    verify.that(not _told(lab, machine, ErrorCode.NO_CRASH_CONSISTENT_POINT), "no such event at first", "told")
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 3)
    lab.advance(minutes=75)
    verify.that(_told(lab, machine, ErrorCode.NO_CRASH_CONSISTENT_POINT), "an event NoCrashConsistentPoint", "none")


@case("C-ERR-8", ["SP-ERR-5", "SP-PT-30"], needs=[C.LINK_FAULTS, C.CRASH_POINTS, C.RESYNC, C.VIRTUAL_CLOCK])
def every_excursion_is_told(lab: Lab) -> None:
    """The second time that the RPO exceeds its limits is told like the first, and so is the third."""
    machine = lab.protected_machine(disk="64 KiB")
    for number in (1, 2, 3):
        with lab.link_down(machine):
            lab.write(machine, 3)
            lab.advance(minutes=75)
        lab.resynchronise(machine)
        lab.advance(minutes=6)
        for code, of in EXCURSIONS.items():
            verify.serves(of)
            told = sum(event.code is code for event in lab.observe(machine).events)
            verify.at_least(told, number, f"events {code.value} after {number} excursions")


EXCURSIONS = {
    ErrorCode.RPO_THRESHOLD_EXCEEDED: "SP-ERR-5",
    ErrorCode.NO_CRASH_CONSISTENT_POINT: "SP-PT-30",
}


def _told(lab: Lab, machine: Machine, code: ErrorCode) -> bool:
    return code in {event.code for event in lab.observe(machine).events}


@case("C-RPO-1", ["SP-RPO-8"], needs=[C.INITIAL_REPLICATION, C.CRASH_POINTS])
def no_rpo_before_a_first_point(lab: Lab) -> None:
    """A machine without a point shows no RPO, a protected one does."""
    machine = lab.machine(disk="64 KiB")
    verify.equal(lab.observe(machine).rpo_ms, None, "RPO before a first point")
    lab.protect(machine)
    verify.that(lab.observe(machine).rpo_ms is not None, "an RPO after the first point", "none")


@case("C-RPO-2", ["SP-RPO-2", "SP-RPO-1"], needs=[C.LINK_FAULTS, C.DELTA, C.VIRTUAL_CLOCK])
def the_rpo_grows_while_nothing_arrives(lab: Lab) -> None:
    """With the link down the RPO grows exactly with the time, minute by minute."""
    machine = lab.protected_machine(disk="64 KiB")
    lab.write(machine, 3)
    lab.settle()
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 3)
    lab.advance(milliseconds=2_000)
    shown = []
    for _ in range(10):
        lab.advance(minutes=1)
        shown.append(lab.observe(machine).rpo_ms or 0)
    steps = {later - earlier for earlier, later in pairwise(shown)}
    verify.equal(steps, {60_000}, "growth of the RPO per minute, in ms")
    verify.at_least(shown[0], 60_000, "RPO in ms after a minute without replication")


@case("C-RPO-3", ["SP-RPO-3", "SP-ERR-5", "SP-RPO-5", "SP-POL-9"], needs=[C.LINK_FAULTS, C.DELTA, C.VIRTUAL_CLOCK])
def the_threshold_only_raises_an_event(lab: Lab) -> None:
    """Exceeding the RPO threshold raises its event; two runs that differ only in the threshold replicate alike."""
    seen = [_outage(lab, minutes) for minutes in (15, 600)]
    verify.that(seen[0][0], "an event RpoThresholdExceeded above the threshold", "none")
    verify.that(not seen[1][0], "no such event below the threshold", "told")
    verify.equal(seen[0][1], seen[1][1], "regions, points and bytes sent")


def _outage(lab: Lab, threshold_minutes: int) -> tuple[bool, object]:
    machine = lab.protected_machine("64 KiB", policy=ReplicationPolicy(rpo_threshold_minutes=threshold_minutes))
    with lab.link_down(machine):
        lab.write(machine, 3)
        lab.advance(minutes=30)
    lab.resynchronise(machine)
    lab.write(machine, 3)
    lab.advance(minutes=6)
    seen = lab.observe(machine)
    taken = [(point.taken_at_ms, point.consistency) for point in seen.points]
    return _told(lab, machine, ErrorCode.RPO_THRESHOLD_EXCEEDED), (seen.regions, taken, seen.bytes_sent)


@case("C-RPO-4", ["SP-REP-6", "SP-RPO-1"], needs=[C.DELTA, C.VIRTUAL_CLOCK, C.CRASH_POINTS], bears=("way",))
def the_rpo_stays_small_in_peace(lab: Lab) -> None:
    """With a healthy link and a steady load the RPO never reaches the interval of two points."""
    machine = lab.protected_machine(disk="64 KiB")
    for _ in range(30):
        lab.write(machine, 2)
        lab.advance(milliseconds=21_000)
        verify.at_most(lab.observe(machine).rpo_ms or 0, 10 * 60_000, "RPO in ms in peace")
    verify.equal(lab.observe(machine).regions.resync, Resync.NONE, "resync region")


@case("C-POL-1", ["SP-POL-6"], needs=[C.LIFECYCLE, C.APP_POINTS, C.VIRTUAL_CLOCK])
def a_policy_can_be_given_while_enabling(lab: Lab) -> None:
    """The policy given with enable rules, not the scenario's: app-consistent points appear."""
    machine = lab.machine(disk="64 KiB")
    lab.protect(machine, ReplicationPolicy(app_consistent_minutes=60))
    lab.write(machine, 2)
    point = lab.app_point(machine, 65)
    answer = lab.ask(machine, Verb.TEST_FAILOVER, selection=Selection.LATEST_APP_CONSISTENT)
    verify.accepted(answer, f"a drill from {point.name}")
    lab.settle()
