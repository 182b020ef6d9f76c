"""Simpler versions of an action and of a scenario: fewer blocks, shorter pauses, plain arguments, no plan, less around.

Rule: pure; every version offered is simpler by a measure that only falls, so that trying them ends.
"""

from collections.abc import Iterator, Sequence

from attrs import evolve

from siteproof.fuzz.actions import WalkAction
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.policy import MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Selection

PAUSES_MS = (1, 200, 1_000, MINUTE_MS, 5 * MINUTE_MS, 60 * MINUTE_MS)
SIMPLE = (Selection.LATEST, Selection.LATEST_PROCESSED)


def versions(action: WalkAction) -> Iterator[WalkAction]:
    """Simpler ones, the simplest first."""
    if action.plan:
        yield evolve(action, plan=())
    if action.hold:
        yield evolve(action, hold=False)
    if len(action.blocks) > 1:
        yield evolve(action, blocks=action.blocks[:1])
        yield evolve(action, blocks=action.blocks[: len(action.blocks) // 2])
    if action.blocks and max(action.blocks) > 0:
        yield evolve(action, blocks=tuple(range(len(action.blocks))) if len(set(action.blocks)) > 1 else (0,))
    yield from (evolve(action, milliseconds=pause) for pause in PAUSES_MS if pause < action.milliseconds)
    yield from _plainer_commands(action)
    yield from _smaller_jumps(action)


def _plainer_commands(action: WalkAction) -> Iterator[WalkAction]:
    if action.command is None:
        return
    plain = (Command(action.command.verb, action.machine, selection=selection) for selection in SIMPLE)
    for each in plain:
        if each == action.command:
            return
        yield evolve(action, command=each)


def _smaller_jumps(action: WalkAction) -> Iterator[WalkAction]:
    fault = action.fault
    if fault is not None and fault.kind is FaultKind.CLOCK_JUMP and abs(fault.amount) > MINUTE_MS:
        yield evolve(action, fault=evolve(fault, amount=MINUTE_MS if fault.amount > 0 else -MINUTE_MS))


def scenarios(scenario: Scenario, actions: Sequence[WalkAction]) -> Iterator[Scenario]:
    """With only the machines and disks that are named, then with the usual policy, each if that changes anything."""
    machines = {action.machine for action in actions} or {scenario.machines[0].name}
    disks = {(action.machine, action.disk) for action in actions if action.disk}
    disks |= {(each.fault.machine, each.fault.disk) for each in actions if each.fault is not None and each.fault.disk}
    fewer = tuple(_fewer(spec, disks) for spec in scenario.machines if spec.name in machines)
    if fewer != scenario.machines:
        yield evolve(scenario, machines=fewer)
    if scenario.policy != ReplicationPolicy():
        yield evolve(scenario, policy=ReplicationPolicy())


def _fewer(spec: MachineSpec, named: set[tuple[str, str]]) -> MachineSpec:
    disks: tuple[DiskSpec, ...] = tuple(disk for disk in spec.disks if (spec.name, disk.name) in named)
    return evolve(spec, disks=disks or spec.disks[:1])
