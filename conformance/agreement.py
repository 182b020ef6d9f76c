"""Whether several runs of one product say the same. Rule: what differs is named with the verdict of each run.

A fault that has to hit a copy in flight needs luck, and so does a product that saves by its own clock; a requirement
that such a case speaks of is named instead of being averaged away.
"""

from collections.abc import Sequence

from attrs import frozen

from siteproof.conformance.verdict import Report, Verdict
from siteproof.model.nouns.problem import Problem

FIGURE = "runs compared"


@frozen
class Agreement:
    """How many runs, which requirements have one verdict in all of them, and which have others, run by run."""

    runs: int
    same: tuple[str, ...]
    differing: tuple[tuple[str, tuple[Verdict, ...]], ...]

    def __str__(self) -> str:
        """`3 runs: 41 requirements with one verdict; by chance SP-FO-22 (fail, pass, fail)`."""
        chance = ", ".join(f"{name} ({', '.join(each.value for each in found)})" for name, found in self.differing)
        said = f"{self.runs} runs: {len(self.same)} requirements with one verdict"
        return f"{said}; by chance {chance}" if chance else said


def agreement(reports: Sequence[Report]) -> Agreement:
    """Compare runs requirement by requirement; Problem when they are not of one product, one version and one choice."""
    kinds = {(each.description.name, each.description.version, each.choice, each.seed) for each in reports}
    if len(kinds) != 1:
        cause = "; ".join(
            f"{who} {version}, {choice or 'all cases'}, seed {seed}" for who, version, choice, seed in kinds
        )
        raise Problem("these runs cannot be compared", cause, "compare runs of one product, by the same cases")
    found = [{each.id: each.verdict for each in report.requirements} for report in reports]
    verdicts = {name: tuple(each.get(name, Verdict.INCONCLUSIVE) for each in found) for name in found[0]}
    same = tuple(name for name, each in verdicts.items() if len(set(each)) == 1)
    return Agreement(len(reports), same, tuple((name, each) for name, each in verdicts.items() if name not in same))
