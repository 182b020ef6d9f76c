"""Honesty: what a subject shows of itself, beside what was done to it (docs/design.md, conformance; domain §2).

Rule: a number that could be made up, or left at zero, is judged by what the judge knows of it: the bytes that it wrote,
the time that it let pass, the moves of production that it saw.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.expected import loss
from siteproof.conformance.expected import resync as resync_oracle
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.plain import plain
from siteproof.conformance.roads import mark, road_to, travel
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Watermarks
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb

C = Capability
POINTS = (C.INITIAL_REPLICATION, C.CRASH_POINTS)
DELTA = (*POINTS, C.DELTA)
BACK = (*DELTA, C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)
NOISE_BYTES = 4000  # of a block of noise, no compression takes more than its header away
AT_REST_MS = 15_000  # of RPO with everything received: a subject may look at its clock late


@case("C-HON-1", ["SP-REP-10"], needs=(*DELTA, C.WATERMARKS, C.LINK_FAULTS))
def watermarks_follow_the_writes(lab: Lab) -> None:
    """Written rises with every write, no watermark falls, all agree at rest, and the others stay during a cut."""
    machine = lab.protected_machine()
    seen = [_marks(lab, machine)]
    for _ in range(4):
        lab.write(machine, 3)
        seen.append(_marks(lab, machine))
        verify.that(seen[-1].written > seen[-2].written, f"written above {seen[-2].written}", seen[-1].written)
        lab.crash_point(machine)
        seen.append(_marks(lab, machine))
        verify.equal(set(_chain(seen[-1])), {seen[-1].written}, "watermarks at rest, behind a point")
    lab.fault(FaultKind.LINK_DOWN, machine)
    lab.write(machine, 3)
    cut = _marks(lab, machine)
    verify.that(cut.written > seen[-1].written, f"written above {seen[-1].written} during a cut", cut.written)
    verify.equal(_chain(cut)[1:], _chain(seen[-1])[1:], "the other watermarks during a cut")
    for before, after in pairwise(seen):
        pairs = zip(_chain(before), _chain(after), strict=True)
        verify.that(all(old <= new for old, new in pairs), f"watermarks from {plain(_chain(before))} on", _chain(after))


def _marks(lab: Lab, machine: Machine) -> Watermarks:
    disk = machine.disk().name
    return next(view.watermarks for view in lab.observe(machine).disks if view.name == disk)


def _chain(marks: Watermarks) -> tuple[int, ...]:
    return (marks.written, marks.sent, marks.cached, marks.applied, marks.pointed)


@case("C-HON-2", ["SP-RES-15", "SP-REP-13"], needs=(*DELTA, C.LINK_FAULTS, C.RESYNC), bears=("way",))
def nothing_is_dirty_after_a_resynchronisation(lab: Lab) -> None:
    """Blocks dirtied by a cut are dirty no more once a resynchronisation has completed and the machine is at rest."""
    machine = lab.protected_machine()
    with lab.link_down(machine):
        lab.write(machine, 20)
        verify.at_least(_dirty(lab, machine), 1, "dirty blocks during a cut")
        lab.advance(minutes=1)
        lab.settle()
    lab.resynchronise(machine)
    lab.settle()
    verify.equal(_dirty(lab, machine), 0, "dirty blocks after the resynchronisation")


def _dirty(lab: Lab, machine: Machine) -> int:
    return sum(disk.dirty_blocks for disk in lab.observe(machine).disks)


@case("C-HON-3", ["SP-REP-7", "SP-REP-2"], needs=(*DELTA, C.BYTE_COUNTS), fixes=SIZED, bears=("way",))
def noise_costs_what_it_weighs(lab: Lab) -> None:
    """Blocks of noise cannot be compressed: the initial copy, and every change, count at least their bytes."""
    machine = lab.machine()
    lab.write(machine, range(64), noise=BLOCK_BYTES)
    before = lab.observe(machine).bytes_sent
    lab.protect(machine)
    lab.settle()
    copied = lab.observe(machine).bytes_sent
    verify.at_least(copied - before, 64 * NOISE_BYTES, "bytes sent by an initial copy with 64 blocks of noise")
    lab.write(machine, range(100, 132), noise=BLOCK_BYTES)
    lab.settle()
    sent = lab.observe(machine).bytes_sent - copied
    verify.at_least(sent, 32 * NOISE_BYTES, "bytes sent for 32 changed blocks of noise")


@case("C-HON-4", ["SP-REP-7", "SP-FB-2"], needs=(*BACK, C.BYTE_COUNTS), fixes=(*SIZED, "pattern"))
def the_way_home_sends_only_changes(lab: Lab) -> None:
    """In the reverse direction a few written blocks cost a few blocks, and the failback little more."""
    machine = lab.protected_machine(disk="4 MiB", filled=1024)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        lab.run(machine, verb)
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("a minute of replication", lambda: lab.advance(minutes=1)),
        ("the failback", lambda: lab.run(machine, Verb.FAIL_BACK)),
    )
    for what, step in steps:
        before = lab.observe(machine).bytes_sent
        lab.write(machine, 8, noise=BLOCK_BYTES)
        step()
        sent = lab.observe(machine).bytes_sent - before
        verify.at_least(sent, 8 * NOISE_BYTES, f"bytes sent by {what} for 8 blocks of noise")
        resync_oracle.costs_what_differs(lab, machine, sent, 8 * BLOCK_BYTES, what)


@case(
    "C-HON-5",
    ["SP-RPO-2", "SP-RPO-6"],
    needs=(*DELTA, C.RESYNC, C.LINK_FAULTS, C.VIRTUAL_CLOCK, C.FAILOVER),
    on_bytes=True,
)
def the_rpo_of_a_marked_machine_grows(lab: Lab) -> None:
    """With a mark and the link back the RPO goes on growing, and what a failover then loses is within it."""
    machine = lab.protected_machine(filled=16)
    lab.write(machine, 10)
    lab.crash_point(machine)
    mark(lab, machine, writes=10)
    shown = []
    for _ in range(5):
        lab.advance(minutes=1)
        shown.append(lab.observe(machine).rpo_ms or 0)
    verify.equal([later - shown[0] for later in shown], [60_000 * step for step in range(5)], "growth of the RPO in ms")
    seen = lab.observe(machine)
    lab.fault(FaultKind.SITE_DOWN, machine)
    lab.run(machine, Verb.FAIL_OVER)
    loss.within_the_rpo(lab, lab.landing(machine), seen.rpo_ms or 0, seen.time_ms)


@case("C-HON-6", ["SP-RPO-1"], needs=(*DELTA, C.VIRTUAL_CLOCK))
def the_rpo_counts_what_was_received(lab: Lab) -> None:
    """The RPO is the age of what latest would produce: small once writes were received, however old the last point."""
    machine = lab.protected_machine()
    lab.crash_point(machine)
    lab.advance(minutes=3)
    lab.write(machine, 5)
    lab.settle()
    rpo_ms = lab.observe(machine).rpo_ms
    verify.that(rpo_ms is not None, "an RPO", "none")
    verify.at_most(rpo_ms or 0, AT_REST_MS, "RPO in ms with every write received")


@case("C-HON-7", ["SP-FO-5"], needs=(*BACK, C.LIFECYCLE))
def every_move_of_production_raises_the_generation(lab: Lab) -> None:
    """The generation rises with the failover and again with the failback, and never falls."""
    machine = lab.protected_machine(disk="256 KiB")
    shown = [lab.observe(machine).generation]
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT):
        shown.append(lab.run(machine, verb).generation)
        moved = verb in (Verb.FAIL_OVER, Verb.FAIL_BACK)
        verify.that(shown[-1] >= shown[-2] + moved, f"the generation after {verb.value}, from {shown[-2]}", shown[-1])


@case("C-HON-8", ["SP-PT-27", "SP-PT-1"], needs=(*DELTA, C.VIRTUAL_CLOCK), fixes=("past", "trouble"), bears=("way",))
def time_passes_when_it_is_told_to(lab: Lab) -> None:
    """A virtual clock begins with the scenario, moves in advance alone, by exactly that much; points are on it."""
    machine = lab.machine()
    now = lab.scenario.start_ms
    verify.equal(lab.now_ms(machine), now, "time in ms after the reset")
    lab.write(machine, 5)
    lab.protect(machine)
    for amount in (1, 12_345, 300_000, 299_999, 3_600_000):
        known = {point.name for point in lab.observe(machine).points}
        lab.write(machine, 5)
        lab.settle()
        verify.equal(lab.now_ms(machine), now, "time in ms after writes and settle")
        lab.advance(milliseconds=amount)
        verify.equal(lab.now_ms(machine), now + amount, f"time in ms after advance by {amount}")
        fresh = [point.taken_at_ms for point in lab.observe(machine).points if point.name not in known]
        verify.that(all(now <= taken <= now + amount for taken in fresh), "new points of the time that passed", fresh)
        now += amount


@case("C-HON-9", ["SP-REP-6"], needs=(*DELTA, C.FAILOVER, C.LINK_FAULTS, C.VIRTUAL_CLOCK), on_bytes=True)
def changes_travel_though_nobody_looks(lab: Lab) -> None:
    """Nothing is observed between a write and the loss of the site half a minute later: the write is there."""
    machine = lab.protected_machine()
    lab.write(machine, 20)
    position = lab.history.position
    lab.subject.advance(30_000)  # past the lab, which looks after every step
    lab.fault(FaultKind.SITE_DOWN, machine)
    lab.run(machine, Verb.FAIL_OVER)
    verify_bytes.true_landing(lab, lab.landing(machine), position)


@case("C-HON-10", ["SP-PT-13", "SP-LC-32"], needs=POINTS)
def a_point_has_every_disk_of_the_machine(lab: Lab) -> None:
    """Restoring a point gives each disk of the machine once, and no other."""
    machine = lab.protected_machine(disk="64 KiB", disks=3)
    for point in lab.observe(machine).points:
        names = sorted(image.disk for image in lab.subject.restore(machine.name, point.name))
        verify.equal(names, sorted(disk.name for disk in machine.spec.disks), f"disks of point {point.name}")


@case("C-HON-11", ["SP-REP-2", "SP-REP-19"], needs=DELTA, on_bytes=True, fixes=SIZED)
def a_large_disk_is_copied_to_its_end(lab: Lab) -> None:
    """A disk of 40 MiB, written here and there before and after the enable, is in the point from end to end."""
    machine = lab.machine(disk="40 MiB")
    last = machine.disk().blocks - 1
    lab.write(machine, [0, 1023, 1024, 4095, 4096, 8191, 8192, last])
    lab.protect(machine)
    lab.write(machine, [1, 4097, 8193, last - 1])
    point = lab.crash_point(machine)
    verify_bytes.same_image(lab.restore(machine, point), lab.history.image_now(machine.name), "the point")


@case("C-HON-12", ["SP-REP-2", "SP-REP-5"], needs=DELTA, on_bytes=True, fixes=SIZED)
def a_disk_that_was_full_before_is_copied(lab: Lab) -> None:
    """What a disk held before the appliance ever saw it, random bytes to its end, is in the first points."""
    with _image(blocks=67) as path:
        (machine,) = lab.site(MachineSpec("vm1", (DiskSpec("disk0", 80, str(path)),), identity="identity-vm1"))
    lab.protect(machine)
    lab.write(machine, [3, 79])
    point = lab.crash_point(machine)
    verify_bytes.same_image(lab.restore(machine, point), lab.history.image_now(machine.name), "the point")


@contextmanager
def _image(blocks: int) -> Iterator[Path]:
    """A raw image file full of bytes that no stamp produces."""
    with tempfile.TemporaryDirectory(prefix="siteproof-image-") as folder:
        path = Path(folder) / "disk.raw"
        path.write_bytes(b"".join(bytes([block % 251 + 1, 255]) * (BLOCK_BYTES // 2) for block in range(blocks)))
        yield path


@case("C-HON-13", ["SP-LC-37", "SP-PT-14"], needs=(C.LIFECYCLE, *DELTA))
def a_deleted_point_is_gone(lab: Lab) -> None:
    """After a disable the points are not only listed no more: restoring one is refused."""
    machine = lab.protected_machine(disk="64 KiB")
    lab.write(machine, 3)
    point = lab.crash_point(machine)
    lab.restore(machine, point)
    lab.run(machine, Verb.DISABLE)
    _is_gone(lab, machine, point)


@case("C-HON-14", ["SP-PT-29", "SP-FB-18"], needs=(*DELTA, C.FAILOVER, C.COMMIT, C.REPROTECT))
def a_point_of_an_ended_direction_is_gone(lab: Lab) -> None:
    """After a reprotect restoring a point of the forward direction is refused."""
    machine = travel(lab, road_to("failed-over"))
    point = next(each for each in lab.observe(machine).points if each.pinned)
    lab.restore(machine, point)
    lab.run(machine, Verb.COMMIT)
    lab.run(machine, Verb.REPROTECT)
    _is_gone(lab, machine, point)


def _is_gone(lab: Lab, machine: Machine, point: RecoveryPoint) -> None:
    try:
        lab.restore(machine, point)
    except Refused as refused:
        verify.equal(refused.code, ErrorCode.RECOVERY_POINT_UNAVAILABLE, "code of the refusal")
        return
    raise verify.Failed(f"restore of the deleted {point.name} refused", "an image")


@case("C-HON-15", ["SP-LC-30", "SP-POL-12"], needs=[C.LIFECYCLE], bears=("way",))
def a_threshold_is_at_least_a_minute(lab: Lab) -> None:
    """An RPO threshold of no minute, or fewer, is refused with PolicyInvalid; one minute is accepted."""
    machine = lab.machine(disk="64 KiB")
    for minutes in (0, -5):
        answer = lab.ask(machine, Verb.ENABLE, policy=ReplicationPolicy(rpo_threshold_minutes=minutes))
        verify.refused(answer, [ErrorCode.POLICY_INVALID], f"an RPO threshold of {minutes} min")
    answer = lab.ask(machine, Verb.ENABLE, policy=ReplicationPolicy(rpo_threshold_minutes=1))
    verify.accepted(answer, "an RPO threshold of 1 min")
    lab.settle()
    verify.equal(lab.observe(machine).regions.resync, Resync.NONE, "resync region")
