"""Drives: happenings in every state and in every running job, a way out, healed and looked at; and then once more.

Rule: generated from the roads of the lifecycle and the happenings of the drivers; nothing here knows what a state
means. Which happenings follow each other in a state says the state's number; a depth says how many rounds of it are
played, the seed where the numbers begin.
"""

from zlib import crc32

from siteproof.conformance import verify
from siteproof.conformance.case import case
from siteproof.conformance.drivers import happenings
from siteproof.conformance.drivers.drive import REQUIRES, drive
from siteproof.conformance.lab import Lab
from siteproof.conformance.roads import FAILED_ROADS, HELD_ROADS, RESYNC_ROADS, SETTLED_ROADS, How, Road, road_to
from siteproof.conformance.worlds.world import PLAIN
from siteproof.model.nouns.subject import Capability

C = Capability
NEEDS = (C.LIFECYCLE, C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.RESYNC)
ROADS = (*SETTLED_ROADS, *HELD_ROADS, *RESYNC_ROADS, *FAILED_ROADS)
ROUNDS_DRAWN = 1  # for each choice that the depth takes
ROUNDS_MORE = 4  # for each choice more than the first that the depth takes


def _part(lab: Lab, rounds: tuple[happenings.Pair, ...], *, all_of_them: bool = False) -> tuple[happenings.Pair, ...]:
    """As many rounds as the depth asks for, from the first; in a drawn world a few others: that one is odd enough."""
    many = len(rounds) if all_of_them and lab.breadth > 1 else 1 + (lab.breadth - 1) * ROUNDS_MORE
    if lab.world == PLAIN:
        return rounds[:many]
    few = min(ROUNDS_DRAWN * lab.breadth, len(rounds) // 2 or 1)  # several worlds together play all of them
    first = many if many < len(rounds) else crc32(str(lab.world).encode()) % len(rounds)
    return (rounds + rounds)[first : first + few]


def _drives(number: int, road: Road) -> None:
    def survives(lab: Lab) -> None:
        struck = _part(lab, happenings.rounds(lab, number + lab.seed))
        verify.given(bool(struck), "no fault can be made to happen")
        drive(lab, road, struck, short=number % 2 == 0)

    survives.__doc__ = (
        f"Whatever happens in the state {road.name}: healed, every byte is there; and so it is the next time."
    )
    needs = (*NEEDS, *(need for need in road.needs if need not in NEEDS))
    held = (C.HOLD,) if road in (*HELD_ROADS, *RESYNC_ROADS) else ()
    fails = (C.JOB_FAULTS,) if road in FAILED_ROADS else ()
    bears = ("way",) if road.turns and road.turns[0].how is not How.FAILS else ()
    case(f"C-DRV-{number}", REQUIRES, needs=(*needs, *held, *fails), on_bytes=True, bears=bears)(survives)


def _pairs(number: int, heavy: happenings.DriveHappening) -> None:
    def survives(lab: Lab) -> None:
        drive(
            lab,
            road_to("protected"),
            _part(lab, happenings.before(lab, heavy), all_of_them=True),
            short=number % 2 == 0,
            brief=True,
        )

    survives.__doc__ = (
        f"In sound replication, whatever comes directly before {heavy.name}: healed, every byte is there."
    )
    needs = (*NEEDS, *(need for need in heavy.needs if need not in NEEDS))
    case(f"C-DRV-{number}", REQUIRES, needs=needs, on_bytes=True, bears=("way",))(survives)


for _number, _road in enumerate(ROADS, 1):
    _drives(_number, _road)
for _number, _heavy in enumerate(happenings.HEAVY, len(ROADS) + 1):
    _pairs(_number, _heavy)
