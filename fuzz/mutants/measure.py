"""The measure: drawn mutants, what the drives show of each, what the suite says, and the kill rates that follow.

Rule: who never differs leaves the denominator; who breaks down is counted apart, because a judge that says "cannot
judge" has neither praised nor caught it.
"""

import math
from collections.abc import Callable, Iterable

from attrs import frozen

from siteproof.fuzz.mutants.differ import Difference, MutantFinding
from siteproof.fuzz.mutants.judging import MutantJudgement
from siteproof.fuzz.mutants.words import Mutant

Z_95 = 1.959963984540054


@frozen
class MeasuredMutant:
    """One mutant, measured; `trace` are the steps of the shortest drive that shows a survivor."""

    mutant: Mutant
    finding: MutantFinding
    judged: MutantJudgement
    trace: tuple[str, ...] = ()
    shows: str = ""

    @property
    def outcome(self) -> str:
        """killed, survives, or the class in which it leaves the denominator."""
        if self.judged.killed:
            return "killed"
        return "survives" if self.finding.difference is Difference.SHOWN else self.finding.difference.value

    @property
    def counts(self) -> bool:
        """Whether it stands in the denominator."""
        return self.outcome in ("killed", "survives")


@frozen
class Rate:
    """Killed of all that count, with Wilson's interval at 95 %."""

    killed: int
    all: int

    @property
    def interval(self) -> tuple[float, float]:
        """The lower and the upper bound; (0, 1) when nothing counts."""
        if not self.all:
            return 0.0, 1.0
        share, z2 = self.killed / self.all, Z_95**2 / self.all
        middle = share + z2 / 2
        spread = Z_95 * math.sqrt((share * (1 - share) + z2 / 4) / self.all)
        return max(0.0, (middle - spread) / (1 + z2)), min(1.0, (middle + spread) / (1 + z2))

    def __str__(self) -> str:
        """58 of 61, 95.1 % (86.5 to 98.3)."""
        low, high = self.interval
        share = f"{self.killed / self.all:.1%}" if self.all else "no rate"
        return f"{self.killed} of {self.all}, {share} ({low:.1%} to {high:.1%})"


def rate(rows: Iterable[MeasuredMutant]) -> Rate:
    """The kill rate of those of the rows that count."""
    counted = [row for row in rows if row.counts]
    return Rate(sum(row.judged.killed for row in counted), len(counted))


def rates(rows: Iterable[MeasuredMutant], by: Callable[[MeasuredMutant], str]) -> dict[str, Rate]:
    """The kill rate of each group, the weakest first."""
    groups: dict[str, list[MeasuredMutant]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    found = {name: rate(members) for name, members in groups.items()}
    return dict(sorted(found.items(), key=lambda item: (item[1].killed / max(item[1].all, 1), item[0])))
