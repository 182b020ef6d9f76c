"""What a row search asks of the place where it keeps its states; two stores answer it.

Rule: a store knows rows and bits, never claims or traces. Depths count levels from 0 at the initial state.
"""

from typing import Protocol

from siteproof.model.engines.explore.rows.product import Where


class StateStore(Protocol):
    """The visited states, the frontier, and what the frontier leads to."""

    engine: str

    @property
    def fired(self) -> list[int]:
        """For each joint piece FIRED and CHANGED."""
        ...

    def expand(self) -> int:
        """Make every move from the frontier; how many transitions that were. Nothing is visited yet."""
        ...

    def commit(self, depth: int) -> int:
        """What is new becomes the frontier and is visited, at this depth; how many states that is."""
        ...

    def news(self) -> list[list[int]]:
        """For each part the entries of its table that the last commit showed for the first time."""
        ...

    def match(self, term: int) -> tuple[int, Where | None]:
        """How many states of the frontier fit the watched term, and one of them."""
        ...

    def depth_of(self, where: Where) -> int | None:
        """The depth of a visited state; None when it has not been visited, or its depth was not kept."""
        ...

    def orbits(self) -> int:
        """How many visited states have equal parts in order: one for each orbit of a symmetric system."""
        ...

    @property
    def memory_bytes(self) -> int:
        """What the store takes."""
        ...
