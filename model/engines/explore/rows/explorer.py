"""The row engines as explorers: a product, a store for it, and traces from the depths that the store keeps.

Rule: memory is checked before anything is allocated; the search itself never grows.
"""

from collections.abc import Callable

from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.explorer import Progress, Way
from siteproof.model.engines.explore.findings import exploration
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.program import compiled
from siteproof.model.engines.explore.rows.product import Product
from siteproof.model.engines.explore.rows.search import RowSearch
from siteproof.model.engines.explore.rows.shortest_ways import Ways
from siteproof.model.engines.explore.rows.split import DoesNotFactoriseError
from siteproof.model.engines.explore.rows.store import StateStore
from siteproof.model.engines.explore.rows.watch import GOAL, ClaimWatch, claims_of, goal_of
from siteproof.model.engines.explore.search import Limits
from siteproof.model.nouns.problem import Problem

MakeStore = Callable[[Product, ClaimWatch], StateStore]


class RowExplorer:
    """Explores a product with the store that `make` builds."""

    def __init__(self, product: Product, engine: str, make: MakeStore, limits: Limits, reason: str = "") -> None:
        """Nothing is allocated yet."""
        self.product, self.engine, self.reason = product, engine, reason
        self._make, self._limits = make, limits
        self.search: RowSearch | None = None

    @property
    def memory_bytes(self) -> int:
        """See Explorer."""
        return self.search.store.memory_bytes if self.search is not None else 0

    def explore(self, progress: Progress | None = None) -> Exploration:
        """See Explorer."""
        search = self.prepared(claims_of(self.product))
        try:
            search.run(progress)
        except KeyboardInterrupt:
            return self.found(search)
        return self.found(search)

    def way_to(self, goal: Goal, progress: Progress | None = None) -> Way:
        """See Explorer."""
        search = self.prepared(self._watched(goal))
        found = search.until(GOAL, progress)
        if found is None:
            return Way(search.states, None, None)
        return Way(search.states, found[0], self._ways(search).to(*found))

    def _watched(self, goal: Goal) -> ClaimWatch:
        try:
            return goal_of(self.product, goal)
        except DoesNotFactoriseError as error:
            hint = "ask for less at once, or use --engine packed"
            raise Problem("the query is too entangled for the engine `rows`", str(error), hint) from error

    def orbits(self) -> int | None:
        """How many states there are up to the order of equal components; None when they are not interchangeable."""
        return self.search.store.orbits() if self.search is not None and self.product.symmetric else None

    def prepared(self, watch: ClaimWatch) -> RowSearch:
        """A search that stands at the initial state; nothing has been expanded."""
        self.search = RowSearch(self.product, watch, self._make(self.product, watch), self._limits.states_max)
        return self.search

    def found(self, search: RowSearch) -> Exploration:
        """What the search has found so far, with a shortest trace for every claim that spoke up."""
        ways = self._ways(search)
        traces = {claim: ways.to(depth, where) for claim, (depth, where) in search.first.items()}
        return exploration(self.product.system, search.findings(traces))

    def _ways(self, search: RowSearch) -> Ways:
        return Ways(self.product, compiled(self.product.system), search.store.depth_of)
