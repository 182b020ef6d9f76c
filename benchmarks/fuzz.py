"""Campaigns: every figure that is promised of them, measured in one run, as ratios or in processor seconds.

`python -m benchmarks fuzz`; FUZZ_SEEDS says over how many seeds the deep bug is looked for (20).
"""

import subprocess
import sys

from benchmarks import fuzz_deep_bug, fuzz_model, fuzz_scaling

STATES = 2_000


def crash_states() -> None:
    """A sample of what the night judges a hundred thousand of."""
    words = ["fuzz", "crashes", "--distinct", str(STATES), "--states", "256", "--second", "10"]
    ended = subprocess.run([sys.executable, "-m", "siteproof", *words], check=True, capture_output=True, text=True)
    print(f"crash states                   {ended.stdout.splitlines()[-1]}")


def main() -> None:
    """One line for each figure."""
    fuzz_model.main_lines()
    crash_states()
    fuzz_scaling.simulated()
    fuzz_scaling.clusters()
    fuzz_scaling.processes()
    fuzz_deep_bug.main_lines()


if __name__ == "__main__":
    main()
