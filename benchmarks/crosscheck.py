"""SPIN -O3 and TLC beside every engine of ours on one instance in one run; identical counts are asserted.

`python -m benchmarks crosscheck`. Seconds are CPU seconds of the process that searches (for TLC the whole of Java, with
its start; for SPIN the verifier alone, its generation and compilation beside it), so that neighbours disturb little.
The large instances are in `python -m benchmarks engine`.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from siteproof import __version__
from siteproof.model.engines.crosscheck import spin
from siteproof.model.engines.crosscheck.compare import outcome_of
from siteproof.model.engines.crosscheck.tlc import Tlc
from siteproof.model.engines.crosscheck.tool import Counts, Room, output
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.search import Limits
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.specs import known

SPEC, BOUNDS = "replication", {"machines": 1, "blocks": 2, "versions": 3, "points": 2}
ENGINES = ("plain", "packed", "rows-std", "rows")
ROOM = Room(seconds_max=600, memory_mib_max=4096)
DEPTH_MAX = 1_000_000

Timed = tuple[Counts | None, float, str]


def ours(system: System, engine: str) -> Timed:
    """One of our engines; a first run on the same system warms caches of compiled code."""
    explorer(system, engine, Limits()).explore()
    search = explorer(system, engine, Limits())
    start = time.process_time()
    found = search.explore()
    return outcome_of(found).counts, time.process_time() - start, "search"


def by_spin(system: System) -> Timed:
    """The verifier, depth first and exhaustive: its depth means something else and is left out of the comparison."""
    with tempfile.TemporaryDirectory(prefix="siteproof-benchmark-") as name:
        folder = Path(name)
        before = children()
        spin.verifier(system, always(system), folder, (*spin.EXHAUSTIVE, "-O3"), ROOM)
        built = children()
        counts = spin.answer(output(["./pan", f"-m{DEPTH_MAX}"], folder, ROOM)).counts
        return counts, children() - built, f"search; {built - before:.1f} s to build"


def by_tlc(system: System) -> Timed:
    """TLC with one worker."""
    before = children()
    counts = Tlc().run(system, always(system), ROOM).counts
    return counts, children() - before, "whole process"


def always(system: System) -> list[int]:
    """The claims that everybody checks."""
    return [number for number, claim in enumerate(system.claims) if claim.kind is ClaimKind.ALWAYS]


def children() -> float:
    """CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print one row for each executor, with its time as a multiple of the fastest."""
    system = known(SPEC).system(BOUNDS)
    executors: dict[str, Callable[[], Timed]] = {
        **{engine: lambda engine=engine: ours(system, engine) for engine in ENGINES},  # type: ignore[misc]  # bound early
        "SPIN -O3": lambda: by_spin(system),
        "TLC": lambda: by_tlc(system),
    }
    rows: dict[str, Timed] = {}
    for name, execute in executors.items():
        try:
            rows[name] = execute()
        except Problem as problem:
            print(f"  {name}: did not run: {problem.problem}")
    counts = {(found.states, found.transitions) for found, _, _ in rows.values() if found is not None}
    assert len(counts) == 1, rows
    states, transitions = counts.pop()
    bounds = " ".join(f"{name}={value}" for name, value in BOUNDS.items())
    print(f"siteproof {__version__} · {SPEC} {bounds}: {states:,} states, {transitions:,} transitions, all agree")
    fastest = min(seconds for _, seconds, _ in rows.values())
    for name, (_, seconds, what) in sorted(rows.items(), key=lambda row: row[1][1]):
        print(f"  {name:<10} {seconds:8.3f} s  {seconds / fastest:8.1f} x  ({what})")


if __name__ == "__main__":
    main()
