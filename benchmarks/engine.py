"""Every engine on the same instances in one run: identical counts are asserted, times are ratios of that run.

`python -m benchmarks engine`. Each engine runs in a process of its own. Seconds are CPU seconds of one core, so that
a shared machine disturbs the ratios little; `total` is the whole process, `search` the search with all claims judged.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import asdict, frozen

from siteproof import __version__
from siteproof.model.engine.choice import explorer
from siteproof.model.engine.exploration import Exploration
from siteproof.model.engine.search import Level, Limits
from siteproof.model.language.spec import System
from siteproof.model.specs import known

SPEC = "replication"
TINY = {"machines": 2, "blocks": 1, "versions": 1, "points": 1}
COLD = {"machines": 2, "blocks": 1, "versions": 3, "points": 1}
HEADLINE = {"machines": 2, "blocks": 2, "versions": 2, "points": 2}
HUGE = {"machines": 3, "blocks": 1, "versions": 3, "points": 1}
MEMORY_BYTES_MAX = 6 << 30
HUGE_MEMORY_BYTES_MAX = 1300 << 20  # the interpreter and the compiler take 150 MiB beside it
SPIN_SECONDS_MAX = 1500
BUG, BUG_BOUNDS, BUG_CLAIM = "unfenced", {"machines": 2, "blocks": 1, "versions": 2, "points": 1}, "LC-15"


@frozen
class Measured:
    """One engine on one instance."""

    engine: str
    states: int
    transitions: int
    depth: int
    levels: str  # digest of the level histogram; empty where the engine does not tell levels
    search_seconds: float
    total_seconds: float
    memory_mib: int
    digits: int = 18  # to how many digits the counts are printed; SPIN rounds large ones

    def agrees(self, other: "Measured") -> bool:
        """Whether the counts are the same, as far as both are printed."""
        least = 10.0 ** (1 - min(self.digits, other.digits))
        pairs = ((self.states, other.states), (self.transitions, other.transitions))
        return all(abs(mine - theirs) <= least * theirs for mine, theirs in pairs)


def ours(engine: str, bounds: Mapping[str, int], memory_bytes_max: int = MEMORY_BYTES_MAX) -> Measured:
    """One of our engines, in a process of its own."""
    arguments = [sys.executable, "-m", "benchmarks.engine", engine, json.dumps(bounds), str(memory_bytes_max)]
    printed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    return Measured(**json.loads(printed.splitlines()[-1]))


def worker(engine: str, bounds: Mapping[str, int], memory_bytes_max: int) -> Measured:
    """What the process does: explore, and tell what it took; loading compiled code is no search, for SPIN as for us."""
    explorer(_system(TINY), engine).explore()
    system = _system(bounds)
    search = explorer(system, engine, Limits(1 << 62, memory_bytes_max))
    levels: list[Level] = []
    start = time.process_time()
    found = search.explore(levels.append)
    seconds = time.process_time() - start
    assert found.complete
    assert not found.violated
    own, peak = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    digest = hashlib.sha256(repr([level.width for level in levels]).encode()).hexdigest()[:12]
    return Measured(search.engine, found.states, found.transitions, found.depth, digest, seconds, own, peak)


def spin(bounds: Mapping[str, int]) -> Measured | str:
    """SPIN -O3, exhaustive, depth first, with the same claims asserted; or the reason why it did not run."""
    if shutil.which("spin") is None or shutil.which("cc") is None:
        return "`spin` or `cc` is not installed"
    try:
        from siteproof.model.export.promela import promela  # noqa: PLC0415  (a benchmark may run without the export)
    except ImportError:
        return "there is no Promela export"
    with tempfile.TemporaryDirectory(prefix="siteproof-benchmark-") as folder:
        (Path(folder) / "model.pml").write_text(promela(_system(bounds)))
        before = _children()
        flags = ["-O3", "-w", "-DNOREDUCE", "-DSAFETY", "-DMEMLIM=12000", "-o", "pan", "pan.c"]
        for command in (["spin", "-o2", "-a", "model.pml"], ["cc", *flags]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        built = _children()
        try:
            command = ["./pan", "-m5000000", "-w27"]  # its exit code is read from what it prints
            printed = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=SPIN_SECONDS_MAX, check=False
            ).stdout
        except subprocess.TimeoutExpired:
            return f"SPIN took more than {SPIN_SECONDS_MAX} s"
        return _spin_measured(printed, _children() - built, _children() - before)


def _spin_measured(printed: str, search: float, total: float) -> Measured | str:
    numbers = [re.search(rf"([\d.e+]+) {what}", printed) for what in (r"states, stored", r"transitions \(")]
    if "errors: 0" not in printed or None in numbers or "max search depth too small" in printed:
        return f"SPIN did not search everything: {printed.strip().splitlines()[-1:]}"
    texts = [number[1] for number in numbers if number is not None]
    stored, steps = (int(float(text)) for text in texts)
    digits = 7 if any("e" in text for text in texts) else 18
    # SPIN stores the state before its first statement, and counts that statement and the initial state as transitions.
    return Measured("SPIN -O3", stored - 1, steps - 2, 0, "", search, total, _mebibytes(printed), digits)


def _mebibytes(printed: str) -> int:
    memory = re.search(r"([\d.]+)\s+total actual memory usage", printed)
    return int(float(memory[1])) if memory else 0


def tlc(bounds: Mapping[str, int]) -> Measured | str:
    """TLC with one worker, through the same adapter as `siteproof crosscheck`; or the reason why it did not run."""
    try:
        from siteproof.model.engine.foreign.tlc import Tlc  # noqa: PLC0415  (a benchmark may run without the adapter)
        from siteproof.model.engine.foreign.tool import Room  # noqa: PLC0415  (as above)
    except ImportError:
        return "there is no adapter for TLC"
    tool = Tlc()
    if tool.missing():
        return tool.missing()
    system = _system(bounds)
    asserted = [number for number, claim in enumerate(system.claims) if claim.kind == "always"]
    before = _children()
    answer = tool.run(system, asserted, Room(SPIN_SECONDS_MAX, 6000))
    seconds = _children() - before
    if answer.counts is None:
        return "TLC did not search everything"
    return Measured(
        "TLC", answer.counts.states, answer.counts.transitions, answer.counts.depth, "", seconds, seconds, 0
    )


def table(bounds: Mapping[str, int], rows: Sequence[Measured | str]) -> None:
    """Print one instance; every engine must have the same counts, and those that tell levels the same levels."""
    measured = [row for row in rows if isinstance(row, Measured)]
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


def ratios(rows: Sequence[Measured | str], over: str, engine: str, goal: str) -> None:
    """Print how many times faster one engine is than another one."""
    by_name = {row.engine: row for row in rows if isinstance(row, Measured)}
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
    """Print the tables: all engines at the cold instance, the fast ones at the headline, rows alone at the huge one."""
    ours("rows", TINY)  # fills the cache of compiled kernels
    versions = {name: importlib.metadata.version(name) for name in ("numpy", "numba")}
    cores = os.cpu_count()
    print(f"siteproof {__version__}, Python {platform.python_version()}, {versions}, {_spin_version()}, {cores} cores")
    cold = [*(ours(engine, COLD) for engine in ("rows", "rows-std", "packed", "plain")), spin(COLD), tlc(COLD)]
    table(COLD, cold)
    ratios(cold, "TLC", "rows", ">= 2500 x")
    headline = [ours("rows", HEADLINE), ours("rows-std", HEADLINE), spin(HEADLINE)]
    table(HEADLINE, headline)
    ratios(headline, "SPIN -O3", "rows", ">= 150 x search, >= 60 x total")
    ratios(headline, "SPIN -O3", "rows-std", ">= 5 x")
    table(HUGE, [ours("rows", HUGE, HUGE_MEMORY_BYTES_MAX)])
    bug()


def _system(bounds: Mapping[str, int]) -> System:
    return known(SPEC).system(bounds)


def _children() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _spin_version() -> str:
    if shutil.which("spin") is None:
        return "no SPIN"
    return subprocess.run(["spin", "-V"], capture_output=True, text=True, check=True).stdout.split("--")[0].strip()


if __name__ == "__main__":
    print(json.dumps(asdict(worker(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])))))
