"""Traces: how a state is reached, step by step, with what each step changes.

Rule: a trace names the rule of each step and shows differences only; the state before the first step is shown in full.
"""

from attrs import frozen

from siteproof.model.engines.explore.search import Search


@frozen
class VariableChange:
    """One variable's value before and after a step, as text."""

    variable: str
    before: str
    after: str


@frozen
class TraceStep:
    """One step: the rule that allows it, the transition's name, and what it changes."""

    rule: str
    name: str
    changes: tuple[VariableChange, ...]


@frozen
class Trace:
    """A shortest way from the initial state; `start` maps variables to values."""

    start: dict[str, str]
    steps: tuple[TraceStep, ...]

    @property
    def length(self) -> int:
        """How many steps it takes."""
        return len(self.steps)


def trace_to(search: Search, number: int) -> Trace:
    """The trace to one of the search's states."""
    path = search.path(number)
    shown = [search.program.shown(search.states[n]) for n in path]
    steps = tuple(_step(search, path[i], shown[i - 1], shown[i]) for i in range(1, len(path)))
    return Trace(shown[0], steps)


def _step(search: Search, number: int, before: dict[str, str], after: dict[str, str]) -> TraceStep:
    transition = search.program.system.transitions[search.via[number]]
    changes = tuple(VariableChange(name, before[name], after[name]) for name in after if before[name] != after[name])
    return TraceStep(transition.rule, transition.name, changes)
