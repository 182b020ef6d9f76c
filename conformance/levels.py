"""Levels: how far a product of its own goes, from one that answers to one that keeps the whole standard.

Rule: a level is reached with what the product itself provides; what its adapter invents carries no level, and neither
does a capability whose MUST requirements were seen to fail. A mirror and a backup tool stand beside each other: neither
is the other's next step.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from attrs import frozen

from siteproof.conformance.needs import BENCH_HANDLES
from siteproof.conformance.verdict import MUST, CaseResult, Report, Verdict
from siteproof.model.nouns.subject import Capability, Description, Provider

C = Capability
WRONG = (Verdict.FAIL, Verdict.DISHONEST)  # an error says nothing of the product
LACKS_SHOWN = 4


class ConformanceLevel(StrEnum):
    """How far a product goes."""

    SMOKE = "smoke"  # it answers
    MIRROR = "mirror"  # what is written arrives at another place, without a lifecycle of its own
    POINTS_ONLY = "points-only"  # it keeps states of the past: backup tools
    FAILOVER = "failover"  # a machine takes over
    FULL = "full"  # and comes back, with everything that the standard asks for


COPIES = frozenset({C.INITIAL_REPLICATION})
MIRRORS = COPIES | {C.DELTA}
KEEPS = COPIES | {C.CRASH_POINTS, C.OLDER_POINTS}
TAKES_OVER = MIRRORS | {C.CRASH_POINTS, C.FAILOVER}
NEEDS: Mapping[ConformanceLevel, frozenset[Capability]] = {
    ConformanceLevel.SMOKE: frozenset(),
    ConformanceLevel.MIRROR: MIRRORS,
    ConformanceLevel.POINTS_ONLY: KEEPS,
    ConformanceLevel.FAILOVER: TAKES_OVER,
    ConformanceLevel.FULL: frozenset(C) - BENCH_HANDLES - {C.TOTAL_ORDER},
}
AREAS = frozenset({C.GROUPS, C.PLANS, C.ADMINISTRATION, C.APPLIANCES})
"""What a product may cover beside its level, each by itself; the highest level needs them all."""
HIGHEST_FIRST = (
    ConformanceLevel.FULL,
    ConformanceLevel.FAILOVER,
    ConformanceLevel.MIRROR,
    ConformanceLevel.POINTS_ONLY,
    ConformanceLevel.SMOKE,
)
"""Who mirrors and keeps points is called a mirror."""
NEXT: Mapping[ConformanceLevel, ConformanceLevel | None] = {
    ConformanceLevel.SMOKE: ConformanceLevel.MIRROR,
    ConformanceLevel.MIRROR: ConformanceLevel.FAILOVER,
    ConformanceLevel.POINTS_ONLY: ConformanceLevel.FAILOVER,
    ConformanceLevel.FAILOVER: ConformanceLevel.FULL,
    ConformanceLevel.FULL: None,
}


@frozen
class Reached:
    """The highest level that was reached, and what the next one lacks: capabilities, MUST requirements that fail."""

    level: ConformanceLevel
    then: ConformanceLevel | None
    lacks: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`level failover with groups (full lacks: failback, SP-FO-22)`."""
        covered = f" with {', '.join(self.areas)}" if self.areas else ""
        if self.then is None:
            return f"level {self.level.value}"
        more = len(self.lacks) - LACKS_SHOWN
        shown = [*self.lacks[:LACKS_SHOWN], *([f"{more} more"] if more > 0 else [])]
        return f"level {self.level.value}{covered} ({self.then.value} lacks: {', '.join(shown)})"


def reached(report: Report) -> Reached:
    """What the judged product reaches."""
    lacks = {level: _lacks(level, report.description, report.results) for level in ConformanceLevel}
    level = next(each for each in HIGHEST_FIRST if each is ConformanceLevel.SMOKE or not lacks[each])
    then = NEXT[level]
    if level is ConformanceLevel.SMOKE and len(lacks[ConformanceLevel.POINTS_ONLY]) <= len(
        lacks[ConformanceLevel.MIRROR]
    ):
        then = ConformanceLevel.POINTS_ONLY
    areas = () if then is None else _areas(report.description, report.results)
    return Reached(level, then, lacks[then] if then else (), areas)


def _areas(description: Description, results: Iterable[CaseResult]) -> tuple[str, ...]:
    """The areas that the product itself provides, and in which no MUST was seen to fail."""
    seen = [result for result in results if result.level == MUST and result.verdict in WRONG]
    broken = {need for result in seen for need in result.needs}
    offered = (each for each in Capability if each in AREAS)
    return tuple(
        each.value
        for each in offered
        if description.capabilities.get(each) is Provider.PRODUCT and each.value not in broken
    )


def _lacks(level: ConformanceLevel, description: Description, results: Iterable[CaseResult]) -> tuple[str, ...]:
    """Capabilities that the product does not provide, then requirements that it breaks with those of the level."""
    offers = description.capabilities
    missing = [each.value for each in Capability if each in NEEDS[level] and offers.get(each) is not Provider.PRODUCT]
    within = NEEDS[level] | BENCH_HANDLES | {C.TOTAL_ORDER}
    broken: dict[str, None] = {}
    for result in results:
        if result.level == MUST and result.verdict in WRONG and {Capability(need) for need in result.needs} <= within:
            broken |= dict.fromkeys(result.named[:1])
    return (*missing, *broken)
