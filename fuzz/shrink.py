"""Shrinking a failing walk: fewer actions, simpler actions, less around them, again and again, within a budget.

Rule: a smaller walk counts only when it fails in the same way; with the budget used up the smallest one so far stands.
"""

from collections.abc import Callable

from attrs import define, field, frozen

from siteproof.fuzz.actions import WalkAction
from siteproof.fuzz.minimise import minimise
from siteproof.fuzz.simpler import scenarios, versions
from siteproof.fuzz.walk import Walk
from siteproof.model.nouns.scenario import Scenario

Repeat = Callable[[Scenario, tuple[WalkAction, ...]], Walk]
TRIES_MAX = 500
ROUNDS_MAX = 4


@frozen
class ShrinkEffort:
    """What shrinking may cost. `over` says that the time is up; `on_smaller` hears the actions before and now."""

    tries: int = TRIES_MAX
    over: Callable[[], bool] = lambda: False
    on_smaller: Callable[[int, int], None] = lambda _before, _after: None


def shrink(walk: Walk, repeat: Repeat, effort: ShrinkEffort) -> Walk:
    """The smallest walk found that fails as this one does; itself when it does not fail again."""
    assert walk.finding is not None
    search = _Search(walk, repeat, effort)
    if search.fails(walk.scenario, walk.actions):
        for _ in range(ROUNDS_MAX):
            before = search.best
            search.fewer()
            search.simpler()
            search.less_around()
            if (search.best.scenario, search.best.actions) == (before.scenario, before.actions):
                break
    return search.best


@define
class _Search:
    walk: Walk
    repeat: Repeat
    effort: ShrinkEffort
    best: Walk = field(init=False)
    _left: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.best, self._left = self.walk, self.effort.tries

    def fails(self, scenario: Scenario, actions: tuple[WalkAction, ...]) -> bool:
        """Whether these fail in the same way; then they are the best so far."""
        assert self.walk.finding is not None
        if self._left <= 0 or self.effort.over():
            return False
        self._left -= 1
        again = self.repeat(scenario, actions)
        if again.finding is None or again.finding.kind != self.walk.finding.kind:
            return False
        self.best = again
        self.effort.on_smaller(len(self.walk.actions), len(again.actions))
        return True

    def fewer(self) -> None:
        """Leave actions out; what came behind the failing one goes at once."""
        scenario = self.best.scenario
        minimise(self.best.actions, lambda actions: self.fails(scenario, actions), max(self._left, 0))

    def simpler(self) -> None:
        """Each action in the simplest version that still fails."""
        for index in range(len(self.best.actions)):
            for version in versions(self.best.actions[index]) if index < len(self.best.actions) else ():
                actions = (*self.best.actions[:index], version, *self.best.actions[index + 1 :])
                if self.fails(self.best.scenario, actions):
                    break

    def less_around(self) -> None:
        """Without machines and disks that nothing names."""
        for smaller in scenarios(self.best.scenario, self.best.actions):
            self.fails(smaller, self.best.actions)
