"""Every engine on the same instances in one run: identical counts are asserted, times are ratios of that run.

`python -m benchmarks engine`. Each engine runs in a process of its own. Seconds are CPU seconds of one core, so that
a shared machine disturbs the ratios little; `total` is the whole process, `search` the search with all claims judged.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from attrs import asdict

from benchmarks.engine_peers import SPEC, EngineRun, minicheck, replication, spin, spin_version, tlc
from siteproof import __version__
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.explorer import Explorer
from siteproof.model.engines.explore.rows.explorer import RowExplorer
from siteproof.model.engines.explore.rows.watch import claims_of
from siteproof.model.engines.explore.search import Limits, SearchLevel
from siteproof.model.spec.registry.specs import known

TINY = {"machines": 2, "blocks": 1, "versions": 1, "points": 1}
OWN = {"machines": 2, "blocks": 1, "versions": 3, "points": 1}
PEERS = {"machines": 2, "blocks": 1, "versions": 2, "points": 3}
HEADLINE = {"machines": 2, "blocks": 2, "versions": 2, "points": 2}
HUGE = {"machines": 3, "blocks": 1, "versions": 3, "points": 1}
MEMORY_BYTES_MAX = 6 << 30
HUGE_MEMORY_BYTES_MAX = 1300 << 20  # the interpreter and the compiler take 150 MiB beside it
BUG, BUG_BOUNDS, BUG_CLAIM = "unfenced", {"machines": 2, "blocks": 1, "versions": 2, "points": 1}, "LC-15"


def ours(engine: str, bounds: Mapping[str, int], memory_bytes_max: int = MEMORY_BYTES_MAX) -> EngineRun:
    """One of our engines, in a process of its own."""
    arguments = [sys.executable, "-m", "benchmarks.engine", engine, json.dumps(bounds), str(memory_bytes_max)]
    printed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    return EngineRun(**json.loads(printed.splitlines()[-1]))


def worker(engine: str, bounds: Mapping[str, int], memory_bytes_max: int) -> EngineRun:
    """What the process does: explore, and tell what it took; loading compiled code is no search, for SPIN as for us."""
    explorer(replication(TINY), engine).explore()
    system = replication(bounds)
    search = explorer(system, engine, Limits(1 << 62, memory_bytes_max))
    levels: list[SearchLevel] = []
    found, seconds = _timed(search, levels)
    assert found.complete
    assert not found.violated
    own, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    digest = hashlib.sha256(repr([level.width for level in levels]).encode()).hexdigest()[:12]
    return EngineRun(search.engine, found.states, found.transitions, found.depth, digest, seconds, own, peak)


def _timed(search: Explorer, levels: list[SearchLevel]) -> tuple[Exploration, float]:
    """The exploration and the seconds of its search: as for SPIN, tables and traces are no search."""
    if not isinstance(search, RowExplorer):
        start = time.process_time()
        return search.explore(levels.append), time.process_time() - start
    prepared = search.prepared(claims_of(search.product))
    start = time.process_time()
    prepared.run(levels.append)
    seconds = time.process_time() - start
    return search.found(prepared), seconds


def table(bounds: Mapping[str, int], rows: Sequence[EngineRun | str]) -> None:
    """Print one instance; every engine must have the same counts, and those that tell levels the same levels."""
    measured = [row for row in rows if isinstance(row, EngineRun)]
    first = measured[0]
    assert all(row.agrees(first) for row in measured), measured
    assert len({row.levels for row in measured if row.levels}) == 1
    print(f"{SPEC} {' '.join(f'{k}={v}' for k, v in bounds.items())}: {first.states:,} states, "
          f"{first.transitions:,} transitions, depth {first.depth}, levels {first.levels}")  # fmt: skip
    slowest = max(measured, key=lambda row: row.search_seconds)
    heads = f"{'search s':>9} {'total s':>9} {'states/s':>12} {'peak MiB':>9} {'times ' + slowest.engine:>15}"
    print(f"  {'engine':<10} {heads}")
    for row in measured:
        speed, ratio = row.states / row.search_seconds, slowest.search_seconds / row.search_seconds
        print(f"  {row.engine:<10} {row.search_seconds:>9.2f} {row.total_seconds:>9.2f} {speed:>12,.0f} "
              f"{row.memory_mib or '?':>9} {ratio:>15,.1f}")  # fmt: skip
    for reason in (row for row in rows if isinstance(row, str)):
        print(f"  not measured: {reason}")


def ratios(rows: Sequence[EngineRun | str], over: str, engine: str, goal: str) -> None:
    """Print how many times faster one engine is than another one."""
    by_name = {row.engine: row for row in rows if isinstance(row, EngineRun)}
    if over in by_name and engine in by_name:
        search = by_name[over].search_seconds / by_name[engine].search_seconds
        total = by_name[over].total_seconds / by_name[engine].total_seconds
        print(f"  {engine} against {over}: {search:,.0f} x search, {total:,.0f} x total (goal {goal})")


def bug() -> None:
    """How long the shortest trace of a seeded bug takes, tables and compiled kernels being there already."""
    system = known(BUG).system(BUG_BOUNDS)
    explorer(system, "rows").explore()
    start = time.process_time()
    found = explorer(system, "rows").explore()
    seconds = time.process_time() - start
    steps = f"{_trace_length(found)} steps to {BUG_CLAIM}"
    print(f"seeded bug {BUG}: {steps}; all {found.states:,} states and every trace in {seconds:.2f} s")


def _trace_length(found: Exploration) -> int | None:
    return next(v.trace.length for v in found.violated if v.rule == BUG_CLAIM and v.trace is not None)


def main() -> None:
    """Print the tables: our engines, the peers, the headline, and what only rows can take."""
    ours("rows", TINY)  # fills the cache of compiled kernels
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "numba")}
    cores = os.cpu_count()
    print(f"siteproof {__version__}, Python {platform.python_version()}, {versions}, {spin_version()}, {cores} cores")
    table(OWN, [ours(engine, OWN) for engine in ("rows", "rows-std", "packed", "plain")])
    cold = [ours("rows", PEERS), ours("rows-std", PEERS), spin(PEERS), minicheck(PEERS), tlc(PEERS)]
    table(PEERS, cold)
    ratios(cold, "minicheck", "rows", ">= 1000 x")
    ratios(cold, "TLC", "rows", ">= 2500 x")
    headline = [ours("rows", HEADLINE), ours("rows-std", HEADLINE), spin(HEADLINE)]
    table(HEADLINE, headline)
    ratios(headline, "SPIN -O3", "rows", ">= 150 x search, >= 60 x total")
    ratios(headline, "SPIN -O3", "rows-std", ">= 5 x")
    table(HUGE, [ours("rows", HUGE, HUGE_MEMORY_BYTES_MAX)])
    bug()


if __name__ == "__main__":
    print(json.dumps(asdict(worker(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])))))
