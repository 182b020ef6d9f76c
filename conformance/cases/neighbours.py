"""Neighbours: machines of one appliance share nothing but the appliance (seed: Replicated machines).

Rule: two machines of the same shape; whatever is done to one is judged by what the other one shows and restores.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine, machine_spec
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Protection, TestFailover, Verb

C = Capability
POINTS = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA)


def _two(lab: Lab, disk: str = "256 KiB") -> tuple[Machine, Machine]:
    """Two protected machines with different bytes, at rest."""
    one, other = lab.site(machine_spec("one", disk), machine_spec("other", disk))
    for machine in (one, other):
        lab.write(machine, 20)
        lab.protect(machine)
    lab.settle()
    return one, other


def _next_point(lab: Lab, machine: Machine) -> RecoveryPoint:
    """The next crash-consistent point, which has to come whatever happens beside the machine."""
    lab.settle()
    known = {point.name for point in lab.observe(machine).points}
    lab.advance(minutes=lab.profile.crash_consistent_minutes)
    fresh = [point for point in lab.observe(machine).points if point.name not in known]
    verify.at_least(len(fresh), 1, f"new points of {machine.name}, with trouble at its neighbour")
    return fresh[-1]


def _untouched(lab: Lab, machine: Machine, before: Observation, what: str) -> None:
    verify.unchanged(before, lab.observe(machine), what)


@case("C-NB-1", ["SP-REP-21", "SP-PT-14", "SP-FO-1"], needs=(*POINTS, C.FAILOVER), on_bytes=True)
def each_machine_has_its_own_bytes(lab: Lab) -> None:
    """Two machines written in turn: points and failovers give each of them its own bytes."""
    machines = _two(lab)
    for _ in range(3):
        for machine in machines:
            lab.write(machine, 10)
        lab.crash_point(machines[0])
    for machine in machines:
        for point in lab.observe(machine).points:
            verify_bytes.true_point(lab, machine, point)
    for machine in machines:
        wanted = lab.history.image_now(machine.name)
        lab.run(machine, Verb.FAIL_OVER)
        verify_bytes.same_image(lab.landing(machine).picture, wanted, f"the failed-over machine {machine.name}")


@case("C-NB-2", ["SP-LC-37", "SP-REP-18", "SP-PT-28"], needs=(*POINTS, C.FAILOVER, C.COMMIT), on_bytes=True)
def commands_touch_only_their_machine(lab: Lab) -> None:
    """While one machine fails over, is committed and disabled, the other one shows no change and replicates on."""
    one, other = _two(lab)
    lab.write(other, 10)
    lab.crash_point(other)
    lab.write(other, 10)
    lab.settle()
    before = lab.observe(other)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.DISABLE):
        lab.run(one, verb)
        _untouched(lab, other, before, f"the other machine's {verb.value} runs")
    for point in before.points:
        verify_bytes.true_point(lab, other, point)
    lab.write(other, 20)
    point = _next_point(lab, other)
    wanted = lab.history.image_now(other.name)
    verify_bytes.same_image(lab.restore(other, point), wanted, "the next point of the machine beside it")


@case("C-NB-3", ["SP-LC-37", "SP-LC-40"], needs=(C.LIFECYCLE, *POINTS))
def a_disable_deletes_nobody_elses_points(lab: Lab) -> None:
    """Disabling one machine leaves the other machine's points, and enabling it again adds none there."""
    one, other = _two(lab)
    lab.write(other, 5)
    lab.crash_point(other)
    before = lab.observe(other)
    verify.at_least(len(before.points), 2, "points of the other machine")
    lab.run(one, Verb.DISABLE)
    _untouched(lab, other, before, "its neighbour is disabled")
    lab.run(one, Verb.ENABLE)
    _untouched(lab, other, before, "its neighbour is enabled again")


@case("C-NB-4", ["SP-RES-1", "SP-LC-4", "SP-REP-6"], needs=(*POINTS, C.LINK_FAULTS, C.RESYNC), on_bytes=True)
def a_cut_link_is_one_machines_trouble(lab: Lab) -> None:
    """The link of one machine breaks: the other one is not marked, and its writes arrive meanwhile."""
    one, other = _two(lab)
    lab.fault(FaultKind.LINK_DOWN, one)
    lab.write(one, 10)
    lab.write(other, 10)
    lab.advance(minutes=1)
    verify.equal(lab.observe(other).regions, Regions(Protection.PROTECTED), "the regions beside a cut link")
    point = _next_point(lab, other)
    verify_bytes.same_image(lab.restore(other, point), lab.history.image_now(other.name), "a point beside a cut link")
    lab.fault(FaultKind.LINK_UP, one)
    lab.advance(minutes=1)
    verify.accepted(lab.resynchronise(one).answer, "resynchronize the machine whose link was cut")


@case("C-NB-5", ["SP-LC-5"], needs=(C.LIFECYCLE, C.HOLD, C.INITIAL_REPLICATION, C.TEST_FAILOVER), bears=("way",))
def jobs_of_two_machines_run_together(lab: Lab) -> None:
    """A job of one machine keeps no command of another one waiting: both are accepted and both end."""
    one, other = lab.site(machine_spec("one", "256 KiB"), machine_spec("other", "256 KiB"))
    for verb, end in ((Verb.ENABLE, TestFailover.NONE), (Verb.TEST_FAILOVER, TestFailover.COMPLETED)):
        for machine in (one, other):
            verify.accepted(lab.ask(machine, verb), f"{verb.value} of {machine.name} while the other one's runs")
        lab.settle()
        for machine in (one, other):
            shown = lab.observe(machine).regions
            verify.equal(shown, Regions(Protection.PROTECTED, test_failover=end), f"{machine.name} after {verb.value}")


@case("C-NB-6", ["SP-LC-2", "SP-DRL-12"], needs=(C.LIFECYCLE, C.INITIAL_REPLICATION, C.TEST_FAILOVER, C.JOB_FAULTS))
def a_failing_job_is_the_named_machines(lab: Lab) -> None:
    """The job of the machine that was named fails, and not that of its neighbour."""
    one, other = _two(lab)
    lab.fault(FaultKind.JOB_FAILS, other)
    for machine, end in ((one, TestFailover.COMPLETED), (other, TestFailover.FAILED)):
        lab.run(machine, Verb.TEST_FAILOVER)
        verify.equal(lab.observe(machine).regions.test_failover, end, f"drill of {machine.name}")
