"""The explorers that ours are measured against, on the same specification: SPIN, TLC and minicheck.

Rule: a peer gets the best that we can write for it, and its counts must be ours; one that is missing is left out with
a printed reason, never with a number.
"""

import importlib.util
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from attrs import asdict, frozen

from siteproof.model.engines.crosscheck.tlc import Tlc
from siteproof.model.engines.crosscheck.tool import Room
from siteproof.model.engines.explore.program import State, compiled
from siteproof.model.engines.formats.promela import promela
from siteproof.model.language.spec import System
from siteproof.model.spec.registry.specs import known

SPEC = "replication"
SECONDS_MAX = 1500


@frozen
class EngineRun:
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

    def agrees(self, other: "EngineRun") -> bool:
        """Whether the counts are the same, as far as both are printed."""
        least = 10.0 ** (1 - min(self.digits, other.digits))
        pairs = ((self.states, other.states), (self.transitions, other.transitions))
        return all(abs(mine - theirs) <= least * theirs for mine, theirs in pairs)


def spin(bounds: Mapping[str, int]) -> EngineRun | str:
    """SPIN -O3, exhaustive, depth first, with the same claims asserted; or the reason why it did not run."""
    if shutil.which("spin") is None or shutil.which("cc") is None:
        return "`spin` or `cc` is not installed"
    with tempfile.TemporaryDirectory(prefix="siteproof-benchmark-") as folder:
        (Path(folder) / "model.pml").write_text(promela(replication(bounds)))
        before = _children()
        flags = ["-O3", "-w", "-DNOREDUCE", "-DSAFETY", "-DMEMLIM=12000", "-o", "pan", "pan.c"]
        for command in (["spin", "-o2", "-a", "model.pml"], ["cc", *flags]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        built = _children()
        try:
            command = ["./pan", "-m5000000", "-w27"]  # its exit code is read from what it prints
            printed = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
            ).stdout
        except subprocess.TimeoutExpired:
            return f"SPIN took more than {SECONDS_MAX} s"
        return _spin_measured(printed, _children() - built, _children() - before)


def _spin_measured(printed: str, search: float, total: float) -> EngineRun | str:
    numbers = [re.search(rf"([\d.e+]+) {what}", printed) for what in (r"states, stored", r"transitions \(")]
    if "errors: 0" not in printed or None in numbers or "max search depth too small" in printed:
        return f"SPIN did not search everything: {printed.strip().splitlines()[-1:]}"
    texts = [number[1] for number in numbers if number is not None]
    stored, steps = (int(float(text)) for text in texts)
    digits = 7 if any("e" in text for text in texts) else 18
    # SPIN stores the state before its first statement, and counts that statement and the initial state as transitions.
    return EngineRun("SPIN -O3", stored - 1, steps - 2, 0, "", search, total, _mebibytes(printed), digits)


def _mebibytes(printed: str) -> int:
    memory = re.search(r"([\d.]+)\s+total actual memory usage", printed)
    return int(float(memory[1])) if memory else 0


def minicheck(bounds: Mapping[str, int]) -> EngineRun | str:
    """Minicheck on the successors that our plain engine generates, in a process of its own."""
    if importlib.util.find_spec("minicheck") is None:
        return "minicheck is not installed (pip install 'siteproof[peers]')"
    command = [sys.executable, "-m", "benchmarks.engine_peers", json.dumps(dict(bounds))]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return f"minicheck took more than {SECONDS_MAX} s"
    return EngineRun(**json.loads(done.stdout.splitlines()[-1]))


def _minicheck_worker(bounds: Mapping[str, int]) -> EngineRun:
    from minicheck import Protocol, check_safety  # noqa: PLC0415  (only this process needs it)

    program = compiled(replication(bounds))
    always = sum(1 << number for number, claim in enumerate(program.system.claims) if claim.kind == "always")
    steps = 0

    def successors(state: State) -> list[tuple[int, State]]:
        nonlocal steps
        found = program.successors(state)
        steps += len(found)
        return found

    protocol = Protocol(
        name=SPEC,
        candidate=False,
        fields=tuple(variable.name for variable in program.system.variables),
        initial=program.initial,
        transitions=successors,
        invariants={"claims": lambda shown: not program.claims(bytes(shown.values())) & always},
    )
    start = time.process_time()
    result = check_safety(protocol, max_states=1 << 40)
    seconds = time.process_time() - start
    assert result["properties"]["claims"]["holds"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return EngineRun("minicheck", result["reachable_states"], steps, 0, "", seconds, time.process_time(), peak)


def tlc(bounds: Mapping[str, int]) -> EngineRun | str:
    """TLC with one worker, through the same adapter as `siteproof crosscheck`; or the reason why it did not run."""
    tool = Tlc()
    if tool.missing():
        return tool.missing()
    system = replication(bounds)
    asserted = [number for number, claim in enumerate(system.claims) if claim.kind == "always"]
    before = _children()
    answer = tool.run(system, asserted, Room(SECONDS_MAX, 6000))
    seconds = _children() - before
    if answer.counts is None:
        return "TLC did not search everything"
    return EngineRun(
        "TLC", answer.counts.states, answer.counts.transitions, answer.counts.depth, "", seconds, seconds, 0
    )


def replication(bounds: Mapping[str, int]) -> System:
    """The instance that everybody explores."""
    return known(SPEC).system(bounds)


def _children() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def spin_version() -> str:
    """What SPIN calls itself."""
    if shutil.which("spin") is None:
        return "no SPIN"
    return subprocess.run(["spin", "-V"], capture_output=True, text=True, check=True).stdout.split("--")[0].strip()


if __name__ == "__main__":
    print(json.dumps(asdict(_minicheck_worker(json.loads(sys.argv[1])))))
