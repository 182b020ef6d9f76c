"""What every engine offers: explore everything and judge, or find the shortest way to a goal.

Rule: engines differ in speed and in what they can take; for what they take, counts, verdicts and lengths are the same.
"""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from attrs import frozen

from siteproof.model.engines.explore.exploration import Exploration, report
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.search import Limits, Search, SearchLevel, reach
from siteproof.model.engines.explore.trace import Trace, trace_to
from siteproof.model.language.spec import System

Progress = Callable[[SearchLevel], None]


@frozen
class Way:
    """The shortest way to a goal, or none among `states` states. `depth` is its length even where the trace is lost."""

    states: int
    depth: int | None
    trace: Trace | None


class Explorer(Protocol):
    """One engine with one system. `engine` names it, `reason` says why it was chosen."""

    @property
    def engine(self) -> str:
        """The engine's name."""
        ...

    @property
    def reason(self) -> str:
        """Why this engine runs; empty when it was asked for."""
        ...

    @property
    def memory_bytes(self) -> int:
        """What the search takes at this moment."""
        ...

    def explore(self, progress: Progress | None = None) -> Exploration:
        """Everything that can be reached, or what was covered when the user interrupted."""
        ...

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """The shortest way to a state that the goal wants."""
        ...


@runtime_checkable
class Orbited(Protocol):
    """An explorer that counts orbits: states up to the order of equal components."""

    def orbits(self) -> int | None:
        """How many there are; None when nothing can change places."""
        ...


class PlainExplorer:
    """One state after the other, in plain Python: slow, obvious, and what the others are compared with."""

    engine = "plain"

    def __init__(self, system: System, limits: Limits, reason: str = "") -> None:
        """Nothing happens yet."""
        self.reason = reason
        self.search = Search(system, limits)

    @property
    def memory_bytes(self) -> int:
        """See Explorer."""
        return self.search.memory_bytes

    def explore(self, progress: Progress | None = None) -> Exploration:
        """See Explorer."""
        try:
            self.search.run(progress)
        except KeyboardInterrupt:
            return report(self.search)
        return report(self.search)

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """See Explorer."""
        del progress  # the plain search tells about levels when it explores
        number = reach(self.search, goal.holds)
        if number is None:
            return Way(len(self.search.states), None, None)
        trace = trace_to(self.search, number)
        return Way(len(self.search.states), trace.length, trace)
