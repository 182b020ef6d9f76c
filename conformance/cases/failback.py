"""Failback: back to the place where it all began, with every byte (seed: Failover and failback process, stages 1-3).

Rule: each round trip is judged by the bytes on the machine that runs in the end, and by a split-brain ledger.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.expected import resync as resync_oracle
from siteproof.conformance.expected import round_trip
from siteproof.conformance.expected.loss import measured
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.roads import road_to, travel
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Site, Verb

C = Capability
OVER = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.FAILOVER, C.COMMIT, C.REPROTECT)
BACK = (*OVER, C.FAILBACK)


def _in_the_cloud(lab: Lab, *, filled: int = 64, disk: str = "512 KiB") -> Machine:
    machine = lab.protected_machine(disk=disk, filled=filled)
    lab.write(machine, 20)
    lab.settle()
    lab.run(machine, Verb.FAIL_OVER)
    lab.run(machine, Verb.COMMIT)
    return machine


@case("C-FB-1", ["SP-FB-2"], needs=(*OVER, C.BYTE_COUNTS), fixes=(*SIZED, "asking=elsewhere", "pattern", "neighbours"))
def a_reprotect_sends_only_what_changed(lab: Lab) -> None:
    """Reprotecting a disk full of noise after a few writes in the cloud costs a few blocks, not a disk."""
    machine = _in_the_cloud(lab, filled=1024, disk="4 MiB")
    before = lab.observe(machine).bytes_sent
    lab.write(machine, 10, noise=BLOCK_BYTES)
    lab.run(machine, Verb.REPROTECT)
    sent = lab.observe(machine).bytes_sent - before
    verify.at_least(sent, 10 * BLOCK_BYTES // 2, "bytes sent for 10 changed blocks of noise")
    resync_oracle.costs_what_differs(lab, machine, sent, 10 * BLOCK_BYTES, "the reprotect")


@case("C-FB-2", ["SP-FB-9", "SP-FB-19", "SP-FB-1", "SP-APP-6"], needs=BACK, on_bytes=True)
def a_round_trip_loses_nothing(lab: Lab) -> None:
    """Writes before the failover, in the cloud, and during reverse replication are all on-premises in the end."""
    machine = _in_the_cloud(lab)
    lab.write(machine, 30)
    lab.run(machine, Verb.REPROTECT)
    lab.write(machine, 30)
    lab.advance(minutes=7)
    lab.write(machine, 10)
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify.serves("SP-FB-9", "SP-FB-19", "SP-FB-1", "SP-APP-6")
    verify_bytes.same_image(lab.read(machine, Place.PRIMARY), wanted, "the on-premises machine")


@case("C-FB-3", ["SP-FB-19", "SP-FO-15", "SP-RES-32"], needs=(*BACK, C.LINK_FAULTS), on_bytes=True)
def a_lost_history_never_comes_back(lab: Lab) -> None:
    """Writes that the failover lost show up nowhere after the round trip, though the old machine still held them."""
    machine = lab.protected_machine(disk="512 KiB", filled=64)
    lab.write(machine, 20)
    lab.settle()
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 40)
    lab.fault(FaultKind.SITE_DOWN, machine)
    lab.run(machine, Verb.FAIL_OVER)
    landing = lab.landing(machine)
    ended = round_trip.ended_history(landing, measured(lab, landing).position)
    verify.given(bool(ended), "the failover lost nothing")
    lab.fault(FaultKind.SITE_UP, machine)
    lab.write(machine, 10)
    lab.run(machine, Verb.COMMIT)
    lab.run(machine, Verb.REPROTECT)
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify.serves("SP-FO-15", "SP-FB-19", "SP-RES-32")
    round_trip.came_home(lab, machine, wanted, ended)


@case("C-FB-4", ["SP-FB-10"], needs=BACK, on_bytes=True)
def a_failback_takes_pending_changes_along(lab: Lab) -> None:
    """Writes acknowledged in the cloud just before the failback are on-premises after it."""
    machine = _in_the_cloud(lab)
    lab.run(machine, Verb.REPROTECT)
    lab.write(machine, 40)
    wanted = lab.history.image_now(machine.name)
    verify.accepted(lab.ask(machine, Verb.FAIL_BACK), "fail_back with changes pending")
    lab.settle()
    verify_bytes.same_image(lab.read(machine, Place.PRIMARY), wanted, "the on-premises machine")


@case("C-FB-5", ["SP-FB-13", "SP-FB-24"], needs=(*BACK, C.CANCEL), on_bytes=True)
def a_cancel_brings_the_prior_state_back(lab: Lab) -> None:
    """Cancelling the failback gives the cloud machine's bytes from before it; the next failback is right as well."""
    machine = _in_the_cloud(lab)
    before = lab.run(machine, Verb.REPROTECT)
    lab.write(machine, 10)
    lab.settle()
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    lab.write(machine, 25)
    after = lab.run(machine, Verb.CANCEL)
    verify.serves("SP-FB-13")
    verify.equal((after.regions, after.running), (before.regions, before.running), "state after the cancel")
    verify_bytes.same_image(lab.read(machine), wanted, "the cloud machine after the cancel")
    lab.write(machine, 10)
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify.serves("SP-FB-24")
    verify_bytes.same_image(lab.read(machine), wanted, "the on-premises machine after the second failback")


@case("C-FB-6", ["SP-FB-12", "SP-FB-11", "SP-FB-24"], needs=(*BACK, C.JOB_FAULTS), on_bytes=True)
def a_failed_failback_cancels_itself(lab: Lab) -> None:
    """A failback whose job fails leaves the cloud machine running with every byte, and the next failback succeeds."""
    machine = _in_the_cloud(lab)
    before = lab.run(machine, Verb.REPROTECT)
    lab.write(machine, 20)
    wanted = lab.history.image_now(machine.name)
    lab.fault(FaultKind.JOB_FAILS, machine)
    lab.ask(machine, Verb.FAIL_BACK)
    lab.settle()
    seen = lab.observe(machine)
    verify.serves("SP-FB-12", "SP-FB-24")
    verify.equal((seen.regions, seen.running), (before.regions, before.running), "state after the failed failback")
    verify_bytes.same_image(lab.read(machine), wanted, "the cloud machine after the failed failback")
    lab.run(machine, Verb.FAIL_BACK)
    verify.serves("SP-FB-11")
    verify_bytes.same_image(lab.read(machine, Place.PRIMARY), wanted, "the on-premises machine in the end")


@case("C-FB-7", ["SP-FB-16", "SP-PT-29", "SP-PT-16"], needs=BACK, on_bytes=True)
def protection_starts_afresh_after_the_failback(lab: Lab) -> None:
    """After commit and reprotect the machine replicates forward again, with points that are new and right."""
    machine = lab.protected_machine(disk="512 KiB")
    lab.write(machine, 20)
    lab.crash_point(machine)
    old = {point.name for point in lab.observe(machine).points}
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK, Verb.COMMIT):
        lab.run(machine, verb)
        lab.write(machine, 5)
    after = lab.run(machine, Verb.REPROTECT)
    shown = (after.regions.protection, after.regions.direction, after.regions.active)
    verify.serves("SP-FB-16")
    verify.equal(shown, (Protection.PROTECTED, Direction.FORWARD, Site.PRIMARY), "state after the second reprotect")
    lab.write(machine, 10)
    point = lab.crash_point(machine)
    verify.serves("SP-PT-29", "SP-PT-16", "SP-FB-16")
    verify.equal({each.name for each in lab.observe(machine).points} & old, set(), "old points that are listed")
    verify_bytes.same_image(lab.restore(machine, point), lab.history.image_now(machine.name), "the fresh point")


@case("C-FB-8", ["SP-PT-29", "SP-FB-18"], needs=OVER)
def a_reprotect_ends_the_forward_history(lab: Lab) -> None:
    """After a reprotect no point of the forward direction is listed, and the reverse direction keeps no history."""
    machine = lab.protected_machine()
    lab.crash_point(machine)
    old = {point.name for point in lab.observe(machine).points}
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        lab.run(machine, verb)
    for _ in range(5):
        lab.write(machine, 2)
        lab.advance(minutes=6)
    listed = {point.name for point in lab.observe(machine).points}
    verify.serves("SP-PT-29")
    verify.equal(listed & old, set(), "points of the forward direction")
    verify.serves("SP-FB-18")
    verify.at_most(len(listed), 1, "points in the reverse direction")


@case("C-FB-9", ["SP-FB-21", "SP-FB-5", "SP-FB-22"], needs=BACK, fixes=("asking=source left running",))
def both_machines_never_run_together(lab: Lab) -> None:
    """Through reprotect, failback, cancel and commit exactly one machine runs at every moment."""
    machine = _in_the_cloud(lab)
    for verb in (Verb.REPROTECT, Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT):
        verify.serves("SP-FB-21") if verb is Verb.FAIL_BACK else verify.serves("SP-FB-5", "SP-FB-22")
        lab.ask(machine, verb)
        verify.at_most(len(lab.observe(machine).running), 1, f"running machines while {verb.value} runs")
        lab.settle()
        verify.equal(len(lab.observe(machine).running), 1, f"running machines after {verb.value}")


@case("C-FB-10", ["SP-FB-8", "SP-FB-23", "SP-FB-7"], needs=(*BACK, C.LINK_FAULTS), on_bytes=True)
def a_reprotect_needs_its_target(lab: Lab) -> None:
    """With the primary site gone a reprotect does not succeed; once it is back, it does, and the failback is right."""
    machine = lab.protected_machine(disk="512 KiB", filled=32)
    lab.fault(FaultKind.SITE_DOWN, machine)
    lab.run(machine, Verb.FAIL_OVER)
    lab.run(machine, Verb.COMMIT)
    lab.write(machine, 20)
    lab.ask(machine, Verb.REPROTECT)
    lab.settle()
    verify.serves("SP-FB-8")
    verify.that(
        lab.observe(machine).regions.protection is not Protection.PROTECTED, "no success without a target", "protected"
    )
    lab.fault(FaultKind.SITE_UP, machine)
    lab.run(machine, Verb.REPROTECT)
    wanted = lab.history.image_now(machine.name)
    lab.run(machine, Verb.FAIL_BACK)
    verify.serves("SP-FB-23", "SP-FB-7", "SP-FB-8")
    verify_bytes.same_image(lab.read(machine), wanted, "the on-premises machine")


@case("C-FB-11", ["SP-FB-15"], needs=BACK)
def a_commit_after_the_failback_removes_the_cloud_machine(lab: Lab) -> None:
    """After the reverse commit only the on-premises machine runs, and the cloud machine's disk is gone."""
    machine = travel(lab, road_to("failed-back"))
    after = lab.run(machine, Verb.COMMIT)
    verify.equal(after.running, (Place.PRIMARY,), "running machines")
    try:
        lab.read(machine, Place.RECOVERY)
    except Refused:
        verify.witness()
        return
    raise verify.Failed("no cloud machine after the commit", "its disk can still be read")


@case("C-FB-12", ["SP-FB-6"], needs=(*OVER, C.HOLD, C.LIFECYCLE))
def a_reprotect_leads_through_the_reverse_initial_copy(lab: Lab) -> None:
    """A reprotect ends reverse protected with the cloud machine running on."""
    machine = _in_the_cloud(lab)
    lab.ask(machine, Verb.REPROTECT)
    shown = lab.observe(machine).regions.protection
    phases = (Protection.REPROTECTING, Protection.INITIAL_REPLICATION)
    verify.that(shown in phases, "a phase of the reprotect", shown.value)
    lab.settle()
    seen = lab.observe(machine)
    verify.equal(
        (seen.regions.protection, seen.regions.direction, seen.running),
        (Protection.PROTECTED, Direction.REVERSE, (Place.RECOVERY,)),
        "machine after the reprotect",
    )


@case("C-FB-20", ["SP-FB-20"], needs=(C.LIFECYCLE, C.INITIAL_REPLICATION, C.FAILOVER, C.REPROTECT))
def a_reprotect_waits_for_the_commit_where_the_profile_says_so(lab: Lab) -> None:
    """Before the commit a reprotect is refused exactly where the profile requires the commit, and nothing changes."""
    machine = lab.protected_machine(disk="256 KiB")
    before = lab.run(machine, Verb.FAIL_OVER)
    verify.given(before.regions.protection is Protection.FAILED_OVER, f"failed over: {before.regions.protection.value}")
    answer = lab.ask(machine, Verb.REPROTECT)
    if not lab.profile.reprotect_requires_commit:
        verify.accepted(answer, "a reprotect before the commit, which the profile does not require")
        lab.settle()
        return
    verify.refused(answer, [ErrorCode.OPERATION_NOT_ALLOWED], "a reprotect before the commit")
    verify.unchanged(before, lab.observe(machine), "a reprotect is refused")
