"""`siteproof compare`: what is lost by moving from one product, version or specification to another.

Rule: a name is a record, or a target that is judged here first; exit code 1 when a requirement is lost.
"""

import tempfile
from pathlib import Path

import click
import msgspec

from siteproof.cli.options import format_option, whole
from siteproof.cli.scratch import scratch
from siteproof.cli.signs_of_life import beating
from siteproof.conformance import results, runner
from siteproof.conformance.carriers.target import TargetKind, from_here
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.choice import cases_called
from siteproof.conformance.comparison import compared
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.nouns.problem import ExitCode


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--case", "case_ids", multiple=True, metavar="ID", help="Judge targets by these cases only.")
@click.option(
    "--seed", type=whole(0, 2**63 - 1), default=0, show_default=True, help="Seed with which targets are judged."
)
@click.option("--i-own-this-target", "own_target", is_flag=True, help="The targets are mine and may be erased.")
@format_option("text", "json")
def compare(before: str, after: str, case_ids: tuple[str, ...], seed: int, *, own_target: bool, form: str) -> int:
    """Compare BEFORE with AFTER: each a results.ndjson, or python:PKG:FACTORY, cmd:COMMAND or a URL, judged here."""
    every = all_cases()
    cases = tuple(case for name in case_ids for case in cases_called(name, every)) or every
    one, other = (_record(name, cases, seed, own_target=own_target) for name in (before, after))
    found = compared(one, other)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=1))
    for line in found.lines() if form == "text" else ():
        click.echo(line)
    return ExitCode.VIOLATION if found.lost else ExitCode.OK


def _record(name: str, cases: tuple[Case, ...], seed: int, *, own_target: bool) -> RecordedRun:
    word, colon, rest = name.partition(":")
    if word in (TargetKind.PYTHON, TargetKind.COMMAND) and colon:
        return _judged(TargetKind(word), rest, cases, seed, own_target=own_target)
    if name.startswith(("http://", "https://")):
        return _judged(TargetKind.URL, name, cases, seed, own_target=own_target)
    return results.read(Path(name))


def _judged(kind: TargetKind, name: str, cases: tuple[Case, ...], seed: int, *, own_target: bool) -> RecordedRun:
    target = from_here(kind, name)
    with scratch(), tempfile.TemporaryDirectory(prefix="siteproof-compare-") as folder:
        path = Path(folder) / results.FILE_NAME
        asked = Request(
            target.factory(), cases, seed=seed, own_target=own_target, keeping=Keeping(path), depth=Depth.QUICK
        )
        with beating(lambda seconds: f"{name} is judged for {seconds:.0f} s"):
            runner.judge(asked)
        return results.read(path)
