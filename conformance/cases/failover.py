"""Failover: which point, which bytes, what is lost, and what can follow (seed: Failover and failback process).

Rule: that a job succeeded proves nothing; the disks of the machine that took over are read and compared.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.expected import loss
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.commands import Accepted
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind, Unsupported
from siteproof.model.nouns.vocabulary import Consistency, Place, Protection, Selection, Site, Verb

C = Capability
OVER = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.FAILOVER)


def _three_points(lab: Lab, machine: Machine) -> list[RecoveryPoint]:
    points = []
    for _ in range(3):
        lab.write(machine, 15)
        points.append(lab.crash_point(machine))
    return points


@case("C-FO-1", ["SP-FO-2", "SP-FO-17", "SP-FO-20", "SP-PT-19"], needs=(*OVER, C.DELTA), on_bytes=True)
def latest_loses_nothing_that_was_received(lab: Lab) -> None:
    """Failing over to latest gives every write that had been replicated, also those after the newest point."""
    machine = lab.protected_machine(disks=2)
    lab.write(machine, 30)
    lab.crash_point(machine)
    lab.write(machine, 30, disk="disk1")
    lab.settle()
    wanted = lab.history.image_now(machine.name)
    after = lab.run(machine, Verb.FAIL_OVER)
    verify.equal((after.regions.protection, after.regions.active), (Protection.FAILED_OVER, Site.RECOVERY), "state")
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine that took over")


@case("C-FO-2", ["SP-FO-1", "SP-PT-24", "SP-PT-11"], needs=(*OVER, C.OLDER_POINTS), on_bytes=True)
def custom_takes_the_named_point(lab: Lab) -> None:
    """Failing over to an older listed point gives that point's bytes."""
    machine = lab.protected_machine()
    points = _three_points(lab, machine)
    wanted = lab.history.image_at(machine.name, points[0].name)
    lab.run(machine, Verb.FAIL_OVER, selection=Selection.CUSTOM, point=points[0].name)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine from the oldest point")


@case("C-FO-3", ["SP-PT-21", "SP-PT-23"], needs=(*OVER, C.DELTA), on_bytes=True)
def processed_selections_take_the_newest_existing_point(lab: Lab) -> None:
    """Latest processed and latest crash-consistent take the newest point, without what came after it."""
    for selection in (Selection.LATEST_PROCESSED, Selection.LATEST_CRASH_CONSISTENT):
        machine = lab.protected_machine()
        points = _three_points(lab, machine)
        wanted = lab.history.image_at(machine.name, points[-1].name)
        lab.write(machine, 15)
        lab.settle()
        verify_bytes.other_image(lab.history.image_now(machine.name), wanted, "the newest point and the source")
        lab.run(machine, Verb.FAIL_OVER, selection=selection)
        verify_bytes.same_image(lab.landing(machine).picture, wanted, f"the machine of {selection.value}")


@case("C-FO-4", ["SP-PT-22"], needs=(*OVER, C.APP_POINTS, C.VIRTUAL_CLOCK), on_bytes=True)
def latest_app_consistent_takes_the_newest_app_point(lab: Lab) -> None:
    """Latest app-consistent takes the newest app-consistent point, though crash-consistent ones are newer."""
    machine = lab.protected_machine(policy=ReplicationPolicy(app_consistent_minutes=60))
    lab.write(machine, 20)
    point = lab.app_point(machine, 62)
    wanted = lab.history.image_at(machine.name, point.name)
    lab.write(machine, 20)
    newer = lab.crash_point(machine)
    verify_bytes.other_image(lab.restore(machine, newer), wanted, "the newer crash-consistent point")
    lab.run(machine, Verb.FAIL_OVER, selection=Selection.LATEST_APP_CONSISTENT)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine that took over")


@case("C-FO-5", ["SP-PT-20"], needs=(*OVER, C.DELTA))
def latest_makes_no_point_without_need(lab: Lab) -> None:
    """When nothing received is waiting, latest takes an existing point and makes none."""
    machine = lab.protected_machine()
    lab.write(machine, 10)
    lab.crash_point(machine)
    before = [point.name for point in lab.observe(machine).points]
    after = lab.run(machine, Verb.FAIL_OVER)
    verify.equal([point.name for point in after.points], before, "points after a failover with nothing waiting")


@case("C-FO-6", ["SP-PT-25"], needs=(*OVER, C.LIFECYCLE), fixes=("policy",))
def a_selection_without_a_point_is_refused(lab: Lab) -> None:
    """A point that is not listed, and app-consistent without any, are refused with RecoveryPointUnavailable."""
    machine = lab.protected_machine()
    before = lab.observe(machine)
    for fields in ({"selection": Selection.CUSTOM, "point": "never"}, {"selection": Selection.LATEST_APP_CONSISTENT}):
        answer = lab.ask(machine, Verb.FAIL_OVER, **fields)
        verify.refused(answer, [ErrorCode.RECOVERY_POINT_UNAVAILABLE], f"a failover with {fields}")
        verify.unchanged(before, lab.observe(machine), "a failover is refused")


@case("C-FO-7", ["SP-RPO-6", "SP-FO-22"], needs=(*OVER, C.DELTA, C.LINK_FAULTS, C.VIRTUAL_CLOCK), on_bytes=True)
def the_loss_is_within_the_shown_rpo(lab: Lab) -> None:
    """The site dies with writes on their way: what is missing from the blocks is younger than the RPO shown before."""
    machine = lab.protected_machine(filled=16)
    for _ in range(20):
        lab.write(machine, 8)
        lab.advance(milliseconds=2_300)
    lab.fault(FaultKind.LINK_DOWN, machine)
    for _ in range(5):
        lab.write(machine, 8)
        lab.advance(minutes=1)
    shown = lab.observe(machine)
    verify.given(shown.rpo_ms is not None, "no RPO is shown")
    lab.fault(FaultKind.SITE_DOWN, machine)
    lab.run(machine, Verb.FAIL_OVER)
    found = loss.within_the_rpo(lab, lab.landing(machine), shown.rpo_ms or 0, shown.time_ms)
    verify.at_least(found.writes, 1, "writes lost with a link that was down for five minutes")


@case("C-FO-8", ["SP-FO-12", "SP-SET-12", "SP-APP-10"], needs=(*OVER, C.DELTA, C.LINK_FAULTS), on_bytes=True)
def a_failover_works_without_the_primary_site(lab: Lab) -> None:
    """With the primary site gone the failover succeeds, and holds what had been replicated."""
    machine = lab.protected_machine()
    lab.write(machine, 30)
    lab.settle()
    position = lab.history.position
    lab.fault(FaultKind.SITE_DOWN, machine)
    after = lab.run(machine, Verb.FAIL_OVER)
    verify.equal(after.regions.protection, Protection.FAILED_OVER, "protection")
    verify.equal(after.running, (Place.RECOVERY,), "running machines")
    verify_bytes.true_landing(lab, lab.landing(machine), position)


@case("C-FO-9", ["SP-FO-16", "SP-FO-5"], needs=(*OVER, C.COMMIT, C.LINK_FAULTS))
def the_old_machine_stays_off(lab: Lab) -> None:
    """After the failover the generation has risen; before and after the commit a site that returns starts nothing."""
    for verbs in ((Verb.FAIL_OVER,), (Verb.FAIL_OVER, Verb.COMMIT)):
        machine = lab.protected_machine()
        before = lab.observe(machine).generation
        lab.fault(FaultKind.SITE_DOWN, machine)
        for verb in verbs:
            lab.run(machine, verb)
        lab.fault(FaultKind.SITE_UP, machine)
        lab.advance(minutes=10)
        seen = lab.observe(machine)
        verify.that(seen.generation > before, f"a generation above {before}", seen.generation)
        verify.equal(seen.running, (Place.RECOVERY,), "running machines with the site back")


@case("C-FO-10", ["SP-REP-22", "SP-FO-3", "SP-SEC-7"], needs=(*OVER, C.DELTA), on_bytes=True)
def the_old_side_reaches_the_new_one_no_more(lab: Lab) -> None:
    """Whatever is written to the old copy after the failover never shows at the recovery side."""
    machine = lab.protected_machine()
    lab.write(machine, 20)
    lab.settle()
    lab.run(machine, Verb.FAIL_OVER)
    verify_bytes.true_landing(lab, lab.landing(machine), lab.history.position)
    picture = lab.landing(machine).picture
    try:
        lab.write(machine, 30, place=Place.PRIMARY)
    except (Refused, Unsupported):
        lab.advance(minutes=1)
    lab.advance(minutes=6)
    lab.settle()
    verify_bytes.same_image(lab.read(machine, Place.RECOVERY), picture, "the recovery side")


@case("C-FO-11", ["SP-FO-13"], needs=OVER, on_bytes=True)
def the_new_machine_can_be_written(lab: Lab) -> None:
    """The failed-over machine takes writes at once and keeps them."""
    machine = lab.protected_machine()
    lab.write(machine, 20)
    lab.run(machine, Verb.FAIL_OVER)
    lab.write(machine, 20)
    lab.advance(minutes=6)
    verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the failed-over machine")


@case("C-FO-12", ["SP-FO-6", "SP-FO-7"], needs=(*OVER, C.CHANGE_POINT, C.OLDER_POINTS), on_bytes=True)
def a_change_of_point_rebuilds_the_machine(lab: Lab) -> None:
    """Changing the recovery point gives the other point's bytes; writes made after the failover are gone."""
    machine = lab.protected_machine()
    points = _three_points(lab, machine)
    wanted = [lab.history.image_at(machine.name, point.name) for point in points]
    lab.run(machine, Verb.FAIL_OVER)
    for index in (0, 1):
        lab.write(machine, 25)
        lab.run(machine, Verb.CHANGE_RECOVERY_POINT, selection=Selection.CUSTOM, point=points[index].name)
        verify_bytes.same_image(lab.read(machine), wanted[index], f"the machine from point {index}")


@case("C-FO-13", ["SP-FO-9", "SP-FO-8", "SP-FO-23"], needs=(*OVER, C.COMMIT, C.OLDER_POINTS), on_bytes=True)
def a_commit_deletes_the_other_points(lab: Lab) -> None:
    """After the commit no other point is listed or restorable, and the machine goes on with the same bytes."""
    machine = lab.protected_machine()
    points = _three_points(lab, machine)
    lab.run(machine, Verb.FAIL_OVER, selection=Selection.CUSTOM, point=points[1].name)
    lab.write(machine, 10)
    after = lab.run(machine, Verb.COMMIT)
    verify.equal({point.name for point in after.points}, {points[1].name}, "points after the commit: the used one")
    for point in (points[0], points[2]):
        verify.that(not _restorable(lab, machine, point), f"{point.name} gone after the commit", "it restores")
    verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the committed machine")


@case("C-FO-14", ["SP-FO-11"], needs=(*OVER, C.MIGRATION), on_bytes=True, fixes=("asking=source left running",))
def a_completed_migration_keeps_the_machine_only(lab: Lab) -> None:
    """After a completed migration the machine runs on with its bytes, and no point is left."""
    machine = lab.protected_machine()
    _three_points(lab, machine)
    lab.run(machine, Verb.FAIL_OVER)
    lab.write(machine, 10)
    after = lab.run(machine, Verb.COMPLETE_MIGRATION)
    verify.equal((after.regions.protection, after.points), (Protection.MIGRATED, ()), "machine after the migration")
    verify.equal(after.running, (Place.RECOVERY,), "running machines")
    verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name), "the migrated machine")


@case("C-FO-15", ["SP-FO-18", "SP-RET-11"], needs=OVER)
def the_point_of_an_uncommitted_failover_is_pinned(lab: Lab) -> None:
    """Until the commit the point in use is shown as pinned."""
    machine = lab.protected_machine()
    points = _three_points(lab, machine)
    after = lab.run(machine, Verb.FAIL_OVER, selection=Selection.CUSTOM, point=points[0].name)
    verify.equal({point.name for point in after.points if point.pinned}, {points[0].name}, "pinned points")


@case("C-FO-16", ["SP-FO-14"], needs=(*OVER, C.JOB_FAULTS, C.DELTA), on_bytes=True)
def a_failed_failover_can_be_tried_again(lab: Lab) -> None:
    """A failover whose job failed is tried again and gives the right bytes."""
    machine = lab.protected_machine()
    lab.write(machine, 30)
    lab.settle()
    wanted = lab.history.image_now(machine.name)
    lab.fault(FaultKind.JOB_FAILS, machine)
    verify.that(isinstance(lab.ask(machine, Verb.FAIL_OVER), Accepted), "fail_over accepted", "refused")
    lab.settle()
    verify.equal(lab.observe(machine).regions.protection, Protection.FAILOVER_FAILED, "protection after the failed job")
    lab.run(machine, Verb.FAIL_OVER)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine of the second failover")


@case("C-FO-17", ["SP-FO-4"], needs=(*OVER, C.LINK_FAULTS))
def the_shutdown_is_best_effort(lab: Lab) -> None:
    """Asking for the source's shutdown while its site is gone does not stop the failover."""
    machine = lab.protected_machine()
    lab.fault(FaultKind.SITE_DOWN, machine)
    after = lab.run(machine, Verb.FAIL_OVER, shutdown=True)
    verify.equal(after.regions.protection, Protection.FAILED_OVER, "protection")


@case("C-FO-18", ["SP-PT-4", "SP-PT-27"], needs=(*OVER, C.APP_POINTS, C.VIRTUAL_CLOCK), on_bytes=True)
def the_kind_of_a_point_survives_load(lab: Lab) -> None:
    """Under load app-consistent points are listed as such, and every point restores a past image."""
    machine = lab.protected_machine(disk="128 KiB", policy=ReplicationPolicy(app_consistent_minutes=60))
    known = {point.name for point in lab.observe(machine).points}
    for _ in range(65):
        lab.write(machine, 4)
        lab.advance(minutes=1)
    points = [point for point in lab.observe(machine).points if point.name not in known]
    kinds = [point.consistency for point in points]
    verify.equal(kinds.count(Consistency.APP), 1, "app-consistent points within 65 minutes")
    for point in points:
        verify_bytes.true_point(lab, machine, point)


def _restorable(lab: Lab, machine: Machine, point: RecoveryPoint) -> bool:
    try:
        lab.restore(machine, point)
    except Refused:
        return False
    return True


CHANGE_BY_KIND = (*OVER, C.CHANGE_POINT, C.APP_POINTS, C.VIRTUAL_CLOCK)


@case("C-FO-19", ["SP-FO-6", "SP-PT-21", "SP-PT-22"], needs=CHANGE_BY_KIND, on_bytes=True)
def a_change_takes_the_kind_that_was_asked_for(lab: Lab) -> None:
    """Changing to latest app-consistent, then to latest processed, gives the newest point of each kind."""
    machine = lab.protected_machine(policy=ReplicationPolicy(app_consistent_minutes=60))
    lab.write(machine, 20)
    points = {Selection.LATEST_APP_CONSISTENT: lab.app_point(machine, 62)}
    lab.write(machine, 20)
    oldest = lab.crash_point(machine)
    lab.write(machine, 20)
    points[Selection.LATEST_PROCESSED] = lab.crash_point(machine)
    lab.run(machine, Verb.FAIL_OVER, selection=Selection.CUSTOM, point=oldest.name)
    for selection, point in points.items():
        wanted = lab.history.image_at(machine.name, point.name)
        lab.run(machine, Verb.CHANGE_RECOVERY_POINT, selection=selection)
        verify_bytes.same_image(lab.read(machine), wanted, f"the machine of {selection.value}")
