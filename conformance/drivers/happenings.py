"""Happenings: what strikes a machine in a drive, each with a beginning and, where it lasts, an end.

Rule: a happening acts and never judges. What it cannot do where the machine is just now it leaves out; nothing here
knows which product it meets, nor what any of it is known to get wrong.
"""

from collections.abc import Callable

from attrs import frozen

from siteproof.conformance.drivers.scene import DriveScene
from siteproof.conformance.lab import Lab
from siteproof.conformance.needs import OF_FAULT
from siteproof.conformance.worlds import orders
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Direction, Protection, Site

F = FaultKind
MANY = 90  # blocks of a write: more than fit into one batch of most products
GROWTH_BLOCKS = 32
JUMP_MINUTES = 20
HEAVY_A_TURN = 2  # so many further each second number begins
OF_TIME = Capability.VIRTUAL_CLOCK


Act = Callable[[DriveScene], None]


def _nothing(scene: DriveScene) -> None:
    del scene


@frozen
class DriveHappening:
    """`begin` strikes, and `end` mends what lasts until then."""

    name: str
    needs: tuple[Capability, ...]
    begin: Act
    end: Act = _nothing


def _fault(kind: FaultKind) -> DriveHappening:
    def strike(scene: DriveScene) -> None:
        scene.write()
        scene.fault(kind)
        scene.write()

    return DriveHappening(kind.value.replace("_", " "), (OF_FAULT.get(kind, OF_TIME),), strike)


def _cut(name: str, down: FaultKind, up: FaultKind) -> DriveHappening:
    """It lasts: what is written meanwhile cannot travel."""
    return DriveHappening(
        name, (OF_FAULT.get(down, Capability.LINK_FAULTS),), _fault(down).begin, lambda s: s.fault(up)
    )


def _blink(name: str, down: FaultKind, up: FaultKind) -> DriveHappening:
    """It comes back before anybody had to notice, with writes on their way, in it and behind it."""

    def strike(scene: DriveScene) -> None:
        scene.write()
        scene.fault(down)
        scene.write()
        scene.fault(up)
        scene.write()

    return DriveHappening(name, (OF_FAULT.get(down, Capability.LINK_FAULTS),), strike)


def _jump(name: str, minutes: int) -> DriveHappening:
    def strike(scene: DriveScene) -> None:
        scene.write()
        scene.fault(F.CLOCK_JUMP, amount=minutes * MINUTE_MS)
        scene.write()

    return DriveHappening(name, (OF_TIME,), strike)


def _grow(scene: DriveScene) -> None:
    """The last disk grows, where somebody says what that means: under sound or marked forward replication."""
    regions = scene.regions
    here = (regions.direction, regions.active, regions.protection)
    if here != (Direction.FORWARD, Site.PRIMARY, Protection.PROTECTED):
        return
    asked = list(scene.machine.disks)[-1]
    disk = scene.machine.disk(asked)
    size = scene.lab.history.ledger(scene.machine.name, disk.name).blocks - scene.machine.larger.get(disk.name, 0)
    scene.write()
    scene.fault(F.DISK_RESIZED, disk=asked, amount=size + GROWTH_BLOCKS)
    scene.write()


def _rush(scene: DriveScene) -> None:
    """Much is written to every disk in the last instant before the next point."""
    interval_ms = scene.lab.profile.crash_consistent_minutes * MINUTE_MS
    wait_ms = scene.newest_point_ms() + interval_ms - scene.lab.now_ms(scene.machine) - 1
    scene.advance(wait_ms if 0 < wait_ms < interval_ms else interval_ms - 1)
    scene.write(MANY)
    scene.advance(2)
    scene.write()


# Light ones leave most products in sound replication, so that what they spoil shows; the others leave a mark, and a
# comparison that heals it hides what came before.
LIGHT: tuple[DriveHappening, ...] = (
    DriveHappening("rush before a point", (OF_TIME,), _rush),
    _fault(F.TARGET_CRASH),
    _blink("blink of the link", F.LINK_DOWN, F.LINK_UP),
    _jump("clock jump back", -JUMP_MINUTES),
    _blink("blink of the site", F.SITE_DOWN, F.SITE_UP),
    _jump("clock jump forward", JUMP_MINUTES),
)
HEAVY: tuple[DriveHappening, ...] = (
    _fault(F.FORCED_SHUTDOWN),
    _cut("cut of the link", F.LINK_DOWN, F.LINK_UP),
    _fault(F.AGENT_CRASH),
    _fault(F.LOG_TRUNCATED),
    _fault(F.LOW_MEMORY),
    _cut("cut of the site", F.SITE_DOWN, F.SITE_UP),
    _fault(F.LOG_CORRUPT),
    DriveHappening("growth", (Capability.RESIZE,), _grow),
)
QUIET = DriveHappening("nothing", (), lambda scene: scene.write())
Pair = tuple[DriveHappening, DriveHappening]


def rounds(lab: Lab, number: int) -> tuple[Pair, ...]:
    """What strikes together in the rounds of that number, of what the subject can be made to suffer.

    Each light one once, then each heavy one: after a light one in even numbers, after another heavy one in odd ones;
    then everything in the order in which, over all numbers, each comes directly before each other one.
    """
    light, heavy = (_even(lab, found) for found in (LIGHT, HEAVY))
    pairs = orders.pairs(light, number)[: len(light) // 2] if light else ()
    before = (light or heavy) if number % 2 == 0 else (*heavy[1:], *heavy[:1])
    turn = number // 2 * HEAVY_A_TURN
    mixed = ((before[(place + number // 4) % len(before)], heavy[place]) for place in _rotated(len(heavy), turn))
    return (*pairs, *mixed, *(orders.pairs((*light, *heavy), number) if light or heavy else ()))


def before(lab: Lab, heavy: DriveHappening) -> tuple[Pair, ...]:
    """That heavy one after each light one, and at greater depths after each heavy one, too."""
    found = (*LIGHT, *(each for each in HEAVY if each is not heavy))[: len(LIGHT) * lab.breadth]
    return tuple((each, heavy) for each in found if set(each.needs) <= set(lab.description.capabilities))


def _even(lab: Lab, found: tuple[DriveHappening, ...]) -> tuple[DriveHappening, ...]:
    known = tuple(each for each in found if set(each.needs) <= set(lab.description.capabilities))
    return known if len(known) % 2 == 0 else (*known, QUIET)


def _rotated(many: int, start: int) -> tuple[int, ...]:
    return tuple((start + step) % many for step in range(many))
