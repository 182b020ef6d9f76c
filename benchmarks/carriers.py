"""How long the same cases take in process, over stdio and over HTTP, and what two workers bring, in one run.

Rule: seconds depend on the machine and on what else it does; the ratios of one run do much less so.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

SUBJECT = "siteproof.reference.subject:make_subject"
CHAPTERS = ("REP", "PT", "FO")  # of every kind of call, and small enough to be repeated
SIGN = "http://"


def main() -> None:
    """Print the wall time of every carrier and its ratio to the subject in process."""
    stdio = f"{sys.executable} -m siteproof adapter serve {SUBJECT}"
    inside = seconds("--python", SUBJECT)
    print(f"in process: {inside:.1f} s", flush=True)
    told("stdio", seconds("--cmd", stdio), inside)
    with served() as address:
        told("HTTP", seconds("--url", address), inside)
    two = seconds("--python", SUBJECT, workers=2)
    print(f"two workers in process: {two:.1f} s, {inside / two:.2f} x")


def told(carrier: str, took: float, inside: float) -> None:
    """One line for a carrier."""
    print(f"{carrier}: {took:.1f} s, {took / inside:.2f} x in process", flush=True)


def seconds(*target: str, workers: int = 1) -> float:
    """The whole command, with its start."""
    chapters = [word for chapter in CHAPTERS for word in ("--chapter", chapter)]
    with tempfile.TemporaryDirectory(prefix="siteproof-bench-") as out:
        command = [sys.executable, "-m", "siteproof", "conform", *target, *chapters, "--depth", "quick"]
        began = time.monotonic()
        more = ["--i-own-this-target", "--workers", str(workers), "--out", out]
        subprocess.run([*command, *more], check=True, capture_output=True)
    return time.monotonic() - began


@contextmanager
def served() -> Iterator[str]:
    """The address of the reference behind HTTP, on this machine."""
    command = [sys.executable, "-m", "siteproof", "adapter", "serve", "--http", "0", SUBJECT]
    with subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = next(each for each in process.stdout if SIGN in each)
            yield SIGN + line.partition(SIGN)[2].split()[0]
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
