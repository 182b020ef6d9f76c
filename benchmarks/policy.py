"""How long the policy prover takes: milliseconds per theorem, `policy check` and days of simulation, as ratios.

`python -m benchmarks policy`. Commands run in turn with an interpreter that does nothing, so that noise hits both.
"""

import statistics
import subprocess
import sys
import time

import numpy as np

from siteproof import __version__
from siteproof.model.nouns.policy import DAY_MINUTES, ReplicationPolicy
from siteproof.model.nouns.scenario import START_MS
from siteproof.model.spec.retention_rule import published_rule
from siteproof.model.theorems import theorems
from siteproof.model.theorems.clocks import Weather, tortured
from siteproof.model.theorems.fates import ends_of
from siteproof.model.theorems.history import run, schedule

ROUNDS = 15
THEOREM_MS_MAX = 50.0
CHECK_SECONDS_MAX = 1.0
DAYS_PER_SECOND_MIN = 10_000
SIMULATED_DAYS = 150
TORTURE_DAYS = 3000
TORTURE_PER_SECOND_MIN = 10_000
COMMANDS = {
    "refuted": ["policy", "check", "--retention", "12h", "--app-every", "12h"],
    "safe": ["policy", "check", "--retention", "24h", "--app-every", "4h"],
    "plan": ["policy", "plan", "--keep", "7d", "--granularity", "2h", "--app-rpo", "5h", "--misses", "1"],
    "simulate": ["policy", "simulate", "--retention", "15d", "--app-every", "1h"],
}


def seconds(arguments: list[str]) -> float:
    """Wall time of one call of the interpreter, whatever its exit code."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=False, capture_output=True)
    return time.perf_counter() - start


def commands() -> None:
    """Each command with its imports, beside `python -c pass`."""
    for name, arguments in COMMANDS.items():
        call = ["-m", "siteproof", *arguments]
        pairs = [(seconds(["-c", "pass"]), seconds(call)) for _ in range(ROUNDS)]
        bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"policy {name:<9} {ours * 1000:4.0f} ms = {ours / bare:4.1f} x python -c pass ({bare * 1000:.0f} ms), "
            f"goal <= {CHECK_SECONDS_MAX * 1000:.0f} ms {_kept(ours <= CHECK_SECONDS_MAX)}"
        )


def proofs() -> None:
    """Each theorem's processor time, median of the rounds; the first round warms up and does not count."""
    rounds = range(ROUNDS + 1)
    measured = {each.id: [each.prove(time.process_time).milliseconds for _ in rounds][1:] for each in theorems()}
    medians = {name: statistics.median(times) for name, times in measured.items()}
    slowest = max(medians, key=lambda name: medians[name])
    for name, milliseconds in medians.items():
        print(f"{name:<8} {milliseconds:6.1f} ms")
    print(f"{len(medians)} theorems, {sum(medians.values()):.0f} ms together")
    kept = _kept(medians[slowest] < THEOREM_MS_MAX)
    print(f"slowest {slowest} {medians[slowest]:.1f} ms, goal each < {THEOREM_MS_MAX:.0f} ms {kept}")


def days() -> None:
    """Retention 15 days, app-consistent every hour: simulated days per second of processor time."""
    policy = ReplicationPolicy(15 * DAY_MINUTES, 60)
    points = list(schedule(policy, START_MS, SIMULATED_DAYS * DAY_MINUTES))
    start = time.process_time()
    run(points, published_rule(policy.retention_minutes))
    rate = SIMULATED_DAYS / (time.process_time() - start)
    print(f"history {rate:.0f} simulated days/s, goal >= {DAYS_PER_SECOND_MIN} {_kept(rate >= DAYS_PER_SECOND_MIN)}")


def torture() -> None:
    """The same rule over arrays, with skewed clocks and stalls; the time to make up the history is not counted."""
    policy = ReplicationPolicy(15 * DAY_MINUTES, 60)
    made = tortured(policy, START_MS, TORTURE_DAYS, Weather(stalls=100), np.random.default_rng(1))
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        ends_of(made.arrivals, published_rule(policy.retention_minutes))
        times.append(time.process_time() - start)
    rate = TORTURE_DAYS / statistics.median(times)
    kept = _kept(rate >= TORTURE_PER_SECOND_MIN)
    print(f"arrays  {rate:.0f} simulated days/s, goal >= {TORTURE_PER_SECOND_MIN} {kept}")


def _kept(goal: bool) -> str:
    return "kept" if goal else "MISSED"


def main() -> None:
    """Everything, with what it was measured on."""
    print(f"siteproof {__version__}, Python {sys.version.split()[0]}, median of {ROUNDS} rounds")
    commands()
    proofs()
    days()
    torture()


if __name__ == "__main__":
    main()
