"""How long the judge takes on the reference, with one worker and with two, beside two busy loops in the same run.

Rule: seconds depend on the machine and on what else it does; the ratio of the two speed-ups does much less so.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

DEPTHS = ("quick", "standard")
SUBJECT = "siteproof.reference.subject:make_subject"
LOOP = "sum(range(60_000_000))"


def main() -> None:
    """Print the wall time of each depth, and what a second worker brings of what a second core brings."""
    ideal = 2 * seconds(lambda: loops(1)) / seconds(lambda: loops(2))
    print(f"two busy loops: {ideal:.2f} x the work of one in the same time")
    for depth in DEPTHS:
        one, two = (seconds(partial(conform, depth, workers)) for workers in (1, 2))
        print(
            f"conform --depth {depth}: {one:.1f} s with one worker, {two:.1f} s with two: {one / two:.2f} x", flush=True
        )


def seconds(work: Callable[[], None]) -> float:
    """How long it takes by the clock."""
    began = time.monotonic()
    work()
    return time.monotonic() - began


def conform(depth: str, workers: int) -> None:
    """The whole command, with its start."""
    with _folder() as out:
        command = [sys.executable, "-m", "siteproof", "conform", "--python", SUBJECT, "--depth", depth]
        subprocess.run([*command, "--workers", str(workers), "--out", out], check=True, capture_output=True)


def loops(count: int) -> None:
    """So many processes that compute and nothing else, beside each other."""
    running = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]
    for each in running:
        each.wait()


@contextmanager
def _folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="siteproof-bench-") as folder:
        yield folder


if __name__ == "__main__":
    main()
