"""Trace inclusion: whatever a detailed specification shows, the abstract one can show as well, step by step.

Rule: what is shown, and where the abstract one lives, comes in as functions of a state's values; no specification is
known here.

Both are seen through an observation. A step that leaves it alone is silent; for every other one some abstract state
that fits everything seen so far has to follow it, after silent steps of its own. All such states are carried along, so
nothing has to be guessed about what is hidden.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping

from siteproof.model.engines.explore.program import State
from siteproof.model.engines.explore.search import Search
from siteproof.model.language.domain import Value

Values = Mapping[str, Value]
Observe = Callable[[Values], Hashable]
Fits = frozenset[int]


def values(search: Search, state: State) -> dict[str, Value]:
    """Every variable of the state by its name."""
    return {v.name: search.program.value(state, v) for v in search.program.system.variables}


class Abstract:
    """The abstract specification, cut down to the states in which the detailed one lives."""

    def __init__(self, search: Search, observe: Observe, lives: Callable[[Values], bool]) -> None:
        """Every state that lives, with what it shows and its steps to others that live."""
        known = {n: values(search, state) for n, state in enumerate(search.states)}
        self.values = {n: each for n, each in known.items() if lives(each)}
        self.shown = {n: observe(each) for n, each in self.values.items()}
        self.steps = {n: self._steps(search, n) for n in self.values}
        self._answers: dict[tuple[Fits, Hashable], Fits] = {}

    def _steps(self, search: Search, number: int) -> tuple[int, ...]:
        after = (search.numbers[state] for _, state in search.program.successors(search.states[number]))
        return tuple(n for n in after if n in self.values)

    def silently(self, start: Fits) -> Fits:
        """Everything that can be reached from these states without showing anything."""
        seen, todo = set(start), list(start)
        while todo:
            here = todo.pop()
            new = {n for n in self.steps[here] if self.shown[n] == self.shown[here]} - seen
            seen |= new
            todo.extend(new)
        return frozenset(seen)

    def follow(self, fits: Fits, shows: Hashable) -> Fits:
        """The states after one step that shows this; none when the abstract specification cannot follow."""
        if (fits, shows) not in self._answers:
            direct = frozenset(n for here in fits for n in self.steps[here] if self.shown[n] == shows)
            self._answers[fits, shows] = self.silently(direct)
        return self._answers[fits, shows]


def unexplained(search: Search, observe: Observe, abstract: Abstract, start: Fits) -> Iterator[str]:
    """The names of steps that the abstract specification cannot follow; nothing when every trace is one of its own."""
    shown = [observe(values(search, state)) for state in search.states]
    first = (0, abstract.silently(start))
    assert start
    seen, todo = {first}, [first]
    while todo:
        here, fits = todo.pop()
        for step, state in search.program.successors(search.states[here]):
            there = search.numbers[state]
            after = fits if shown[there] == shown[here] else abstract.follow(fits, shown[there])
            if not after:
                yield search.program.system.transitions[step].name
            elif (there, after) not in seen:
                seen.add((there, after))
                todo.append((there, after))
