"""The drill: a test failover leaves no trace (seed: Failover and failback process; domain §1.3).

Rule: what a drill must not touch is read back before and after it, byte for byte.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import Level, case
from siteproof.conformance.expected import drill as oracle
from siteproof.conformance.lab import Lab
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Place, Selection, TestFailover, Verb

C = Capability
DRILL = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.TEST_FAILOVER)


@case("C-DRL-1", ["SP-DRL-2", "SP-SET-13"], needs=(*DRILL, C.OLDER_POINTS), on_bytes=True)
def the_test_machine_is_built_from_the_point(lab: Lab) -> None:
    """The test machine's disks hold the bytes of the selected older point, not of the newest one."""
    machine = lab.protected_machine(disks=2)
    lab.write(machine, 20)
    older = lab.crash_point(machine)
    wanted = verify_bytes.true_point(lab, machine, older)
    lab.write(machine, 20)
    verify_bytes.other_image(lab.restore(machine, lab.crash_point(machine)), wanted, "two points")
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point=older.name)
    verify_bytes.same_image(lab.read(machine, Place.TEST), wanted, "the test machine")


@case("C-DRL-2", ["SP-DRL-4", "SP-DRL-7"], needs=DRILL, on_bytes=True, fixes=SIZED)
def what_a_drill_writes_stays_in_it(lab: Lab) -> None:
    """Writes of a test machine reach neither source nor point, and no later drill or failover starts with them."""
    machine = lab.protected_machine(filled=16)
    lab.write(machine, 20)
    point = lab.crash_point(machine)
    then, source = verify_bytes.true_point(lab, machine, point), lab.read(machine)
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.LATEST_PROCESSED)
    lab.write(machine, range(40), place=Place.TEST)
    verify_bytes.other_image(lab.read(machine, Place.TEST), then, "the test machine after its writes")
    verify.serves("SP-DRL-4")
    verify_bytes.same_image(lab.restore(machine, point), then, "the point during the drill")
    verify_bytes.same_image(lab.read(machine), source, "the source during the drill")
    lab.run(machine, Verb.CLEAN_UP_TEST)
    verify_bytes.same_image(lab.restore(machine, point), then, "the point after the clean-up")
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.LATEST_PROCESSED)
    verify.serves("SP-DRL-7")
    verify_bytes.same_image(lab.read(machine, Place.TEST), then, "the next drill's machine")
    lab.write(machine, range(40), place=Place.TEST)
    lab.run(machine, Verb.CLEAN_UP_TEST)
    if C.FAILOVER in lab.description.capabilities:
        lab.run(machine, Verb.FAIL_OVER, selection=Selection.CUSTOM, point=point.name)
        verify_bytes.same_image(lab.landing(machine).picture, then, "the machine of the failover after the drills")


@case("C-DRL-3", ["SP-DRL-3", "SP-DRL-15", "SP-RPO-7"], needs=(*DRILL, C.VIRTUAL_CLOCK), on_bytes=True)
def two_runs_differ_in_nothing_but_the_drill(lab: Lab) -> None:
    """The same workload with and without a drill leaves the same points, images, watermarks and RPO."""
    oracle.same(oracle.play(lab, drill=True), oracle.play(lab, drill=False))


@case("C-DRL-4", ["SP-DRL-5", "SP-DRL-14"], needs=(*DRILL, C.DELTA), on_bytes=True)
def replication_goes_on_during_a_drill(lab: Lab) -> None:
    """Writes made during a drill are in the next point, the source runs on, and no resynchronisation is needed."""
    machine = lab.protected_machine()
    lab.run(machine, Verb.TEST_FAILOVER)
    lab.write(machine, 30)
    point = lab.crash_point(machine)
    verify.serves("SP-DRL-5", "SP-DRL-14")
    verify_bytes.same_image(
        lab.restore(machine, point), lab.history.image_now(machine.name), "a point of the drill's time"
    )
    seen = lab.observe(machine)
    verify.serves("SP-DRL-14")
    verify.that(Place.PRIMARY in seen.running, "the source runs", seen.running)
    after = lab.run(machine, Verb.CLEAN_UP_TEST)
    verify.serves("SP-DRL-5")
    verify.equal(after.regions.resync.value, "none", "resync region after the drill")


@case("C-DRL-5", ["SP-DRL-7"], needs=(*DRILL, C.LIFECYCLE))
def the_clean_up_removes_the_test_machine(lab: Lab) -> None:
    """After the clean-up there is no test machine to read any more."""
    machine = lab.protected_machine()
    lab.run(machine, Verb.TEST_FAILOVER)
    lab.read(machine, Place.TEST)
    lab.run(machine, Verb.CLEAN_UP_TEST)
    try:
        lab.read(machine, Place.TEST)
    except Refused:
        verify.witness()
        return
    raise verify.Failed("no test machine after the clean-up", "its disk can still be read")


@case("C-DRL-6", ["SP-DRL-6"], needs=DRILL)
def the_point_in_use_is_pinned(lab: Lab) -> None:
    """The point of a running drill is shown as pinned, and no longer after the clean-up."""
    machine = lab.protected_machine()
    point = lab.crash_point(machine)
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point=point.name)
    pinned = {each.name for each in lab.observe(machine).points if each.pinned}
    verify.equal(pinned, {point.name}, "pinned points during the drill")
    after = lab.run(machine, Verb.CLEAN_UP_TEST)
    verify.equal({each.name for each in after.points if each.pinned}, set(), "pinned points after the clean-up")


@case("C-DRL-7", ["SP-DRL-11", "SP-PT-25"], needs=(*DRILL, C.LIFECYCLE), fixes=("policy",))
def a_drill_needs_its_point(lab: Lab) -> None:
    """A drill from a point that is not listed is refused with RecoveryPointUnavailable and changes nothing."""
    machine = lab.protected_machine()
    before = lab.observe(machine)
    for fields in ({"selection": Selection.CUSTOM, "point": "never"}, {"selection": Selection.LATEST_APP_CONSISTENT}):
        answer = lab.ask(machine, Verb.TEST_FAILOVER, **fields)
        verify.serves("SP-DRL-11", "SP-PT-25")
        verify.refused(answer, [ErrorCode.RECOVERY_POINT_UNAVAILABLE], f"a drill with {fields}")
        verify.serves("SP-LC-2")
        verify.unchanged(before, lab.observe(machine), "a drill is refused")


@case("C-DRL-8", ["SP-DRL-9"], needs=(*DRILL, C.LIFECYCLE, C.JOB_FAULTS))
def a_drill_succeeded_when_its_clean_up_did(lab: Lab) -> None:
    """A drill whose clean-up failed is shown as waiting for it, and as none only after a clean-up that succeeded."""
    machine = lab.protected_machine()
    verify.equal(
        lab.run(machine, Verb.TEST_FAILOVER).regions.test_failover, TestFailover.COMPLETED, "drill after the test"
    )
    lab.fault(FaultKind.JOB_FAILS, machine)
    lab.run(machine, Verb.CLEAN_UP_TEST)
    verify.equal(lab.observe(machine).regions.test_failover, TestFailover.COMPLETED, "drill after a failed clean-up")
    verify.equal(
        lab.run(machine, Verb.CLEAN_UP_TEST).regions.test_failover, TestFailover.NONE, "drill after the clean-up"
    )


@case("C-DRL-9", ["SP-DRL-1"], level=Level.SHOULD, needs=(*DRILL, C.FAILOVER))
def a_drill_guards_nothing(lab: Lab) -> None:
    """A failover is accepted without any drill before it."""
    machine = lab.protected_machine()
    verify.accepted(lab.ask(machine, Verb.FAIL_OVER), "fail_over without a drill")
    lab.settle()


@case("C-DRL-10", ["SP-DRL-2", "SP-PT-19"], needs=(*DRILL, C.DELTA), on_bytes=True)
def a_drill_of_latest_has_everything_received(lab: Lab) -> None:
    """A drill of latest shows every write that had been received, also those after the newest point."""
    machine = lab.protected_machine()
    lab.write(machine, 20)
    lab.crash_point(machine)
    lab.write(machine, 20)
    lab.settle()
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.LATEST)
    verify.serves("SP-PT-19", "SP-DRL-2")
    verify_bytes.same_image(lab.read(machine, Place.TEST), lab.history.image_now(machine.name), "the test machine")


@case("C-DRL-11", ["SP-DRL-2", "SP-PT-22"], needs=(*DRILL, C.DELTA, C.APP_POINTS, C.VIRTUAL_CLOCK), on_bytes=True)
def a_drill_takes_the_kind_that_was_asked_for(lab: Lab) -> None:
    """A drill of latest app-consistent shows the newest app-consistent point, though newer ones are listed."""
    machine = lab.protected_machine(policy=ReplicationPolicy(app_consistent_minutes=60))
    lab.write(machine, 20)
    point = lab.app_point(machine, 62)
    wanted = lab.history.image_at(machine.name, point.name)
    lab.write(machine, 20)
    verify_bytes.other_image(lab.restore(machine, lab.crash_point(machine)), wanted, "two points")
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.LATEST_APP_CONSISTENT)
    verify.serves("SP-PT-22", "SP-DRL-2")
    verify_bytes.same_image(lab.read(machine, Place.TEST), wanted, "the test machine")
