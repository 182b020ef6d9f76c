"""Retention: how far back, how many, and which (seed: Replication policy; domain §2, the published thinning rule).

Rule: needs a virtual clock; what is kept is compared point by point with the model's rule, not counted only.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.expected.retention import PointWatch, kept_as_published, steady_count
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.silence import silence
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Resync, Selection, Verb

C = Capability
AGING = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.RETENTION, C.VIRTUAL_CLOCK)
SMALL = "64 KiB"
FIXED = ("policy", "past=clock jumped")  # the rule under test, and the clock by which ages are counted
TWO_HOURS_MS = 120 * MINUTE_MS
SILENCE_MINUTES = 7 * DAY_MINUTES - 13 * 60  # after thirteen hours of points, the first of them is a week old then


@case("C-RET-1", ["SP-RET-3", "SP-RET-17"], needs=AGING, fixes=FIXED)
def the_last_two_hours_are_kept_whole(lab: Lab) -> None:
    """After seven hours every point of the last two hours is listed."""
    machine = lab.protected_machine(disk=SMALL)
    watch = PointWatch(lab, machine)
    watch.pass_hours(7, writes=1)
    now, listed = lab.now_ms(machine), {point.name for point in watch.look()}
    recent = [point for point in watch.ever.values() if now - point.taken_at_ms < TWO_HOURS_MS]
    verify.at_least(len(recent), 23, "points of the last two hours")
    verify.every(recent, lambda point: point.name in listed, "a point of the last two hours is listed")


@case("C-RET-2", ["SP-RET-4", "SP-RET-12", "SP-RET-13", "SP-PT-10"], needs=AGING, fixes=FIXED)
def one_day_keeps_one_point_an_hour(lab: Lab) -> None:
    """With a retention of one day the points beyond two hours thin out to one an hour, and never collapse."""
    watch = PointWatch(lab, lab.protected_machine(disk=SMALL))
    watch.pass_hours(9, writes=1)
    kept_as_published(watch, DAY_MINUTES)


@case("C-RET-3", ["SP-RET-1", "SP-RET-18", "SP-RET-19", "SP-POL-1", "SP-POL-2", "SP-REP-20"], needs=AGING, fixes=FIXED)
def the_steady_state_of_one_day(lab: Lab) -> None:
    """Enabled without a policy, after 26 hours: the steady number of points of one day, none older than a day."""
    machine = lab.protected_machine(disk=SMALL)
    watch = PointWatch(lab, machine)
    watch.pass_hours(26)
    kept_as_published(watch, DAY_MINUTES)
    listed = watch.look()
    newest = max(point.taken_at_ms for point in listed)
    verify.every(
        listed, lambda point: newest - point.taken_at_ms < DAY_MINUTES * MINUTE_MS, "a point younger than a day"
    )
    steady = steady_count(lab.description.profile)
    verify.that(len(listed) in steady, f"{steady[0]} to {steady[-1]} points, as the buckets lie", len(listed))


@case("C-RET-4", ["SP-RET-5"], needs=AGING, fixes=FIXED)
def three_days_keep_one_point_in_two_hours(lab: Lab) -> None:
    """With a retention of three days one point in two hours is kept beyond the first two."""
    policy = ReplicationPolicy(retention_minutes=3 * DAY_MINUTES)
    watch = PointWatch(lab, lab.protected_machine(disk=SMALL, policy=policy))
    watch.pass_hours(14)
    kept_as_published(watch, policy.retention_minutes)


@case("C-RET-5", ["SP-RET-8"], needs=(*AGING, C.APP_POINTS), fixes=FIXED)
def app_points_win_their_bucket(lab: Lab) -> None:
    """App-consistent points are thinned by the same table, and stand for their hour before crash-consistent ones."""
    policy = ReplicationPolicy(app_consistent_minutes=120)
    machine = lab.machine(disk=SMALL, policy=policy)
    lab.advance(minutes=lab.workload.choose(range(20, 50)))  # away from full hours, where buckets begin
    lab.protect(machine, policy)
    watch = PointWatch(lab, machine)
    watch.pass_hours(11)
    apps = [point for point in watch.ever.values() if point.consistency is Consistency.APP]
    verify.given(len(apps) >= 3, f"only {len(apps)} app-consistent points appeared")
    kept_as_published(watch, policy.retention_minutes)


@case("C-RET-6", ["SP-RET-9", "SP-RET-10"], needs=(*AGING, C.LINK_FAULTS), fixes=FIXED)
def without_new_points_nothing_is_pruned(lab: Lab) -> None:
    """A link that is cut for 30 hours stops new points, and no old point is pruned meanwhile."""
    machine = lab.protected_machine(disk=SMALL)
    watch = PointWatch(lab, machine)
    watch.pass_hours(4, writes=1)
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 2)
    lab.advance(minutes=1)
    before = [point.name for point in watch.look()]
    with silence(lab, *(each for each in lab.machines if each is not machine)):
        for _ in range(30):
            lab.advance(minutes=60)
    verify.at_least(len(before), 2, "points before the outage")
    verify.equal([point.name for point in watch.look()], before, "points after 30 hours without a new one")


@case("C-RET-14", ["SP-RET-10"], needs=(*AGING, C.LINK_FAULTS, C.OLDER_POINTS), on_bytes=True, fixes=FIXED)
def the_newest_point_outlives_a_long_outage(lab: Lab) -> None:
    """A day and a half without a link, longer than the retention: the newest point is listed and restores its bytes."""
    machine = lab.protected_machine(disk=SMALL)
    lab.write(machine, 3)
    newest = lab.crash_point(machine)
    then = verify_bytes.true_point(lab, machine, newest)
    with silence(lab, *lab.machines):
        for _ in range(36):
            lab.advance(minutes=60)
        listed = [point.name for point in lab.observe(machine).points]
        verify.that(
            newest.name in listed, f"{newest.name} listed after 36 hours without a link", f"{len(listed)} points"
        )
        verify_bytes.same_image(lab.restore(machine, newest), then, "the newest point after the outage")


@case("C-RET-7", ["SP-RET-11", "SP-DRL-6"], needs=(*AGING, C.TEST_FAILOVER, C.OLDER_POINTS), on_bytes=True, fixes=FIXED)
def a_point_in_use_is_not_pruned(lab: Lab) -> None:
    """The point of a running drill outlives the thinning of its hour, byte for byte, and goes after the clean-up."""
    machine = lab.protected_machine(disk=SMALL)
    points = []
    for _ in range(4):
        lab.write(machine, 5)
        points.append(lab.crash_point(machine))
    point = points[-1]
    then = verify_bytes.true_point(lab, machine, point)
    lab.run(machine, Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point=point.name)
    watch = PointWatch(lab, machine)
    watch.pass_hours(4, writes=1)
    listed = {each.name: each for each in watch.look()}
    verify.that(point.name in listed, "the point of the drill is listed after 4 h", "it was pruned")
    verify_bytes.same_image(lab.restore(machine, point), then, "the pinned point")
    lab.run(machine, Verb.CLEAN_UP_TEST)
    watch.pass_hours(1, writes=1)
    verify.that(point.name not in {each.name for each in watch.look()}, "the point goes after the clean-up", "it stays")


@case("C-RET-8", ["SP-RET-16"], needs=(*AGING, C.OLDER_POINTS), on_bytes=True, fixes=FIXED)
def pruning_changes_no_other_point(lab: Lab) -> None:
    """Points that survive the thinning of their neighbours restore the bytes that they restored before."""
    machine = lab.protected_machine(disk=SMALL)
    first = {}
    for _ in range(30):
        lab.write(machine, 4)
        point = lab.crash_point(machine)
        first[point.name] = verify_bytes.true_point(lab, machine, point)
    PointWatch(lab, machine).pass_hours(4, writes=4)
    left = [point.name for point in lab.observe(machine).points if point.name in first]
    verify.given(0 < len(left) < len(first), "nothing was thinned, or everything")
    for name in left:
        verify_bytes.same_image(lab.restore(machine, name), first[name], f"point {name} after its neighbours went")


@case("C-RET-10", ["SP-RET-7"], needs=(*AGING, C.DELTA, C.FAILOVER, C.LIFECYCLE), on_bytes=True, fixes=(*FIXED, "past"))
def retention_0_stores_nothing_and_latest_is_possible(lab: Lab) -> None:
    """With a retention of 0 nothing is listed, every selection but latest is refused, and latest loses nothing."""
    machine = lab.protected_machine(disk=SMALL, policy=ReplicationPolicy(retention_minutes=0))
    lab.write(machine, 6)
    lab.advance(minutes=30)
    before = lab.observe(machine)
    verify.equal([point.name for point in before.points], [], "points that are listed with a retention of 0")
    for selection in (Selection.LATEST_PROCESSED, Selection.LATEST_CRASH_CONSISTENT, Selection.LATEST_APP_CONSISTENT):
        answer = lab.ask(machine, Verb.FAIL_OVER, selection=selection)
        verify.refused(answer, [ErrorCode.RECOVERY_POINT_UNAVAILABLE], f"a failover to {selection.value}")
        verify.unchanged(before, lab.observe(machine), "a selection is refused")
    lab.write(machine, 6)
    lab.settle()
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_OVER, selection=Selection.LATEST)
    verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine that took over")


@case("C-RET-11", ["SP-RET-22"], needs=AGING, fixes=FIXED)
def below_one_day_points_thin_out_hourly(lab: Lab) -> None:
    """With a retention of six hours, as with one of a day, one point an hour is kept beyond the first two."""
    watch = PointWatch(lab, lab.protected_machine(disk=SMALL, policy=ReplicationPolicy(retention_minutes=360)))
    watch.pass_hours(9)
    kept_as_published(watch, 360)


@case("C-RET-12", ["SP-RET-22"], needs=AGING, fixes=FIXED)
def above_one_day_points_thin_out_two_hourly(lab: Lab) -> None:
    """With a retention of 36 hours, as with one of two days, one point in two hours is kept beyond the first two."""
    policy = ReplicationPolicy(retention_minutes=36 * 60)
    watch = PointWatch(lab, lab.protected_machine(disk=SMALL, policy=policy))
    watch.pass_hours(9)
    kept_as_published(watch, policy.retention_minutes)


@case("C-RET-13", ["SP-RET-6", "SP-RET-9"], needs=(*AGING, C.LINK_FAULTS), fixes=FIXED)
def beyond_a_week_one_point_in_four_hours_is_kept(lab: Lab) -> None:
    """With nine days: what was thinned to two hours waits through a silent week, and thins to four when points go on.

    The silence, cut links with nothing to send, makes a week cost a few calls; a subject that wants a comparison after
    it gets one.
    """
    policy = ReplicationPolicy(retention_minutes=9 * DAY_MINUTES)
    machine = lab.protected_machine(disk=SMALL, policy=policy)
    watch = PointWatch(lab, machine)
    watch.pass_hours(13)
    with silence(lab, *lab.machines):
        waiting = [point.name for point in watch.look()]
        for _ in range(5):
            lab.advance(minutes=SILENCE_MINUTES // 5)
        verify.equal([point.name for point in watch.look()], waiting, "points after six days without a new one")
    if lab.observe(machine).regions.resync is not Resync.NONE:
        lab.resynchronise(machine)
    watch.pass_hours(12)  # in which those of the first twelve hours grow older than a week, one after the other
    now_ms = lab.now_ms(machine)
    old = [point for point in watch.look() if now_ms - point.taken_at_ms >= 7 * DAY_MINUTES * MINUTE_MS]
    verify.given(len(old) >= 3, f"only {len(old)} points are older than seven days")
    kept_as_published(watch, policy.retention_minutes)


@case("C-RET-9", ["SP-RET-1", "SP-RET-3", "SP-RET-19"], needs=AGING, fixes=FIXED)
def a_short_retention_ends_when_it_says(lab: Lab) -> None:
    """With a retention of three hours nothing that old is listed, and no point of the last two hours is missing."""
    machine = lab.protected_machine(disk=SMALL, policy=ReplicationPolicy(retention_minutes=180))
    watch = PointWatch(lab, machine)
    watch.pass_hours(5, writes=1)
    listed = watch.look()
    newest_ms = max(point.taken_at_ms for point in listed)
    verify.every(listed, lambda point: newest_ms - point.taken_at_ms < 180 * MINUTE_MS, "a point younger than 3 hours")
    recent = {p.name for p in watch.ever.values() if newest_ms - p.taken_at_ms < TWO_HOURS_MS}
    verify.equal(recent - {point.name for point in listed}, set(), "points of the last two hours that are missing")


@case("C-RET-15", ["SP-RET-15"], needs=(*AGING, C.OLDER_POINTS), on_bytes=True, fixes=FIXED)
def a_point_is_usable_up_to_its_last_instant(lab: Lab) -> None:
    """The oldest point restores its bytes a millisecond before its retention has passed, and is not listed for long."""
    policy = ReplicationPolicy(retention_minutes=120)  # of the last two hours none is thinned
    machine = lab.protected_machine(disk=SMALL, policy=policy, filled=3)
    lab.advance(minutes=110)
    oldest = min(lab.observe(machine).points, key=lambda point: point.sequence)
    left_ms = oldest.taken_at_ms + policy.retention_minutes * MINUTE_MS - lab.now_ms(machine)
    verify.given(left_ms > 1, "the oldest point is past its retention already")
    lab.advance(milliseconds=left_ms - 1)
    verify.that(_lists(lab, machine, oldest), f"{oldest.name} is listed up to its last instant", "it is not")
    verify_bytes.true_point(lab, machine, oldest)
    lab.advance(milliseconds=1, minutes=lab.profile.crash_consistent_minutes)
    verify.that(bool(lab.observe(machine).points), "the next point is listed before the old one goes", "none is listed")
    lab.advance(minutes=lab.profile.point_latency_minutes)
    verify.that(not _lists(lab, machine, oldest), f"{oldest.name} is gone when newer points are usable", "it is listed")


def _lists(lab: Lab, machine: Machine, point: RecoveryPoint) -> bool:
    return point.name in {each.name for each in lab.observe(machine).points}


@case("C-RET-16", ["SP-PT-40", "SP-PT-32"], needs=AGING, fixes=(*FIXED, "past=aged"))
def a_point_ages_by_the_time_that_passes(lab: Lab) -> None:
    """The wall clock jumps by more than the retention, ahead and back: nothing young goes, nothing old stays."""
    policy = ReplicationPolicy(retention_minutes=180)
    machine = lab.protected_machine(disk=SMALL, policy=policy)
    lab.advance(minutes=60)
    first = {point.name for point in lab.observe(machine).points}
    for hours in (4, -8):
        young = {point.name for point in lab.observe(machine).points}
        exposed_ms = lab.observe(machine).rpo_ms or 0
        lab.fault(FaultKind.CLOCK_JUMP, machine, amount=hours * 60 * MINUTE_MS)
        verify.equal(lab.observe(machine).rpo_ms or 0, exposed_ms, f"RPO after a jump of {hours} hours, in ms")
        lab.advance(minutes=2 * lab.profile.crash_consistent_minutes)
        kept = {point.name for point in lab.observe(machine).points}
        verify.equal(young - kept, set(), f"young points that went with a jump of {hours} hours")
    lab.advance(minutes=policy.retention_minutes + lab.profile.point_latency_minutes)
    kept = {point.name for point in lab.observe(machine).points}
    verify.equal(first & kept, set(), "points that outlived the retention because the clock was set back")
