"""The prover's figures beside their goals: the whole suite cold, the slowest query, one proof for every size, mutants.

`python -m benchmarks prover`. Commands are measured as a user sees them, with interpreter and imports; everything else
in processor time within this process, after one round that warms up.
"""

import functools
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from siteproof import __version__
from siteproof.cli.prove import MUTANT_BOUNDS
from siteproof.model.engines.prove.agreement import AgreementRow, agreement
from siteproof.model.engines.prove.bounded import bounded
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.interference import second_opinion
from siteproof.model.spec.registry.specs import RIGHT, SPECS
from siteproof.model.theorems import theorems

ROUNDS = 5
MUTANTS_EACH = 12
SUITE_SECONDS_MAX = 10.0
QUERY_SECONDS_MAX = 0.5
PARAMETRIC_SECONDS_MAX = 1.0
REFUTATION_MS_MAX = 50.0
THEOREM_MS_MAX = 50.0
PARAMETRIC: dict[str, tuple[str, ...]] = {
    "replication": ("machines", "versions", "blocks"),
    "groups": ("members", "writes"),
    "appliance": ("parts",),
    "resync_protocol": ("blocks", "versions"),
    "plans": ("machines",),
    "bitmap": ("blocks", "versions", "runs"),
}


def told(what: str, value: float, unit: str, most: float | None = None) -> None:
    """One figure, with its goal when it has one."""
    goal = "" if most is None else f"   goal <= {most:g} {unit} {'kept' if value <= most else 'MISSED'}"
    print(f"{what:<58} {value:9.3f} {unit}{goal}", flush=True)


def seconds(work: Callable[[], object]) -> float:
    """Median processor time of the rounds; the first one warms up and does not count."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times[1:])


def suite() -> None:
    """`siteproof prove`: every right specification, in a new process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "siteproof", "prove"], check=True, capture_output=True)
    told("whole default suite, cold", time.perf_counter() - start, "s", SUITE_SECONDS_MAX)


def queries() -> None:
    """Every single query of every right specification, at its default bounds and for every size."""
    slowest, count = 0.0, 0
    for name, every in [*((name, ()) for name in RIGHT), *PARAMETRIC.items()]:
        moments = [time.process_time()]
        proof = prove(RIGHT[name], {}, every, functools.partial(_note, moments))
        assert proof.proved, name
        slowest = max(slowest, *(after - before for before, after in itertools.pairwise(moments[1:])))
        count += proof.queries
    told(f"slowest of {count} queries (with its lowering)", slowest, "s", QUERY_SECONDS_MAX)


def _note(moments: list[float]) -> None:
    moments.append(time.process_time())


def parametric() -> None:
    """One proof for every size, with building the system at several sizes and comparing."""
    for name, every in PARAMETRIC.items():
        took = seconds(functools.partial(prove, RIGHT[name], {}, every))
        told(f"{name} for all {', '.join(every)}", took, "s", PARAMETRIC_SECONDS_MAX)


def other_ways() -> None:
    """Without lemmas: one machine under interference, and the first steps unrolled."""
    told("replication: second opinion, one machine alone", seconds(lambda: second_opinion(SPECS["replication"])), "s")
    told("replication: bounded search of 10 steps", seconds(lambda: bounded(SPECS["replication"], 10)), "s")


def mutants() -> None:
    """Single edits: the time from the edited specification to its first gap and its shortest trace."""
    rows: list[AgreementRow] = []
    for name in RIGHT:
        rows.append(agreement(RIGHT[name], MUTANT_BOUNDS.get(name, {}), MUTANTS_EACH, 7, time.process_time))
        assert not rows[-1].contradictions, rows[-1].contradictions
        assert rows[-1].refuted == len(rows[-1].broken)
    times = [each.milliseconds for row in rows for each in row.broken]
    count = sum(len(row.judged) for row in rows)
    what = f"refutation, median of {len(times)} broken among {count} mutants"
    told(what, statistics.median(times), "ms", REFUTATION_MS_MAX)
    told("refutation, slowest", max(times), "ms")


def policy() -> None:
    """The policy theorems, each by itself."""
    measured = {each.id: [each.prove(time.process_time).milliseconds for _ in range(ROUNDS + 1)] for each in theorems()}
    medians = [statistics.median(times[1:]) for times in measured.values()]
    told(f"slowest of {len(medians)} policy theorems", max(medians), "ms", THEOREM_MS_MAX)


def main() -> None:
    """Everything, with what it was measured on."""
    print(f"siteproof {__version__}, Python {sys.version.split()[0]}, median of {ROUNDS} rounds where a time repeats")
    suite()
    queries()
    parametric()
    other_ways()
    mutants()
    policy()


if __name__ == "__main__":
    main()
