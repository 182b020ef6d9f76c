"""A drive: along a road to a state, two happenings there, a way out, the way back to health, and every byte compared.

Rule: generated from roads and happenings; nothing here knows what a state means. What a step of the way leads to is
the auditor's word; the drive only goes on with what the machine allows.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from attrs import evolve

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.auditor import closing, healing, landings
from siteproof.conformance.digests import digest_of
from siteproof.conformance.drivers.happenings import Pair
from siteproof.conformance.drivers.scene import DriveScene, HeldJob
from siteproof.conformance.history import content
from siteproof.conformance.images import DiskPicture, MachineImages
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.roads import How, Road, Turn, mark
from siteproof.conformance.verify import Failed, Inconclusive
from siteproof.conformance.worlds.going import go, recover
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.subject import Capability, FaultKind, Write
from siteproof.model.nouns.vocabulary import Consistency, Direction, Place, Protection, Site, TestFailover, Verb

REQUIRES = ("SP-REP-18", "SP-RES-12")
DISK = "384 KiB"
WRITTEN = 3  # blocks of each disk of a test machine
PAUSE_MS = 1_000  # between two steps: data is on its way then, in most products
HOME = Regions(Protection.PROTECTED)
ENABLED = Turn(Verb.ENABLE)
SHORT = ReplicationPolicy(retention_minutes=HOUR_MINUTES)  # so that a drive sees points go, too
BOTH = ReplicationPolicy(app_consistent_minutes=HOUR_MINUTES)  # points of both kinds, and thinned ones
HOURS_MS = 62 * MINUTE_MS  # longer than both
STEP_MS = 16 * MINUTE_MS  # less than a clock jumps, so that it can be told which clock a point shows


def drive(lab: Lab, road: Road, rounds: Iterable[Pair], *, short: bool, brief: bool = False) -> None:
    """One round after the other, on one machine as long as it finds home.

    `short`: its points are soon too old; `brief`: trouble is mended at once, before hours pass or production moves.
    """
    ways = WAYS_OUT[:2] if brief else WAYS_OUT
    scene: DriveScene | None = None
    for number, struck in enumerate(rounds):
        way_out = ways[number % len(ways)]
        names = " and then ".join(each.name for each in struck)
        try:
            scene = _settled(lab, road, scene, short=short)
            _strike(scene, road, struck)
            if not brief:
                _hours(scene, short=short)
            way_out(scene)
            recover(lab, scene.machine)
            landings.judge(lab, scene.machine)
            _agrees(scene)
        except Failed as failed:
            detail = "; ".join(part for part in (failed.detail, f"{names} in the state {road.name}") if part)
            raise Failed(failed.expected, failed.actual, detail, of=failed.of) from failed


def _settled(lab: Lab, road: Road, scene: DriveScene | None, *, short: bool) -> DriveScene:
    """A machine from which the road's steps can be taken: the one that is there, or a fresh one."""
    if scene is not None:
        recover(lab, scene.machine)
        if lab.observe(scene.machine).regions == HOME:
            if road.turns[:1] != (ENABLED,):
                _take(scene, Turn(Verb.DISABLE))
            return scene
    app = Capability.APP_POINTS in lab.description.capabilities
    fresh = DriveScene(lab, lab.machine(disk=DISK, disks=2, policy=SHORT if short else BOTH if app else None))
    fresh.write()
    return fresh


def _strike(scene: DriveScene, road: Road, struck: Pair) -> None:
    """Take the road; at its end both happen, one directly after the other, and then are mended."""
    lab, machine = scene.lab, scene.machine
    turns = road.turns[1:] if lab.observe(machine).regions == HOME else road.turns
    for turn in turns[:-1]:
        _take(scene, turn)
        scene.write()
        lab.advance(milliseconds=PAUSE_MS)
    for turn in turns[-1:]:
        _take(scene, turn)
    for each in struck:
        each.begin(scene)
        _new_point(scene)
    scene.advance(MINUTE_MS)
    scene.settle()
    for each in struck:
        each.end(scene)
    scene.write()
    lab.advance(milliseconds=PAUSE_MS)


def _hours(scene: DriveScene, *, short: bool) -> None:
    """The state lasts until points come and go, and the workload goes on; of the new points some are read.

    Where application-consistent points come, it lasts until the next one is the newest.
    """
    scene.write()
    scene.advance(scene.lab.profile.crash_consistent_minutes * MINUTE_MS)
    _new_point(scene)
    since_ms = scene.newest_point_ms(Consistency.APP) or scene.oldest_point_ms()
    wait_ms = since_ms + HOUR_MINUTES * MINUTE_MS - scene.lab.now_ms(scene.machine)
    left_ms = wait_ms + PAUSE_MS if 0 < wait_ms <= HOURS_MS and not short else HOURS_MS
    while left_ms > 0:
        scene.write()
        scene.advance(min(left_ms, STEP_MS))
        _new_point(scene)
        left_ms -= STEP_MS
    scene.write()
    scene.advance(PAUSE_MS)


def _take(scene: DriveScene, turn: Turn) -> None:
    """One step, if the machine allows it where it is; a job that is held is left running."""
    lab, machine, verb = scene.lab, scene.machine, turn.verb
    if verb is None:
        return mark(lab, machine)
    lab.settle()
    if verb not in lab.observe(machine).allowed:
        return None
    if turn.how is How.HELD:
        scene.held = HeldJob(verb, scene.regions)
        lab.ask(machine, verb, **scene.choice(verb))
        return None
    if turn.how is How.FAILS:
        lab.fault(FaultKind.JOB_FAILS, machine)
    with suppress(Inconclusive):  # it was refused; whether rightly, the auditor has said
        lab.run(machine, verb, **scene.choice(verb))
    return None


# -- ways out of trouble ------------------------------------------------------------------------------------------


def _straight(scene: DriveScene) -> None:
    """Nothing is tried before everything is healed."""
    del scene


def _drill(scene: DriveScene) -> None:
    """A drill of the latest state, with data on its way; the test machine is a machine: it keeps what is written."""
    lab, machine = scene.lab, scene.machine
    _take(scene, Turn(Verb.TEST_FAILOVER))
    if lab.observe(machine).regions.test_failover is not TestFailover.COMPLETED:
        return
    verify.serves("SP-DRL-2")
    before = lab.read(machine, Place.TEST)
    written: dict[str, tuple[Write, ...]] = {}
    for asked in machine.disks:
        name = machine.disk(asked).name
        size = len(before.disk(name).digests)  # of the test machine, which may be smaller than the source is by now
        written[name] = lab.write(machine, lab.workload.pick(size, WRITTEN), disk=asked, place=Place.TEST)
    expected = _changed(before, written)
    verify_bytes.same_image(lab.read(machine, Place.TEST), expected, "the test machine after writes to it")
    _take(scene, Turn(Verb.CLEAN_UP_TEST))


def _fail_over(scene: DriveScene) -> None:
    """Production moves as things are; who is off takes no write."""
    _take(scene, Turn(Verb.FAIL_OVER))
    closing.nobody_writes_elsewhere(scene.lab, scene.machine)
    scene.write()


def _forced(scene: DriveScene) -> None:
    """Production moves while nothing can be asked of the source."""
    offers = Capability.LINK_FAULTS in scene.lab.description.capabilities
    if offers:
        scene.fault(FaultKind.LINK_DOWN)
    scene.write()
    _fail_over(scene)
    if offers:
        scene.fault(FaultKind.LINK_UP)
    closing.nobody_writes_elsewhere(scene.lab, scene.machine)


WAYS_OUT: tuple[Callable[[DriveScene], None], ...] = (_straight, _drill, _fail_over, _forced)


def _changed(picture: MachineImages, writes: dict[str, tuple[Write, ...]]) -> MachineImages:
    """The picture with these blocks written over."""
    disks = []
    for disk in picture.disks:
        digests = disk.digests.copy()
        for write in writes.get(disk.name, ()):
            digests[write.block] = digest_of(content(write))
        disks.append(DiskPicture(disk.name, digests))
    return MachineImages(picture.machine, tuple(disks), anchored=True)


def _agrees(scene: DriveScene) -> None:
    """The other side has every byte: in the next point, or at home after the failback; or production itself has."""
    lab, machine = scene.lab, scene.machine
    verify.serves(*REQUIRES)
    seen = lab.observe(machine).regions
    wanted = lab.history.image_now(machine.name)
    if evolve(seen, active=Site.PRIMARY, protection=Protection.PROTECTED) != seen:
        verify_bytes.same_image(lab.read(machine), wanted, "the running machine after recovery")
    elif seen.direction is Direction.FORWARD:
        lab.settle()
        picture = lab.restore(machine, healing.next_point(lab, machine))
        verify_bytes.same_image(picture, lab.history.image_now(machine.name), "the next point after recovery")
        _older_point(lab, machine)
    else:
        go(lab, machine, Verb.FAIL_BACK)
        verify.serves(*REQUIRES)
        verify_bytes.same_image(lab.landing(machine).picture, wanted, "the machine at home after recovery")


def _new_point(scene: DriveScene) -> None:
    """The newest point, unless it has been read before."""
    points = scene.lab.observe(scene.machine).points
    newest = max(points, key=lambda point: point.sequence, default=None)
    if newest is not None and newest.name not in scene.read:
        scene.read.add(newest.name)
        closing.restore(scene.lab, scene.machine, newest)


def _older_point(lab: Lab, machine: Machine) -> None:
    """One of the older points, the oldest as likely as all others, still holds what it held."""
    points = sorted(lab.observe(machine).points, key=lambda point: point.sequence)
    chosen = lab.workload.choose((0, lab.workload.choose(range(len(points)))))
    closing.restore(lab, machine, points[chosen])
