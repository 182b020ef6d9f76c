"""Replication groups: points of all members or of none, and a group that moves as one (seed: Multi-VM consistency).

Rule: that a point calls itself shared proves nothing: its parts are restored from every member and judged by the one
ledger of all of them. A world that moves a single machine is none for a member (`past=round trip`).
"""

from siteproof.conformance import together, verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine, machine_spec
from siteproof.conformance.landing import Landing
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.groups import SharedSelection
from siteproof.model.nouns.policy import MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Direction, Protection, Selection, Site, TestFailover, Verb

C = Capability
POINTS = (C.GROUPS, C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA, C.VIRTUAL_CLOCK)
MOVES = (*POINTS, C.FAILOVER)
ALONE = ("past=round trip",)
HOURLY_APP = ReplicationPolicy(app_consistent_minutes=60)
DIRT, QUESTION, ANSWER = range(8), range(10, 14), range(20, 24)
WRITTEN_MS = 500  # so long before a point is due the workload writes, so that the point has something to send


def _members(lab: Lab, policy: ReplicationPolicy | None = None, count: int = 2) -> tuple[Machine, ...]:
    """Protected members of one group with different bytes, at rest."""
    members = lab.site(*(machine_spec(f"member{number}", "256 KiB") for number in range(count)), policy=policy)
    for machine in members:
        lab.write(machine, 12)
    together.join(lab, members, policy)
    lab.settle()
    return members


def _turns(lab: Lab, members: together.Members, turns: int = 3) -> None:
    """The members write in turn: each answers what the one before it wrote."""
    for _ in range(turns):
        for machine in members:
            lab.write(machine, 2)


def _landed(lab: Lab, members: together.Members, name: str) -> None:
    """What every member runs now is its part of that point, and all of them together are one past state."""
    landings = [lab.landings(machine)[-1] for machine in members]
    notes = [lab.history.note(machine.name, name) for machine in members]
    for machine, landing, note in zip(members, landings, notes, strict=True):
        verify_bytes.past_image(lab, landing.picture, note.ledgers, note.low, note.high)
        verify.equal(landing.after.regions.active, Site.RECOVERY, f"where {machine.name} runs")
    low, high = max(note.low for note in notes), min(note.high for note in notes)
    verify_bytes.one_cut(lab, [each.picture for each in landings], [note.ledgers for note in notes], low, high)


BY_THEN = (3, 4)  # points of a quarter of an hour: one may fall on each of its ends


@case("C-GRP-1", ["SP-GRP-1", "SP-GRP-2"], needs=POINTS, fixes=ALONE)
def members_share_their_points(lab: Lab) -> None:
    """Under load a shared crash-consistent point of all members appears every five minutes, one name everywhere."""
    members = _members(lab)
    together.next_point(lab, members)
    known = {point.name for point in together.points(lab, members)}
    for _ in range(6):
        _turns(lab, members, 1)
        lab.advance(minutes=2.5)
    fresh = [point for point in together.points(lab, members) if point.name not in known]
    crash = [point for point in fresh if point.consistency is Consistency.CRASH]
    verify.that(len(crash) in BY_THEN, "3 new shared crash-consistent points after 15 minutes, or 4", len(crash))
    for machine in members:
        mine = [p for p in lab.observe(machine).points if p.name not in known and p.shared]
        verify.equal([p.name for p in mine], [p.name for p in fresh], f"shared points of {machine.name}")


@case("C-GRP-2", ["SP-GRP-1"], needs=(*POINTS, C.APP_POINTS), on_bytes=True, fixes=ALONE)
def members_share_app_consistent_points(lab: Lab) -> None:
    """With an hourly policy the members share an application-consistent point, which holds all writes before it."""
    members = _members(lab, HOURLY_APP)
    _turns(lab, members)
    lab.settle()
    lab.advance(minutes=62)
    found = [point for point in together.points(lab, members) if point.consistency is Consistency.APP]
    verify.given(bool(found), "no shared application-consistent point appeared within 62 min")
    pictures = verify_bytes.shared_point(lab, members, found[-1])
    for machine, picture in zip(members, pictures, strict=True):
        wanted = lab.history.image_at(machine.name, found[-1].name)
        verify_bytes.same_image(picture, wanted, f"{machine.name} at the shared point")


@case("C-GRP-3", ["SP-GRP-3", "SP-GRP-2"], needs=(*POINTS, C.OLDER_POINTS), on_bytes=True, fixes=ALONE)
def a_shared_point_is_one_state_of_all(lab: Lab) -> None:
    """Three members write in turn for a quarter of an hour: every shared point restores one past state of them all."""
    members = _members(lab, count=3)
    for _ in range(5):
        _turns(lab, members, 1)
        lab.advance(minutes=3)
    found = together.points(lab, members)
    verify.given(len(found) > 1, f"only {len(found)} shared points appeared")
    for point in found[-3:]:
        verify_bytes.shared_point(lab, members, point)


@case(
    "C-GRP-4",
    ["SP-GRP-3"],
    needs=(*POINTS, C.DURING, C.TOTAL_ORDER),
    on_bytes=True,
    fixes=(*ALONE, *SIZED, "past=clock jumped"),
)
def a_shared_point_keeps_question_and_answer(lab: Lab) -> None:
    """While a member's part travels one machine asks and the other answers: no shared point holds the answer alone."""
    members = _members(lab)
    for one, other in (members, members[::-1]):
        last = together.next_point(lab, members)
        due_ms = last.taken_at_ms + lab.profile.crash_consistent_minutes * MINUTE_MS - lab.now_ms(one)
        with lab.inside(one) as inside:
            for machine in members:
                inside.write(DIRT, after_ms=max(1, due_ms - WRITTEN_MS), of=machine)
            inside.write(QUESTION, after_bytes=0)
            inside.write(ANSWER, after_bytes=0, of=other)
            inside.armed()
            lab.advance(milliseconds=due_ms + 1)
        point = together.points(lab, members)[-1]
        verify.given(point.name != last.name, "no shared point appeared while the machines wrote")
        verify_bytes.shared_point(lab, members, point)


@case("C-GRP-5", ["SP-GRP-2", "SP-GRP-1"], needs=(*POINTS, C.LINK_FAULTS, C.RESYNC), fixes=ALONE)
def a_member_that_cannot_deliver_leaves_no_shared_point(lab: Lab) -> None:
    """While one member is cut off nobody gets a shared point, the other one goes on alone, and then all share again."""
    one, other = members = _members(lab)
    together.next_point(lab, members)
    before = {point.name for point in lab.observe(other).points}
    lab.fault(FaultKind.LINK_DOWN, one)
    _turns(lab, members)
    lab.advance(minutes=3 * lab.profile.crash_consistent_minutes)
    fresh = [point for point in lab.observe(other).points if point.name not in before]
    verify.equal([point.name for point in fresh if point.shared], [], "shared points while a member is cut off")
    verify.serves("SP-GRP-1")
    verify.at_least(len(fresh), 2, f"points of {other.name} alone")
    lab.fault(FaultKind.LINK_UP, one)
    verify.accepted(lab.resynchronise(one).answer, "resynchronize the member that was cut off")
    known = {point.name for point in together.points(lab, members)}
    lab.advance(minutes=lab.profile.crash_consistent_minutes)
    again = [point.name for point in together.points(lab, members) if point.name not in known]
    verify.at_least(len(again), 1, "shared points after the cut is mended")


@case("C-GRP-6", ["SP-GRP-5"], needs=(*MOVES, C.LIFECYCLE, C.COMMIT, C.REPROTECT, C.FAILBACK), fixes=ALONE)
def no_member_fails_over_alone(lab: Lab) -> None:
    """A failover or failback of a single member is not listed and refused by name, and changes nothing."""
    one, other = members = _members(lab)
    together.next_point(lab, members)
    _refused_alone(lab, one, Verb.FAIL_OVER)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        together.run(lab, members, verb)
    verify.given(lab.observe(one).regions.direction is Direction.REVERSE, "the group was not turned round")
    _refused_alone(lab, other, Verb.FAIL_BACK)


def _refused_alone(lab: Lab, machine: Machine, verb: Verb) -> None:
    before = lab.observe(machine)
    verify.that(verb not in before.allowed, f"{verb.value} of a single member not listed", "it is listed")
    verify.refused(lab.ask(machine, verb), [ErrorCode.OPERATION_NOT_ALLOWED], f"{verb.value} of a single member")
    verify.unchanged(before, lab.observe(machine), f"{verb.value} of a single member is refused")


@case("C-GRP-7", ["SP-GRP-9", "SP-GRP-5"], needs=(*MOVES, C.LINK_FAULTS), on_bytes=True, fixes=ALONE)
def the_group_takes_its_newest_common_point(lab: Lab) -> None:
    """One member has newer points of its own: the group fails over to the newest point that all members share."""
    one, other = members = _members(lab)
    _turns(lab, members)
    newest = together.next_point(lab, members)
    lab.fault(FaultKind.LINK_DOWN, one)
    _turns(lab, members)
    lab.advance(minutes=2 * lab.profile.crash_consistent_minutes)
    own = max(lab.observe(other).points, key=lambda point: point.sequence)
    verify.given(own.name != newest.name, f"{other.name} has no point of its own behind the shared one")
    lab.fault(FaultKind.LINK_UP, one)
    together.run(lab, members, Verb.FAIL_OVER)
    _landed(lab, members, newest.name)
    verify.equal({lab.observe(each).generation for each in members} >= {0}, False, "a member without a new generation")


@case("C-GRP-8", ["SP-GRP-9", "SP-GRP-5"], needs=(*MOVES, C.APP_POINTS, C.OLDER_POINTS), on_bytes=True, fixes=ALONE)
def the_group_takes_the_shared_point_that_was_named(lab: Lab) -> None:
    """Latest app-consistent and a named point lead all members to that one point; a point of one member is refused."""
    members = _members(lab, HOURLY_APP)
    _turns(lab, members)
    lab.settle()
    lab.advance(minutes=62)
    app = [point for point in together.points(lab, members) if point.consistency is Consistency.APP]
    verify.given(bool(app), "no shared application-consistent point appeared within 62 min")
    _turns(lab, members)
    named = together.next_point(lab, members)
    _turns(lab, members)
    together.next_point(lab, members)
    _nothing_fits(lab, members)
    together.run(lab, members, Verb.TEST_FAILOVER, selection=SharedSelection.LATEST_APP_CONSISTENT)
    _drilled(lab, members, app[-1].name)
    together.run(lab, members, Verb.CLEAN_UP_TEST)
    together.run(lab, members, Verb.FAIL_OVER, selection=SharedSelection.CUSTOM, point=named.name)
    _landed(lab, members, named.name)


def _nothing_fits(lab: Lab, members: together.Members) -> None:
    """A point that only one member has, or nobody, is no point of the group."""
    own = [point.name for point in lab.observe(members[0]).points if not point.shared]
    before = [lab.observe(machine) for machine in members]
    for name in ("no-such-point", *own[:1]):
        answer = together.ask(lab, Verb.FAIL_OVER, selection=SharedSelection.CUSTOM, point=name)
        verify.refused(answer, [ErrorCode.RECOVERY_POINT_UNAVAILABLE], f"the group's failover to {name}")
    for seen in before:
        after = next(lab.observe(machine) for machine in members if machine.name == seen.machine)
        verify.unchanged(seen, after, "a failover of the group is refused")


def _drilled(lab: Lab, members: together.Members, name: str) -> None:
    """Every member has a test machine made from its part of that point."""
    drills: list[Landing] = []
    for machine in members:
        landings = lab.landings(machine)
        verify.that(bool(landings), f"a test machine of {machine.name}", "there is none")
        drills.append(landings[-1])
        note = lab.history.note(machine.name, name)
        verify_bytes.past_image(lab, drills[-1].picture, note.ledgers, note.low, note.high)
    verify.equal({each.command.verb for each in drills}, {Verb.TEST_FAILOVER}, "what made the newest machines")


@case("C-GRP-9", ["SP-GRP-5", "SP-DRL-2", "SP-DRL-5"], needs=(*POINTS, C.TEST_FAILOVER), on_bytes=True, fixes=ALONE)
def a_drill_of_the_group_is_made_from_one_point(lab: Lab) -> None:
    """All members drill from one shared point while production writes on and shares its points; then all clean up."""
    members = _members(lab)
    _turns(lab, members)
    point = together.next_point(lab, members)
    verify.serves("SP-DRL-2")
    for seen in together.run(lab, members, Verb.TEST_FAILOVER):
        verify.equal(seen.regions.test_failover, TestFailover.COMPLETED, f"drill of {seen.machine}")
    _drilled(lab, members, point.name)
    verify.serves("SP-DRL-5")
    _turns(lab, members)
    verify_bytes.shared_point(lab, members, together.next_point(lab, members))
    verify.serves("SP-GRP-5")
    for seen in together.run(lab, members, Verb.CLEAN_UP_TEST):
        verify.equal(seen.regions.test_failover, TestFailover.NONE, f"drill of {seen.machine} after its clean-up")
    verify_bytes.shared_point(lab, members, point)


@case("C-GRP-10", ["SP-GRP-5"], needs=(*MOVES, C.JOB_FAULTS), on_bytes=True, fixes=ALONE)
def a_failed_failover_moves_nobody(lab: Lab) -> None:
    """The job fails at one member: no member runs at the other side, and the same command again moves them all."""
    members = _members(lab)
    _turns(lab, members)
    point = together.next_point(lab, members)
    lab.fault(FaultKind.JOB_FAILS, members[-1])
    for seen in together.run(lab, members, Verb.FAIL_OVER):
        verify.equal(seen.regions.active, Site.PRIMARY, f"where {seen.machine} runs after the failed failover")
        verify.equal(seen.regions.protection, Protection.FAILOVER_FAILED, f"protection of {seen.machine}")
    for seen in together.run(lab, members, Verb.FAIL_OVER):
        verify.equal(seen.regions.protection, Protection.FAILED_OVER, f"protection of {seen.machine} at last")
    _landed(lab, members, point.name)


ROUND = (*MOVES, C.COMMIT, C.REPROTECT, C.FAILBACK, C.CANCEL)


@case("C-GRP-11", ["SP-GRP-1", "SP-GRP-5"], needs=ROUND, on_bytes=True, fixes=ALONE)
def the_group_goes_there_and_back(lab: Lab) -> None:
    """Failover, commit, reprotect, failback, cancel, failback, commit, reprotect of a group: all share points again."""
    members = _members(lab)
    together.next_point(lab, members)
    together.run(lab, members, Verb.FAIL_OVER)
    for verb in (Verb.COMMIT, Verb.REPROTECT):
        together.run(lab, members, verb)
    _turns(lab, members)
    for verb in (Verb.FAIL_BACK, Verb.CANCEL, Verb.FAIL_BACK):
        wanted = [lab.history.image_now(machine.name) for machine in members]
        together.run(lab, members, verb)
        for machine, image in zip(members, wanted, strict=True):
            verify_bytes.same_image(lab.landing(machine).picture, image, f"{machine.name} after {verb.value}")
    for verb in (Verb.COMMIT, Verb.REPROTECT):
        together.run(lab, members, verb)
    _turns(lab, members)
    verify_bytes.shared_point(lab, members, together.next_point(lab, members))


@case(
    "C-GRP-12",
    ["SP-GRP-4"],
    needs=(C.GROUPS, C.INITIAL_REPLICATION),
    fixes=("past", "trouble", "machines", "neighbours", "disks", "size", "pattern"),
)
def a_group_has_a_bound(lab: Lab) -> None:
    """As many machines as the profile says form one group; one machine more is refused, and can be protected alone."""
    most = lab.profile.group_members_max
    machines = lab.site(*(machine_spec(f"member{number}", "4096 B") for number in range(most + 1)))
    for machine in machines[:most]:
        verify.accepted(lab.ask(machine, Verb.ENABLE, group=together.NAME), f"member {machine.index + 1} of {most}")
    lab.settle()
    last = machines[most]
    before = lab.observe(last)
    answer = lab.ask(last, Verb.ENABLE, group=together.NAME)
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], f"member {most + 1} of a group of at most {most}")
    verify.unchanged(before, lab.observe(last), "a member too many is refused")
    verify.accepted(lab.ask(last, Verb.ENABLE), "enable without a group")
    lab.settle()
    verify.equal(lab.observe(last).group, "", "the group of the machine that was too many")
    lab.machine()  # the closing audit of so many machines would cost more than all the other cases of the chapter


@case("C-GRP-13", ["SP-GRP-8"], needs=(*POINTS, C.TEST_FAILOVER, C.LIFECYCLE), fixes=ALONE)
def a_group_is_named_with_the_enable_only(lab: Lab) -> None:
    """A protected machine joins no group by any later command; disabled and enabled with the name, it is a member."""
    one, late = lab.site(machine_spec("member0", "256 KiB"), machine_spec("late", "256 KiB"))
    together.join(lab, (one,))
    lab.protect(late)
    for verb in (Verb.ENABLE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST):
        lab.ask(late, verb, group=together.NAME)
        lab.settle()
        verify.equal(lab.observe(late).group, "", f"group after a late {verb.value} that names one")
    lab.run(late, Verb.DISABLE)
    together.join(lab, (late,))
    verify.equal(lab.observe(late).group, together.NAME, "group after an enable that names it")
    lab.run(late, Verb.DISABLE)
    verify.equal(lab.observe(late).group, "", "group after the disable")


@case(
    "C-GRP-14", ["SP-GRP-5"], needs=(*MOVES, C.CHANGE_POINT, C.OLDER_POINTS, C.JOB_FAULTS), on_bytes=True, fixes=ALONE
)
def the_group_changes_its_point_as_one(lab: Lab) -> None:
    """After a failover all members change to another shared point, or, when the job fails, none of them does."""
    members = _members(lab)
    _turns(lab, members)
    older = together.next_point(lab, members)
    _turns(lab, members)
    newer = together.next_point(lab, members)
    together.run(lab, members, Verb.FAIL_OVER)
    fields = {"selection": Selection.CUSTOM, "point": older.name}
    answer = lab.ask(members[0], Verb.CHANGE_RECOVERY_POINT, **fields)
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], "another point for a single member")
    lab.fault(FaultKind.JOB_FAILS, members[-1])
    together.run(lab, members, Verb.CHANGE_RECOVERY_POINT, selection=SharedSelection.CUSTOM, point=older.name)
    _landed(lab, members, newer.name)
    together.run(lab, members, Verb.CHANGE_RECOVERY_POINT, selection=SharedSelection.CUSTOM, point=older.name)
    _landed(lab, members, older.name)


@case("C-GRP-15", ["SP-GRP-5", "SP-LC-2"], needs=(*MOVES, C.TEST_FAILOVER, C.LIFECYCLE), fixes=ALONE)
def one_member_that_refuses_refuses_for_all(lab: Lab) -> None:
    """With a drill of one member pending the group's failover is refused by name and changes nothing anywhere."""
    members = _members(lab)
    together.next_point(lab, members)
    drilled = members[-1]
    answer = lab.ask(drilled, Verb.TEST_FAILOVER)
    lab.settle()
    verify.given(lab.observe(drilled).regions.test_failover is TestFailover.COMPLETED, "a member has no drill alone")
    verify.accepted(answer, "a drill of one member")
    before = [lab.observe(machine) for machine in members]
    answer = together.ask(lab, Verb.FAIL_OVER)
    verify.refused(answer, [ErrorCode.TEST_FAILOVER_CLEANUP_PENDING], "the group's failover with a drill pending")
    for machine, seen in zip(members, before, strict=True):
        verify.unchanged(seen, lab.observe(machine), "the group's failover is refused")
    verify.refused(together.ask(lab, Verb.FAIL_OVER, group="nobody"), [ErrorCode.OPERATION_NOT_ALLOWED], "no group")


@case(
    "C-GRP-16", ["SP-GRP-2"], needs=(*POINTS, C.RETENTION, C.OLDER_POINTS), on_bytes=True, fixes=(*ALONE, "past=aged")
)
def shared_points_grow_old_together(lab: Lab) -> None:
    """After hours of thinning every point that a member shows as shared is listed by all and is one state of them."""
    members = _members(lab)
    for _ in range(4):
        _turns(lab, members, 1)
        lab.advance(minutes=40)
    found = together.points(lab, members)
    verify.given(len(found) > 3, f"only {len(found)} shared points are left")
    for machine in members:
        mine = {point.name for point in lab.observe(machine).points if point.shared}
        verify.equal(mine, {point.name for point in found}, f"shared points of {machine.name}")
    for point in (found[0], found[len(found) // 2]):
        verify_bytes.shared_point(lab, members, point)
