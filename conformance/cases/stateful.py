"""Walks: many short lives of a machine, drawn by hypothesis, each step judged by the model and by bytes.

Rule: the walk's own chapter has few cases; what a walk finds becomes a plain case in the chapter where it belongs.
"""

from siteproof.conformance import verify
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab
from siteproof.conformance.worlds.arrays import drawn
from siteproof.conformance.worlds.reach import reachable
from siteproof.conformance.worlds.world import DIMENSIONS, PLAIN, World
from siteproof.model.nouns.subject import Capability

C = Capability
FIRST_LOOK, EXAMPLES, EXAMPLES_MAX = 4, 20, 400  # walks: at the least breadth, per breadth beyond it, in all
WALKED = ("machines", "seat", "names", "disks", "disk", "size", "pattern", "neighbours")  # the walk makes its own past
STEPS = 20


@case(
    "C-ST-1",
    ["SP-LC-1", "SP-LC-2", "SP-PT-14", "SP-REP-10", "SP-REP-18", "SP-RES-14"],
    needs=[C.LIFECYCLE, C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.RESYNC, C.HOLD, C.VIRTUAL_CLOCK],
    fixes=tuple(DIMENSIONS),
)
def walks_never_leave_the_model(lab: Lab) -> None:
    """On seeded walks through commands, refusals, cuts and crashes every step is as the model and the bytes say."""
    from siteproof.conformance.drivers.stateful import run_stateful  # noqa: PLC0415  (hypothesis takes 0.4 s to import)

    try:
        examples = min(EXAMPLES * lab.breadth, EXAMPLES_MAX) if lab.breadth > 1 else FIRST_LOOK
        tally = run_stateful(lambda: lab.subject, lab.seed, examples, STEPS, lab.profile, _worlds(lab))
    except verify.Failed as failed:
        lab.trace[:] = failed.trace
        raise
    verify.at_least(len(tally.actions), 8, "different actions on the walks")


def _worlds(lab: Lab) -> list[World]:
    """The worlds of this run's walks, the plain one first: every two values of places and patterns meet in them."""
    shown = reachable(lab.description)
    values = {name: shown[name] if name in WALKED else shown[name][:1] for name in DIMENSIONS}
    return [PLAIN, *drawn(values, 2, lab.seed)]
