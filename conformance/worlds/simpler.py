"""Simpler worlds: where a case fails, is there a plainer world in which it fails as well?

Rule: the plain world is asked first, then one odd dimension after the other is made plain; what still goes wrong the
same way is kept. So what is reported odd in the end is needed for the failure.
"""

from collections.abc import Callable, Sequence

from attrs import evolve

from siteproof.conformance.verdict import CaseResult, worst
from siteproof.conformance.worlds.world import PLAIN, World


def simplest(failed: CaseResult, again: Callable[[World], CaseResult]) -> CaseResult:
    """The result in the simplest world found that ends with the same verdict; at most one try per odd dimension + 1."""
    if failed.world == PLAIN:
        return failed
    plain = again(PLAIN)
    if plain.verdict is failed.verdict:
        return plain
    best = failed
    for dimension in failed.world.odd:
        plainer = best.world.plainly(dimension)
        if plainer in (PLAIN, best.world):
            continue
        found = again(plainer)
        best = found if found.verdict is failed.verdict else best
    return best


def together(results: Sequence[CaseResult]) -> CaseResult:
    """One result of a case that was played in several worlds: the worst of them, with what all of them saw."""
    verdict = worst(result.verdict for result in results)
    shown = next(result for result in results if result.verdict is verdict)
    where = "" if shown.world == PLAIN else f"in the world: {shown.world}"
    return evolve(
        shown,
        detail="; ".join(part for part in (shown.detail, where) if part),
        history=tuple(event for result in results for event in result.history),
        worlds=tuple(world for result in results for world in result.worlds),
    )
