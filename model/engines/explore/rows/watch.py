"""What a search looks for: violations, witnesses, dead ends and goals, as conditions that each part judges alone.

Rule: a condition becomes terms; in a term every part has a say of its own, and a state fits when all of them agree.
"""

from collections.abc import Iterable, Iterator

from attrs import frozen

from siteproof.model.engines.explore.findings import DEAD_END
from siteproof.model.engines.explore.goal import Goal
from siteproof.model.engines.explore.rows.pieces import NOWHERE, by_component
from siteproof.model.engines.explore.rows.product import Product, conditions
from siteproof.model.engines.explore.rows.split import alternatives, folded, joined, negated, parts_outside
from siteproof.model.language.expression import Bool, Expr, Op
from siteproof.model.language.spec import Claim, System

GOAL = -2


@frozen
class WatchTerm:
    """One way for a claim (its number, DEAD_END or GOAL) to speak up. `owner` is the only part that decides, if any."""

    claim: int
    owner: int | None


@frozen(eq=False)
class ClaimWatch:
    """The terms, and for each part and each entry of its table a bit mask of the terms that it allows."""

    terms: tuple[WatchTerm, ...]
    allowed: tuple[list[int], ...]

    def owned(self, part: int) -> int:
        """Bit mask of the terms that this part decides alone."""
        return sum(1 << number for number, term in enumerate(self.terms) if term.owner == part)


def claims_of(product: Product) -> ClaimWatch:
    """A term for each way in which a claim can speak up, and one for dead ends (the last)."""
    return _watch(product, _spoken(product.system), dead_ends=True)


def check_claims(product: Product) -> None:
    """DoesNotFactoriseError when a claim of its system cannot be taken apart."""
    parts = parts_outside(product.origins)
    for _, node in _spoken(product.system):
        for _ in alternatives((node,), parts):
            pass


def _spoken(system: System) -> list[tuple[int, Expr]]:
    """Where each instance of each claim speaks up."""
    return [
        (number, negated(folded(guard, {})) if claim.kind.is_safety else folded(guard, {}))
        for number, claim in enumerate(system.claims)
        for guard in _instances(claim)
    ]


def goal_of(product: Product, goal: Goal) -> ClaimWatch:
    """Terms for the states that the goal wants."""
    return _watch(product, [(GOAL, folded(goal.condition, {}))], dead_ends=False)


def _instances(claim: Claim) -> Iterator[Bool]:
    """The instances; a claim without any is vacuous: a `sometimes` never holds, the others always do."""
    return (guard for _, guard in claim.instances)


def _watch(product: Product, wanted: Iterable[tuple[int, Expr]], *, dead_ends: bool) -> ClaimWatch:
    parts = parts_outside(product.origins)
    found = [
        (claim, by_component(conjuncts, parts)) for claim, node in wanted for conjuncts in alternatives((node,), parts)
    ]
    allowed = tuple(_allowed(product, number, [says for _, says in found]) for number in range(len(product.parts)))
    terms = [WatchTerm(claim, _owner(product, says)) for claim, says in found]
    if dead_ends:
        _add_dead_ends(product, allowed, 1 << len(terms))
        terms.append(WatchTerm(DEAD_END, None))
    return ClaimWatch(tuple(terms), allowed)


def _owner(product: Product, says: dict[str, Expr]) -> int | None:
    names = [name for name in says if name != NOWHERE]
    if len(names) > 1:
        return None
    return [part.name for part in product.parts].index(names[0]) if names else len(product.parts) - 1


def _allowed(product: Product, number: int, terms: list[dict[str, Expr]]) -> list[int]:
    part = product.parts[number]
    mine = [
        (place, _condition(says, part.name)) for place, says in enumerate(terms) if {part.name, NOWHERE} & says.keys()
    ]
    free = (1 << len(terms)) - 1 - sum(1 << place for place, _ in mine)
    masks = conditions(product, part, [node for _, node in mine])
    spread = {mask: sum(1 << mine[bit][0] for bit in range(len(mine)) if mask >> bit & 1) for mask in set(masks)}
    seen = set(part.table.seen)
    return [spread[mask] | free if place in seen else 0 for place, mask in enumerate(masks)]


def _condition(says: dict[str, Expr], name: str) -> Expr:
    """What the part has to say, and what is said of the shared state alone."""
    return joined(Op.AND, (says[side] for side in (NOWHERE, name) if side in says))


def _add_dead_ends(product: Product, allowed: tuple[list[int], ...], bit: int) -> None:
    for part, masks in zip(product.parts, allowed, strict=True):
        for place in part.table.seen:
            if not part.table.steps[place]:
                masks[place] |= bit
