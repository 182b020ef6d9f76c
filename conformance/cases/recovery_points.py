"""Recovery points: when they appear, what they hold, and that they keep it (seed: Snapshots and recovery points).

Rule: that a point is listed proves nothing; what it restores is compared with the ledger.
"""

from itertools import pairwise

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab
from siteproof.conformance.roads import mark
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Verb

C = Capability
POINTS = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA)
HOURLY_APP = ReplicationPolicy(app_consistent_minutes=60)


@case("C-PT-1", ["SP-PT-1"], needs=(*POINTS, C.VIRTUAL_CLOCK))
def a_point_every_five_minutes(lab: Lab) -> None:
    """In half an hour of load six crash-consistent points appear, five minutes apart."""
    machine = lab.protected_machine()
    known = {point.name for point in lab.observe(machine).points}
    for _ in range(30):
        lab.write(machine, 2)
        lab.advance(minutes=1)
    fresh = [point for point in lab.observe(machine).points if point.name not in known]
    taken = [point.taken_at_ms for point in sorted(fresh, key=lambda each: each.sequence)]
    verify.equal(len(taken), 6, "new points after 30 minutes")
    gaps = {(later - earlier) / MINUTE_MS for earlier, later in pairwise(taken)}
    verify.equal(gaps, {5.0}, "minutes between points")


@case("C-PT-2", ["SP-PT-2"], needs=[C.LIFECYCLE], bears=("way",))
def the_interval_cannot_be_changed(lab: Lab) -> None:
    """A policy with another crash-consistent interval is refused with PolicyInvalid."""
    machine = lab.machine()
    for minutes in (1, 10):
        policy = ReplicationPolicy(crash_consistent_minutes=minutes)
        answer = lab.ask(machine, Verb.ENABLE, policy=policy)
        verify.refused(answer, [ErrorCode.POLICY_INVALID], f"a crash-consistent interval of {minutes} min")


@case("C-PT-3", ["SP-PT-4", "SP-POL-3"], needs=(*POINTS, C.VIRTUAL_CLOCK), fixes=("policy",))
def points_are_crash_consistent_by_default(lab: Lab) -> None:
    """Without a frequency for applications every point is crash-consistent."""
    machine = lab.protected_machine()
    for _ in range(3):
        lab.advance(minutes=60)
    verify.every(
        lab.observe(machine).points, lambda point: point.consistency is Consistency.CRASH, "a crash-consistent point"
    )


@case("C-PT-4", ["SP-POL-7", "SP-PT-4"], needs=(*POINTS, C.APP_POINTS, C.VIRTUAL_CLOCK))
def app_points_follow_the_policy(lab: Lab) -> None:
    """With an hourly policy three hours bring three app-consistent points, an hour apart."""
    machine = lab.protected_machine(policy=HOURLY_APP)
    seen: dict[str, int] = {}
    for minutes in (*[10] * 18, 5):
        lab.write(machine, 1)
        lab.advance(minutes=minutes)
        seen |= {p.name: p.taken_at_ms for p in lab.observe(machine).points if p.consistency is Consistency.APP}
    taken = sorted(seen.values())
    verify.equal(len(taken), 3, "app-consistent points in 3 hours")
    verify.every(
        pairwise(taken),
        lambda pair: abs(pair[1] - pair[0] - 60 * MINUTE_MS) <= 5 * MINUTE_MS,
        "an hour between app-consistent points",
    )


@case("C-PT-5", ["SP-PT-5", "SP-PT-33"], needs=(*POINTS, C.APP_POINTS, C.VIRTUAL_CLOCK), on_bytes=True)
def an_app_point_holds_every_write_before_it(lab: Lab) -> None:
    """An app-consistent point holds all that was acknowledged before it, byte for byte."""
    machine = lab.protected_machine(policy=HOURLY_APP)
    lab.write(machine, 40)
    point = lab.app_point(machine, 65)
    verify_bytes.same_image(
        lab.restore(machine, point), lab.history.image_at(machine.name, point.name), "the app point"
    )


@case("C-PT-6", ["SP-PT-6", "SP-PT-12"], needs=(*POINTS, C.OLDER_POINTS), on_bytes=True)
def a_point_holds_exactly_the_writes_before_it(lab: Lab) -> None:
    """Three points between three loads: each holds its predecessors' writes and none of its successors'."""
    machine = lab.protected_machine()
    points = []
    for _ in range(3):
        lab.write(machine, 20)
        points.append(lab.crash_point(machine))
    lab.write(machine, 20)
    lab.settle()
    for point in points:
        wanted = lab.history.image_at(machine.name, point.name)
        verify_bytes.same_image(lab.restore(machine, point), wanted, f"point {point.name}")


@case("C-PT-7", ["SP-PT-28", "SP-REP-24"], needs=(*POINTS, C.OLDER_POINTS), on_bytes=True, fixes=SIZED)
def older_points_keep_their_bytes(lab: Lab) -> None:
    """Points restore the same bytes after every block of the source has been overwritten and the disk discarded."""
    machine = lab.protected_machine(disk="256 KiB", filled=64)
    points = []
    for _ in range(4):
        lab.write(machine, 16)
        points.append(lab.crash_point(machine))
    first = [verify_bytes.true_point(lab, machine, point) for point in points]
    lab.write(machine, range(64))
    lab.crash_point(machine)
    for block in range(64):
        lab.write_data(machine, block, b"")
    lab.crash_point(machine)
    for point, then in zip(points, first, strict=True):
        verify_bytes.same_image(lab.restore(machine, point), then, f"point {point.name} restored again")


@case("C-PT-8", ["SP-PT-14", "SP-PT-28", "SP-RET-16"], needs=(*POINTS, C.RETENTION, C.VIRTUAL_CLOCK), on_bytes=True)
def every_listed_point_can_be_restored(lab: Lab) -> None:
    """After four hours of load and thinning every listed point restores a past image."""
    machine = lab.protected_machine(disk="128 KiB", filled=32)
    for _ in range(48):
        lab.write(machine, 3)
        lab.advance(minutes=5)
    points = lab.observe(machine).points
    verify.given(len(points) >= 20, f"only {len(points)} points are listed")
    for point in points:
        verify_bytes.true_point(lab, machine, point)


@case("C-PT-9", ["SP-PT-14"], needs=(*POINTS, C.RESYNC, C.LINK_FAULTS, C.TEST_FAILOVER), on_bytes=True)
def every_listed_point_can_be_restored_after_trouble(lab: Lab) -> None:
    """After a resynchronisation and a drill with its clean-up every listed point still restores a past image."""
    machine = lab.protected_machine(disk="256 KiB")
    lab.write(machine, 20)
    lab.crash_point(machine)
    mark(lab, machine, writes=10)
    lab.resynchronise(machine)
    lab.write(machine, 5)
    lab.crash_point(machine)
    lab.run(machine, Verb.TEST_FAILOVER)
    lab.run(machine, Verb.CLEAN_UP_TEST)
    points = lab.observe(machine).points
    verify.given(len(points) >= 3, f"only {len(points)} points are listed")
    for point in points:
        verify_bytes.true_point(lab, machine, point)


@case("C-PT-10", ["SP-PT-15", "SP-PT-16"], needs=(*POINTS, C.LIFECYCLE))
def names_are_never_used_again(lab: Lab) -> None:
    """A later point has a higher sequence, and a machine that is enabled again gives its points new names."""
    machine = lab.protected_machine()
    taken = []
    for _ in range(3):
        lab.write(machine, 2)
        taken.append(lab.crash_point(machine).sequence)
    verify.equal(taken, sorted(set(taken)), "sequences of points in the order in which they were taken")
    first = lab.observe(machine).points
    verify.equal(len({point.sequence for point in first}), len(first), "different sequences of the listed points")
    lab.run(machine, Verb.DISABLE)
    lab.protect(machine)
    lab.crash_point(machine)
    again = {point.name for point in lab.observe(machine).points}
    verify.equal(again & {point.name for point in first}, set(), "names used twice")


# With an aged past the next point thins an older one, as it should.
@case("C-PT-11", ["SP-PT-32"], needs=(*POINTS, C.VIRTUAL_CLOCK, C.OLDER_POINTS), fixes=("past=aged",))
def a_clock_jump_reorders_and_prunes_nothing(lab: Lab) -> None:
    """The clock jumps back two hours, or ahead by ten: points keep their order, none disappears, an event tells it."""
    for minutes, code in ((-120, ErrorCode.TIME_JUMP_BACKWARD), (600, ErrorCode.TIME_JUMP_FORWARD)):
        machine = lab.protected_machine()
        for _ in range(3):
            lab.write(machine, 2)
            lab.crash_point(machine)
        before = [point.name for point in sorted(lab.observe(machine).points, key=lambda each: each.sequence)]
        lab.fault(FaultKind.CLOCK_JUMP, machine, amount=minutes * MINUTE_MS)
        lab.write(machine, 2)
        lab.crash_point(machine)
        after = lab.observe(machine)
        kept = [point.name for point in sorted(after.points, key=lambda each: each.sequence)]
        verify.equal(kept[: len(before)], before, "points from before the jump, in order")
        codes = {event.code for event in after.events}
        verify.that(code in codes, f"an event {code.value}", sorted(codes))


@case("C-PT-12", ["SP-PT-17", "SP-RES-27"], needs=(*POINTS, C.RESYNC, C.LINK_FAULTS, C.VIRTUAL_CLOCK))
def no_point_inside_an_open_resync_window(lab: Lab) -> None:
    """From the mark to the completed resynchronisation no point appears; afterwards points appear again."""
    machine = lab.protected_machine()
    mark(lab, machine)
    known = {point.name for point in lab.observe(machine).points}
    lab.advance(minutes=21)
    verify.equal({point.name for point in lab.observe(machine).points} - known, set(), "new points while marked")
    lab.ask(machine, Verb.RESYNCHRONIZE)
    verify.equal({point.name for point in lab.observe(machine).points} - known, set(), "new points during the resync")
    lab.settle()
    lab.write(machine, 2)
    lab.crash_point(machine)
    fresh = {point.name for point in lab.observe(machine).points} - known
    verify.at_least(len(fresh), 1, "new points after the resynchronisation")


@case("C-PT-13", ["SP-PT-27"], needs=(*POINTS, C.VIRTUAL_CLOCK), on_bytes=True, fixes=("past=clock jumped",))
def the_time_of_a_point_is_the_time_of_its_bytes(lab: Lab) -> None:
    """Under load every point holds all writes made before its time and none made after it, give or take a shipment."""
    machine = lab.protected_machine(disk="128 KiB")
    for step in range(100):
        lab.write(machine, 3 if step % 10 else 24)  # a burst is on its way when the first point is due
        lab.advance(milliseconds=9_970)
    ledgers = lab.history.ledgers(machine.name)
    points = [p for p in lab.observe(machine).points if p.taken_at_ms > lab.scenario.start_ms]
    verify.given(len(points) >= 2, f"only {len(points)} points under load")
    for point in points:
        low = max(ledger.newest_before(point.taken_at_ms - verify_bytes.SHIPPING_MS) for ledger in ledgers)
        high = max(ledger.newest_before(point.taken_at_ms + verify_bytes.SHIPPING_MS) for ledger in ledgers)
        verify_bytes.past_image(lab, lab.restore(machine, point), ledgers, low, high)


@case(
    "C-PT-14",
    ["SP-PT-27", "SP-PT-33"],
    needs=(*POINTS, C.APP_POINTS, C.VIRTUAL_CLOCK),
    on_bytes=True,
    fixes=("past=clock jumped",),
)
def the_time_of_an_app_point_is_the_time_of_its_bytes(lab: Lab) -> None:
    """Under load an app-consistent point holds all writes made before its time, none after, but for a shipment."""
    machine = lab.protected_machine(disk="128 KiB", policy=HOURLY_APP)
    lab.advance(minutes=50)
    for _ in range(110):
        lab.write(machine, 3)
        lab.advance(milliseconds=9_900)
    ledgers = lab.history.ledgers(machine.name)
    points = [point for point in lab.observe(machine).points if point.consistency is Consistency.APP]
    verify.given(bool(points), "no app-consistent point within an hour")
    for point in points:
        low = max(ledger.newest_before(point.taken_at_ms - verify_bytes.SHIPPING_MS) for ledger in ledgers)
        high = max(ledger.newest_before(point.taken_at_ms + verify_bytes.SHIPPING_MS) for ledger in ledgers)
        verify_bytes.past_image(lab, lab.restore(machine, point), ledgers, low, high)
