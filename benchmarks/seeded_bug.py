"""The shortest trace of a seeded bug: every wrong design of the model, from its text to its first violation.

`python -m benchmarks seeded_bug`. The instance, its states so far and the length of the trace are printed beside the
seconds; nothing is compiled before, and the best of three runs counts. The goal is 0.1 s for each.
"""

import time
from collections.abc import Iterator, Mapping

from attrs import frozen

from siteproof import __version__
from siteproof.model.engines.explore.exploration import verdict_of
from siteproof.model.engines.explore.search import Search, first_violation
from siteproof.model.language.spec import Spec
from siteproof.model.spec.registry.manifest import checks
from siteproof.model.spec.wrong_designs import EXHIBITS

GOAL_SECONDS = 0.1
RUNS = 3


@frozen
class SeededBug:
    """One wrong design: the claim, the states that were visited, the length of its trace, and what it took."""

    name: str
    bounds: str
    rule: str
    states: int
    steps: int
    seconds: float


def found(spec: Spec, bounds: Mapping[str, int]) -> SeededBug:
    """From the specification to the trace, once."""
    start = time.perf_counter()
    search = Search(spec.system(bounds))
    broken = first_violation(search)
    assert broken is not None, spec.name
    trace = verdict_of(search, broken[0]).trace
    assert trace is not None, spec.name
    seconds = time.perf_counter() - start
    told = " ".join(f"{name}={value}" for name, value in bounds.items())
    return SeededBug(
        spec.name, told, search.program.system.claims[broken[0]].rule, len(search.states), trace.length, seconds
    )


def measured() -> Iterator[SeededBug]:
    """Every exhibit at the bounds of its check."""
    bounds = {check.spec: check.bounds for check in reversed(checks())}
    for exhibit in EXHIBITS:
        runs = [found(exhibit.spec, bounds[exhibit.spec.name]) for _ in range(RUNS)]
        yield min(runs, key=lambda each: each.seconds)


def main() -> None:
    """Print the table, slowest first, and whether the goal is met."""
    rows = sorted(measured(), key=lambda each: -each.seconds)
    print(f"siteproof {__version__} · shortest trace of a seeded bug · {len(rows)} wrong designs · plain Python")
    for row in rows:
        what = f"{row.name:<26} {row.rule:<7} {row.steps:>3} steps  {row.states:>6,} states  {row.bounds}"
        print(f"{row.seconds:8.4f} s  {what}")
    worst = rows[0].seconds
    print(f"slowest {worst:.4f} s, goal {GOAL_SECONDS} s: {'met' if worst <= GOAL_SECONDS else 'MISSED'}")


if __name__ == "__main__":
    main()
