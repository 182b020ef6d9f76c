"""The night: every long campaign and check, one process after the other, each within a bound, and one report of all.

Rule: a part that fails or exceeds its bound ends nothing; what each came to stands in the report, with its last words.
`python -m siteproof.fuzz.night_process nightly|weekly FOLDER SEED` is what `sh dev.sh nightly` calls.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

LAST_LINES = 12
SITEPROOF = (sys.executable, "-m", "siteproof")
TESTS = (sys.executable, "-m", "pytest", "-q", "-m", "nightly")
LATE = "siteproof.reference.zoo.honest.paces:late"
NIGHT_MINUTES_MAX = 60
GRACE_SECONDS = 20


@frozen
class NightPart:
    """One process: what it is called, its words, and how many minutes it may take."""

    name: str
    words: tuple[str, ...]
    minutes_max: float


@frozen
class NightPartEnd:
    """How a part ended: its exit status (None: it took too long), the seconds, and its last lines."""

    part: NightPart
    code: int | None
    seconds: float
    last: tuple[str, ...]

    @property
    def said(self) -> str:
        """In a word."""
        if self.code is None:
            return f"no end within {self.part.minutes_max:g} min"
        return "passed" if self.code == 0 else f"exit status {self.code}"


def parts(which: str, folder: Path, seed: str) -> tuple[NightPart, ...]:
    """What a night, or the night of a week, consists of; together a night's bounds are an hour."""
    long = which == "weekly"
    times = 12 if long else 1
    common = ("--seed", seed, "--out", str(folder))
    fuzz, read = (*SITEPROOF, "fuzz"), (*SITEPROOF, "fuzz", "bytes", *common)
    states = 1_000_000 if long else 100_000
    inputs = 10_000_000 if long else 500_000
    return (
        NightPart("campaign", (*fuzz, "--time", f"{8 * times}m", *common), 9 * times),
        NightPart("two subjects", (*fuzz, "--against", f"python:{LATE}", "--time", f"{2 * times}m", "--seed", seed,
                                   "--out", str(folder / "against")), 3 * times),
        NightPart("crash states", (*fuzz, "crashes", "--distinct", str(states), "--states", "256", "--second", "10"),
                  15 * times),
        NightPart("barriers", (*fuzz, "crashes", "--barriers", "--states", "128"), 8 * times),
        NightPart("bytes", (*read, "--executions", str(inputs)), 5 * times),
        NightPart("bytes by branches", (*read, "--engine", "atheris", "--executions", str(inputs // 10)), 5 * times),
        NightPart("tests", (*TESTS, "-n", "2", "--dist", "worksteal"), 15 * times),
    )  # fmt: skip


def carried_out(part: NightPart) -> NightPartEnd:
    """Run one part; its process group ends with its bound."""
    began = time.monotonic()
    with subprocess.Popen(  # noqa: S603  (our own commands)
        part.words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=part.minutes_max * 60)
            code: int | None = process.returncode
        except subprocess.TimeoutExpired:
            said, code = _ended(process), None
        except BaseException:
            _ended(process)
            raise
    return NightPartEnd(part, code, time.monotonic() - began, tuple(said.splitlines()[-LAST_LINES:]))


def _ended(process: "subprocess.Popen[str]") -> str:
    """First politely, so that what was done is kept; then for good."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, sign)
        try:
            return process.communicate(timeout=GRACE_SECONDS)[0]
        except subprocess.TimeoutExpired:
            continue
    return ""


def report(title: str, ends: Sequence[NightPartEnd]) -> str:
    """The one report, as Markdown."""
    return "\n".join(_lines(title, ends)) + "\n"


def _lines(title: str, ends: Sequence[NightPartEnd]) -> Iterator[str]:
    minutes = sum(each.seconds for each in ends) / 60
    wrong = [each.part.name for each in ends if each.code != 0]
    yield f"# {title}\n"
    verdict = f"not passed: {', '.join(wrong)}" if wrong else "all passed"
    yield f"{len(ends)} parts in {minutes:.1f} minutes; {verdict}.\n"
    yield "| part | came to | minutes | of at most |\n|---|---|---|---|"
    for each in ends:
        yield f"| {each.part.name} | {each.said} | {each.seconds / 60:.1f} | {each.part.minutes_max:g} |"
    for each in ends:
        yield f"\n## {each.part.name}\n\n```\n$ {' '.join(('siteproof', *each.part.words[3:]))}"
        yield from each.last
        yield "```"


def main(which: str, folder: Path, seed: str) -> int:
    """Part after part; the report is written anew after each, so that an interrupted night has one as well."""
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the part that runs is ended, too
    ends: list[NightPartEnd] = []
    for part in parts(which, folder, seed):
        sys.stdout.write(f"{part.name}: at most {part.minutes_max:g} min\n")
        sys.stdout.flush()
        ends.append(carried_out(part))
        sys.stdout.write(f"  {ends[-1].said} after {ends[-1].seconds / 60:.1f} min\n")
        (folder / "report.markdown").write_text(report(f"{which} run of seed {seed}", ends), encoding="utf-8")
    sys.stdout.write(f"report: {folder / 'report.markdown'}\n")
    return int(any(each.code != 0 for each in ends))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
