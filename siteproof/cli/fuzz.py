"""`siteproof fuzz`: seeded walks with faults against a subject; the first failure becomes a minimal, replayable file.

Rule: the header names all that decides a campaign; with --walks instead of --time two campaigns are the same campaign.
"""

import hashlib
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import click
from attrs import define

from siteproof import __version__
from siteproof.cli.files import make_folder
from siteproof.cli.json_and_title import emit
from siteproof.cli.options import duration, format_option, whole
from siteproof.cli.scratch import scratch
from siteproof.cli.signs_of_life import beating
from siteproof.conformance import failures
from siteproof.conformance.carriers.target import Target, TargetKind, from_here
from siteproof.conformance.coverage.events import FILE_NAME, FORMAT_VERSION, Begin, Event, Head, line
from siteproof.fuzz.actions import WalkRecord
from siteproof.fuzz.campaign import STEPS_MAX, WALKS_MAX, Budget, Outcome, campaign
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.reference.zoo import ZOO

EMBEDDED = "siteproof.reference.subject:make_subject"


@click.command()
@click.option("--python", metavar="PKG:FACTORY", help="Python function that returns a subject.")
@click.option("--cmd", help="Command line of an adapter that speaks NDJSON.")
@click.option("--zoo", metavar="B2", help="A wrong appliance of the zoo.")
@click.option("--time", "seconds", type=duration, default="30s", show_default=True, help="Budget.")
@click.option("--walks", type=whole(1, WALKS_MAX), default=WALKS_MAX, help="At most so many walks.")
@click.option("--steps", type=whole(1, 10_000), default=STEPS_MAX, show_default=True, help="Of one walk.")
@click.option("--seed", type=whole(0, 2**63 - 1), default=0, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder.")
@format_option
def fuzz(
    python: str | None,
    cmd: str | None,
    zoo: str | None,
    *,
    seconds: float,
    walks: int,
    steps: int,
    seed: int,
    out: Path,
    form: str,
) -> int:
    """Walk the embedded reference, or the subject that is named, until something is wrong or the budget is used up."""
    target = _target(python, cmd, zoo)
    budget = Budget(seconds, walks, steps)
    failures.forget(make_folder(out / failures.FOLDER))  # an impossible place is named before the first walk
    bound = f"at most {walks} walks" if walks < WALKS_MAX else f"{seconds:g} s"
    title = f"siteproof {__version__} · fuzz {target.name} · seed {seed} · {bound} · {steps} steps a walk"
    click.echo(title, err=form == "json")
    path = out / FILE_NAME
    path.write_text(line(Head(FORMAT_VERSION, f"siteproof {__version__} fuzz {target.name} seed {seed}")))
    seen = _Seen()
    with scratch(), beating(seen.line):
        outcome = campaign(target, seed, budget, on_walk=seen.walk, on_history=partial(_keep, path))
    record = _save(outcome.record, out / failures.FOLDER) if outcome.record is not None else None
    if form == "json":
        emit(_data(outcome, title, record))
    else:
        click.echo(f"history: {path}   (siteproof coverage {shlex.quote(str(path))})")
        _report(outcome, record)
    return _code(outcome)


def _code(outcome: Outcome) -> ExitCode:
    if outcome.finding is not None:
        return ExitCode.VIOLATION
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if outcome.walks else ExitCode.NOTHING_RAN


def _data(outcome: Outcome, title: str, record: Path | None) -> dict[str, Any]:
    finding = outcome.finding
    said = finding and {"expected": finding.expected, "actual": finding.actual, "replay": str(record)}
    counts = {"walks": outcome.walks, "steps": outcome.steps, "pairs": len(outcome.pairs)}
    return {"title": title, **counts, "interrupted": outcome.interrupted, "finding": said}


def _keep(path: Path, walk: int, history: tuple[Event, ...]) -> None:
    """A walk that shows something new, as one history more of the file."""
    with path.open("a", encoding="utf-8") as opened:
        opened.write("".join(map(line, (Begin(f"walk {walk}"), *history))))


def _target(python: str | None, cmd: str | None, zoo: str | None) -> Target:
    named = [
        from_here(TargetKind.PYTHON, python) if python else None,
        from_here(TargetKind.COMMAND, cmd) if cmd else None,
        _exhibit(zoo) if zoo else None,
    ]
    chosen = [target for target in named if target is not None]
    if len(chosen) > 1:
        raise Problem("more than one subject is named", "--python, --cmd and --zoo exclude each other", "name one")
    return chosen[0] if chosen else Target(TargetKind.PYTHON, EMBEDDED)


def _exhibit(name: str) -> Target:
    if name.upper() not in ZOO:
        raise Problem(f"there is no exhibit {name!r}", "the zoo does not have it", f"exhibits: {', '.join(ZOO)}")
    return Target(TargetKind.PYTHON, ZOO[name.upper()].factory)


@define
class _Seen:
    """How far the campaign is, for a line about it at any moment."""

    walks: int = 0
    steps: int = 0

    def walk(self, walks: int, steps: int) -> None:
        """The campaign tells of walks and steps so far."""
        self.walks, self.steps = walks, steps

    def line(self, seconds: float) -> str:
        """Walks, steps, seconds."""
        return f"{self.walks} walks, {self.steps} steps in {seconds:.0f} s"


def _report(outcome: Outcome, path: Path | None) -> None:
    click.echo(f"{outcome.walks} walks, {outcome.steps} steps, {len(outcome.pairs)} pairs of command and state asked")
    if outcome.record is None or outcome.finding is None:
        click.echo(f"nothing wrong was found{' until it was interrupted' if outcome.interrupted else ''}")
        return
    shrunk = f"{len(outcome.record.actions)} actions (found after {outcome.found_after_steps})"
    click.echo(f"FAIL  walk {outcome.record.walk} of seed {outcome.record.seed}, shrunk to {shrunk}")
    click.echo(f"  Expected  {outcome.finding.expected}\n  Actual    {outcome.finding.actual}")
    for step in outcome.finding.trace:
        click.echo(f"  {step.number:>3} {step.text:<44} {step.diff}".rstrip())
    click.echo(f"  Replay    siteproof replay {shlex.quote(str(path))}")


def _save(record: WalkRecord, folder: Path) -> Path:
    text = record.to_json()
    path = folder / f"walk-{hashlib.blake2b(text, digest_size=4).hexdigest()}.json"
    path.write_bytes(text)
    return path
