"""How long the command line takes to answer, as a multiple of an interpreter that does nothing."""

import statistics
import subprocess
import sys
import time

from siteproof import __version__

ROUNDS = 21
HELP_RATIO_MAX = 4.0


def seconds(arguments: list[str]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio; the two commands are measured in turn, so that noise hits both."""
    help_call = ["-c", "import sys; from siteproof.cli import main; sys.exit(main(['--help']))"]
    pairs = [(seconds(["-c", "pass"]), seconds(help_call)) for _ in range(ROUNDS)]
    bare, helped = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"siteproof {__version__}, Python {sys.version.split()[0]}, median of {ROUNDS} rounds, goal <= {HELP_RATIO_MAX}"
    )
    print(f"siteproof --help {helped * 1000:.0f} ms = {helped / bare:.1f} x python -c pass ({bare * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
