"""Beginnings: how a walk comes to deep phases at once: a stretch of a tour of the lifecycle, or of a kept walk.

Rule: a beginning is a scenario and actions, drawn before the subject is asked anything; a subject that goes another
way than the model is judged on the way like everywhere else.
"""

import functools
import random
from collections.abc import Iterator, Sequence

from siteproof.fuzz.actions import ActionKind, WalkAction
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.scenes import scene
from siteproof.fuzz.walker import HOLDABLE
from siteproof.model.engines.explore.graph import Edge, graph_of
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.tours import Cover, tour
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Selection, Verb
from siteproof.model.spec.lifecycle.spec import lifecycle_spec

TOUR_SHARE = 0.35
KEPT_SHARE = 0.2
PHASE_MS = 1_000
MINUTE_MS = 60_000
VERBS = {verb.value: verb for verb in Verb}
Beginning = tuple[Scenario, tuple[WalkAction, ...]]


def beginning(dice: random.Random, number: int, guide: Guide) -> Beginning | None:
    """Scenario and first actions of walk `number`; None for a walk that begins with nothing."""
    choice = dice.random()
    if choice < TOUR_SHARE:
        paths = tour_paths()
        path = paths[number % len(paths)]
        scenario = scene(dice)
        return scenario, tuple(actions_of(path[: dice.randint(1, len(path))], scenario.machines[0]))
    if choice < TOUR_SHARE + KEPT_SHARE and guide.kept:
        kept = dice.choice(guide.kept)
        return kept.scenario, kept.actions[: dice.randint(1, len(kept.actions))]
    return None


@functools.cache
def tour_paths() -> tuple[tuple[Edge, ...], ...]:
    """The walks that take every transition of the lifecycle in the fewest steps."""
    return tour(graph_of(Search(lifecycle_spec().system({})).run()), Cover.EDGES).paths


def actions_of(path: Sequence[Edge], machine: MachineSpec) -> Iterator[WalkAction]:
    """The path as actions on a machine: what fails is made to, what marks is a dead link behind which data waits."""
    for index, edge in enumerate(path):
        if edge.name.endswith("_starts"):
            yield from _command(VERBS[edge.name.removesuffix("_starts")], path[index + 1 :], machine)
        elif "_leaves_" in edge.name:
            yield WalkAction(ActionKind.ADVANCE, machine.name, milliseconds=PHASE_MS)
        elif edge.name == "sides_may_differ":
            yield from _mark(machine)


def _command(verb: Verb, rest: Sequence[Edge], machine: MachineSpec) -> Iterator[WalkAction]:
    """A job that can be is left running, for the path says when its phases end; one that fails there is made to."""
    fails = next((edge.name for edge in rest if "_leaves_" not in edge.name), "")
    if fails.startswith(f"{verb.value}_fails_in") or fails == "initial_copy_fails":
        yield WalkAction(ActionKind.FAULT, machine.name, fault=Fault(FaultKind.JOB_FAILS, machine.name))
    selection = Selection.LATEST_PROCESSED if verb is Verb.CHANGE_RECOVERY_POINT else Selection.LATEST
    command = Command(verb, machine.name, selection=selection)
    yield WalkAction(ActionKind.COMMAND, machine.name, command=command, hold=verb in HOLDABLE)


def _mark(machine: MachineSpec) -> Iterator[WalkAction]:
    """Data that has to travel meets a dead link; afterwards the link is up again."""
    yield WalkAction(ActionKind.FAULT, machine.name, fault=Fault(FaultKind.LINK_DOWN, machine.name))
    yield WalkAction(ActionKind.WRITE, machine.name, machine.disks[0].name, (0,))
    yield WalkAction(ActionKind.ADVANCE, machine.name, milliseconds=MINUTE_MS)
    yield WalkAction(ActionKind.FAULT, machine.name, fault=Fault(FaultKind.LINK_UP, machine.name))
