"""The search over a product, level by level: counts, first states of every claim, dead ends, what has fired.

Rule: it gives what the plain search gives, number for number; a test compares both on every check of the manifest.
"""

from collections.abc import Callable, Iterator, Mapping

from siteproof.model.engines.explore.findings import CHANGED, DEAD_END, FIRED, Findings
from siteproof.model.engines.explore.rows.product import Product, Where
from siteproof.model.engines.explore.rows.store import StateStore
from siteproof.model.engines.explore.rows.watch import ClaimWatch
from siteproof.model.engines.explore.search import SearchLevel
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.nouns.problem import ExitCode, Problem


class RowSearch:
    """A search in progress. Iterate over it level by level; what it knows so far can be read at any time."""

    def __init__(self, product: Product, watch: ClaimWatch, store: StateStore, states_max: int = 1 << 62) -> None:
        """`store` holds the initial state of `product` and knows the terms of `watch`."""
        self.product, self.watch, self.store, self.states_max = product, watch, store, states_max
        self.states = 1
        self.width = 1
        self.transitions = 0
        self.depth = 0
        self.complete = False
        self.first: dict[int, tuple[int, Where]] = {}  # claim: depth and state where it spoke up first
        self.dead_ends = 0
        self.seen: list[set[int]] = [set() for _ in product.parts]
        self._owned = [watch.owned(number) for number in range(len(product.parts))]
        self._look()

    def __iter__(self) -> Iterator[SearchLevel]:
        """Expand one level after the other until no new state appears."""
        while self.width:
            yield SearchLevel(self.depth, self.width, self.states, self.transitions)
            self.transitions += self.store.expand()
            self.width = self.store.commit(self.depth + 1)
            self.states += self.width
            self.depth += self.width > 0
            self._check_limit()
            if self.width:
                self._look()
        self.complete = True

    def run(self, progress: Callable[[SearchLevel], None] | None = None) -> "RowSearch":
        """Search to the end; `progress` is told about each level."""
        for level in self:
            if progress is not None:
                progress(level)
        return self

    def until(self, claim: int, progress: Callable[[SearchLevel], None] | None = None) -> tuple[int, Where] | None:
        """Search until the claim speaks up: depth and state; None when it never does."""
        for level in self:
            if claim in self.first:
                break
            if progress is not None:
                progress(level)
        return self.first.get(claim)

    def fired(self) -> dict[int, int]:
        """For each transition (by number) FIRED and CHANGED, as far as the search has come."""
        found: dict[int, int] = {}
        for part, seen in zip(self.product.parts, self.seen, strict=True):
            size = len(part.table.states)
            for place in seen:
                for step, target in part.table.steps[place]:
                    number = part.transitions[step]
                    found[number] = found.get(number, 0) | FIRED | (CHANGED if target != place % size else 0)
        for piece, bits in zip(self.product.joint, self.store.fired, strict=True):
            found[piece.transition] = found.get(piece.transition, 0) | bits
        return found

    def findings(self, traces: Mapping[int, Trace | None]) -> Findings:
        """What the search knows so far; `traces` lead to the states in `first`."""
        return Findings(
            states=self.states,
            transitions=self.transitions,
            depth=self.depth,
            complete=self.complete,
            dead_ends=self.dead_ends,
            memory_bytes=self.store.memory_bytes,
            fired=self.fired(),
            spoken=traces,
        )

    def _check_limit(self) -> None:
        if self.states > self.states_max:
            problem = f"{self.product.system.name} has more than {self.states_max} states"
            hint = "choose smaller bounds, or give the search more room"
            raise Problem(problem, f"stopped at depth {self.depth}", hint, ExitCode.CANNOT_JUDGE)

    def _look(self) -> None:
        """Judge the frontier: terms of one part where something new is seen of it, all others in every level."""
        found = 0
        for number, entries in enumerate(self.store.news()):
            self.seen[number].update(entries)
            for place in entries:
                found |= self.watch.allowed[number][place] & self._owned[number]
        for number, term in enumerate(self.watch.terms):
            if term.claim not in self.first and (found >> number & 1 or term.owner is None):
                self._match(number, term.claim)
            elif term.claim == DEAD_END:
                self._match(number, DEAD_END)

    def _match(self, number: int, claim: int) -> None:
        count, where = self.store.match(number)
        if claim == DEAD_END:
            self.dead_ends += count
        if where is not None and claim not in self.first:
            self.first[claim] = self.depth, where
