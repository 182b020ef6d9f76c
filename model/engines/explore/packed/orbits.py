"""The packed search up to symmetry: the members of a family are fields of the word, and are sorted many words at once.

Rule: as in the plain search up to symmetry, everything is counted by orbits and traces are the system's own.
"""

import itertools
from collections.abc import Mapping, Sequence
from math import factorial

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from siteproof.model.engines.explore.explorer import Progress, Way
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.packed.explorer import PackedExplorer
from siteproof.model.engines.explore.packed.lower import Packing, States
from siteproof.model.engines.explore.rows.split import DoesNotFactoriseError
from siteproof.model.engines.explore.search import Limits
from siteproof.model.engines.explore.symmetry import Family, Symmetry, spread
from siteproof.model.language.spec import System


@frozen(eq=False)
class Fields:
    """The members of a family: the first bit of each in the word, and how many bits each has."""

    first: tuple[int, ...]
    width: int

    def split(self, words: States) -> States:
        """One row for each member, sorted in each column."""
        mask = np.uint64((1 << self.width) - 1)
        return np.sort(np.stack([words >> np.uint64(first) & mask for first in self.first]), axis=0)

    def joined(self, words: States) -> States:
        """The words with the members in order."""
        members = self.split(words)
        found = words & ~np.uint64(sum(((1 << self.width) - 1) << first for first in self.first))
        for first, values in zip(self.first, members, strict=True):
            found |= values << np.uint64(first)
        return found

    def orbits(self, words: States) -> NDArray[np.int64]:
        """In how many orders the members of each word can stand."""
        members = self.split(words)
        run = np.ones(words.size, np.int64)
        same = np.ones(words.size, np.int64)
        for one, other in itertools.pairwise(members):
            run = np.where(one == other, run + 1, 1)
            same *= run
        return factorial(len(self.first)) // same


def fields(packing: Packing, family: Family) -> Fields:
    """Where the members stand; DoesNotFactoriseError when one of them is not in one piece."""
    for places in family.places:
        if list(places) != list(range(places[0], places[0] + len(places))):
            raise DoesNotFactoriseError(f"the members of {family.name} are not each in one piece of the word")
    width = sum(packing.places[place][1] for place in family.places[0])
    return Fields(tuple(packing.places[places[0]][0] for places in family.places), width)


class PackedOrbits(PackedExplorer):
    """Explores a system whose components can change places, as packed words."""

    def __init__(self, system: System, symmetry: Symmetry, limits: Limits) -> None:
        """Hold the initial state."""
        self.symmetry = symmetry
        self._fields: Sequence[Fields] = ()
        super().__init__(system, limits, symmetry.told)
        self._fields = [fields(self._vectors.packing, family) for family in symmetry.families]

    def orbits(self) -> int:
        """How many representatives were visited."""
        return self.visited.count

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """See Explorer; Problem when the goal asks for one of several equal components."""
        self.symmetry.check_goal(goal)
        return super().way_to(goal, progress)

    def _weight(self, states: States) -> int:
        sizes = np.ones(states.size, np.int64)
        for each in self._fields:
            sizes *= each.orbits(states)
        return int(sizes.sum())

    def _first_of(self, states: States) -> States:
        for each in self._fields:
            states = each.joined(states)
        return states

    def _has_fired(self) -> Mapping[int, int]:
        return spread(self.symmetry, self.fired)

    def _run(self, way: Sequence[int]) -> list[int]:
        """A run of the system through permutations of these words."""
        run = [way[0]]
        for wanted in way[1:]:
            steps = (after for _, _, after in self._vectors.steps(np.array([run[-1]], np.uint64)))
            run.append(next(int(after[0]) for after in steps if int(self._first_of(after)[0]) == wanted))
        return run
