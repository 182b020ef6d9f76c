"""Two subjects beside each other: every action goes to both, and the walk ends with their first disagreement.

Rule: neither is believed to be right. A disagreement says that at least one is wrong, or that a standard is silent.
"""

import random
from collections.abc import Callable, Iterator, Mapping

from attrs import define, evolve, field

from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.history import Workload
from siteproof.conformance.needs import OF_FAULT, OF_VERB
from siteproof.conformance.trace import RecordedStep, difference
from siteproof.fuzz.actions import ActionKind, WalkAction
from siteproof.fuzz.against.shown import Disagreement, SideShown, alike, disagreement
from siteproof.fuzz.against.side import Side
from siteproof.fuzz.beginnings import beginning
from siteproof.fuzz.cells import CellTrouble, CoverageCell, cell_of
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.scenes import scene
from siteproof.fuzz.walk import Finding, Walk, dice_of, meet
from siteproof.fuzz.walker import Walker
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Capability, Description, Fault, FaultKind, Subject

PACED = frozenset({Capability.DURING, Capability.CORRUPTION, Capability.JOB_CANCELS, Capability.STORE_FAULTS,
                   Capability.GROUPS, Capability.ADMINISTRATION})  # fmt: skip
"""What strikes at a moment of a subject's own pace or log, or takes points of its own rhythm; two right subjects may
come out of it in two ways."""
RULE = "disagreement"


@define
class Beside:
    """Opens both, and walks with both."""

    mine: Callable[[], Subject]
    theirs: Callable[[], Subject]
    seed: int
    steps: int
    seconds: float
    _benches: tuple[Bench, Bench] = field(init=False)
    _common: Description | None = None

    def __attrs_post_init__(self) -> None:
        """Nothing is opened yet."""
        self._benches = (Bench(self.mine, self.seconds), Bench(self.theirs, self.seconds))

    def describe(self) -> Description:
        """The first one, with what both can do; Problem (cannot judge) when one is not there."""
        if self._common is None:
            for bench in self._benches:
                bench.run(meet)
            mine, theirs = (bench.run(_described) for bench in self._benches)
            both = {each: by for each, by in mine.capabilities.items() if each in theirs.capabilities}
            self._common = evolve(mine, capabilities={each: by for each, by in both.items() if each not in PACED})
        return self._common

    def wander(self, number: int, guide: Guide) -> Walk:
        """Walk `number`: drawn by what the first subject shows and both can do."""
        dice = dice_of(self.seed, number)
        scenario, first = beginning(dice, number, guide) or (scene(dice), ())
        return self._walk(scenario, lambda views: self._drawn(scenario, first, dice, guide, views))

    def repeat(self, scenario: Scenario, actions: tuple[WalkAction, ...]) -> Walk:
        """A given list of actions."""
        return self._walk(scenario, lambda _: iter(actions))

    def drop(self) -> None:
        """Let both go without asking them."""
        for bench in self._benches:
            bench.drop()

    def close(self) -> None:
        """Close both."""
        for bench in self._benches:
            bench.close()

    def _drawn(
        self,
        scenario: Scenario,
        first: tuple[WalkAction, ...],
        dice: random.Random,
        guide: Guide,
        views: Callable[[], Mapping[str, Observation]],
    ) -> Iterator[WalkAction]:
        walker = Walker(scenario, dice, self.describe(), guide)
        for index in range(self.steps):
            action = first[index] if index < len(first) else walker.next(views())
            walker.hear(action)
            yield action
        yield from self._ending(views())

    @staticmethod
    def _ending(views: Mapping[str, Observation]) -> Iterator[WalkAction]:
        """Links and sites are mended, and bytes are read."""
        for name in views:
            for kind in (FaultKind.SITE_UP, FaultKind.LINK_UP):
                yield WalkAction(ActionKind.FAULT, name, fault=Fault(kind, name))
        yield WalkAction(ActionKind.CHECKPOINT, next(iter(views)))

    def _possible(self, action: WalkAction) -> bool:
        """Whether both can do it; a stretch of a tour asks for whatever the model has."""
        verb = OF_VERB.get(action.command.verb) if action.command is not None else None
        fault = OF_FAULT.get(action.fault.kind) if action.fault is not None else None
        needed = {verb, fault} - {None}
        unknown = action.plan or action.admin is not None or action.together is not None
        return not unknown and needed <= set(self.describe().capabilities)

    def _walk(
        self, scenario: Scenario, source: Callable[[Callable[[], Mapping[str, Observation]]], Iterator[WalkAction]]
    ) -> Walk:
        sides = tuple(Side(bench, scenario, Workload(self.seed)) for bench in self._benches)
        told = _Told()
        now = told.both(sides[0].begin(), sides[1].begin())
        found = disagreement(now, now)
        actions = source(lambda: now[0].views)
        while found is None and not any(each.broken for each in now):
            action = next(actions, None)
            if action is None:
                break
            if not self._possible(action):
                continue
            before = now
            now = told.action(action, before, (sides[0].take(action), sides[1].take(action)))
            found = disagreement(before, now)
            if now[0].said != now[1].said and not alike(before):
                actions = self._ending(now[0].views)  # only one is marked: from here on they walk in two worlds
        finding = None if found is None else _finding(found, tuple(told.trace))
        return Walk(scenario, tuple(told.actions), finding, frozenset(told.cells))


@define
class _Told:
    """What a walk has done so far."""

    actions: list[WalkAction] = field(factory=list)
    trace: list[RecordedStep] = field(factory=list)
    cells: set[CoverageCell] = field(factory=set)
    _troubles: dict[str, CellTrouble] = field(factory=dict)

    def both(self, mine: SideShown, theirs: SideShown) -> tuple[SideShown, SideShown]:
        self.trace.append(RecordedStep(1, f"reset with {', '.join(mine.views)}", ""))
        return mine, theirs

    def action(
        self, action: WalkAction, before: tuple[SideShown, SideShown], after: tuple[SideShown, SideShown]
    ) -> tuple[SideShown, SideShown]:
        self.actions.append(action)
        was, view = before[0].views, after[0].views.get(action.machine)
        trouble = self._troubles.setdefault(action.machine, CellTrouble())
        if view is not None and action.machine in was:
            self.cells.add(cell_of(action.what, was[action.machine], trouble))
        trouble.hear(action)
        changed = difference(was.get(action.machine), view) if view is not None else ""
        said = f" — {after[0].said}" if after[0].said else ""
        self.trace.append(RecordedStep(len(self.trace) + 1, f"{action}{said}", changed))
        return after


def _described(carrier: Carrier) -> Description:
    return carrier.describe()


def _finding(found: Disagreement, trace: tuple[RecordedStep, ...]) -> Finding:
    expected = f"two subjects agree in {found.about}"
    return Finding(expected, f"{found.mine}; the other one: {found.theirs}", trace, f"{RULE}-{found.about.split()[0]}")
