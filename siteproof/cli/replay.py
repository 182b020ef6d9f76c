"""`siteproof replay`: reproduce a recorded failure from its file alone.

Rule: a file says what it is by its `kind`; each kind stands in the table `KINDS` with what replays it. Exit code 1 when
the failure comes back, 0 when it does not.
"""

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
from attrs import frozen

from siteproof import __version__
from siteproof.cli import ending
from siteproof.cli.files import read_bytes
from siteproof.cli.options import format_option
from siteproof.cli.scratch import scratch
from siteproof.cli.signs_of_life import beating
from siteproof.cli.targets import target_of, target_options
from siteproof.conformance import runner
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.case import Case, all_cases, spelled
from siteproof.conformance.failures import Failure
from siteproof.conformance.render import text
from siteproof.conformance.request import Request
from siteproof.conformance.verdict import CaseResult
from siteproof.fuzz.replay import replay_walk
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.requirements import near

FILE_BYTES_MAX = 64 * 1024 * 1024
WRITERS = "siteproof conform, siteproof fuzz and a crash of siteproof write such files"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@target_options
@click.option("--i-own-this-target", "own_target", is_flag=True, help="The target is mine and may be erased.")
@format_option("text")
def replay(file: Path, own_target: bool, **named: Any) -> int:
    """Reproduce a recorded failure: exit code 1 when it comes back, 0 when it does not.

    A walk of a campaign can be played on another subject than its own: name one.
    """
    record = _read(file)
    kind = str(record.get("kind", "crash" if {"argv", "traceback"} <= set(record) else ""))
    if kind not in KINDS:
        raise _unreadable(file, f"its kind {kind!r} is none of {', '.join(KINDS)}" if kind else "it has no kind")
    if any(named.values()) and kind != "walk":
        raise Problem(
            f"{file} is played on its own subject", f"it is a recorded {kind}", "another subject is for walks"
        )
    instead = target_of(**named) if any(named.values()) else None
    return KINDS[kind](record, Asked(own_target, instead))


@frozen
class Asked:
    """What the command line asks for: whose target it is, and the subject of a walk instead of the recorded one."""

    own_target: bool = False
    instead: SubjectAddress | None = None


def _case(record: Mapping[str, Any], asked_for: Asked) -> int:
    failure = _converted(record)
    case = _found(failure.case_id)
    target, world = failure.target, failure.world
    _tell(f"seed {failure.seed} · {target.kind.value} {target.name} · case {case.id} · world {world}")
    asked = Request(
        target.factory(),
        [case],
        profile=failure.profile,
        seed=failure.seed,
        own_target=asked_for.own_target,
        world=world,
        breadth=failure.breadth,
    )
    with scratch(), beating(lambda seconds: f"the case runs for {seconds:.0f} s"):
        report = runner.judge(asked)
    result = report.results[0]
    click.echo(text.block(result))
    return _said(_same(failure, result), f"recorded {failure.verdict.value}, now {result.verdict.value}")


def _walk(record: Mapping[str, Any], asked_for: Asked) -> int:
    """A campaign's walk, on its own subject or another; the floor that made it replays it."""
    if asked_for.instead is not None:
        _tell(f"walk on {asked_for.instead.kind.value} {asked_for.instead.name}")
    with scratch(), beating(lambda seconds: f"the walk runs for {seconds:.0f} s"):
        replayed = replay_walk(record, target=asked_for.instead)
    said = _said(replayed.reproduced, str(replayed))
    return ExitCode.VIOLATION if replayed.finding is not None else said


def _crash(record: Mapping[str, Any], asked_for: Asked) -> int:
    """A defect of siteproof itself: the same command line once more."""
    del asked_for
    argv = [str(word) for word in record.get("argv", [])]
    if not argv or argv[0] == "replay":
        raise Problem("this crash cannot be replayed", "it has no command line of its own", "see its traceback")
    _tell(f"command line {' '.join(argv)}")
    cli = importlib.import_module("siteproof.cli")
    code = ending.exit_code(lambda: cli.main(argv), argv)
    return _said(code == ExitCode.OUR_BUG, f"the command ended with exit code {int(code)}")


KINDS: dict[str, Callable[[Mapping[str, Any], Asked], int]] = {
    "case": _case,
    "walk": _walk,
    "crash": _crash,
}


def _same(failure: Failure, result: CaseResult) -> bool:
    return (failure.verdict, failure.expected, failure.actual) == (result.verdict, result.expected, result.actual)


def _said(reproduced: bool, facts: str) -> int:
    click.echo(text.printable(f"{'reproduced' if reproduced else 'not reproduced'}: {facts}"))
    return ExitCode.VIOLATION if reproduced else ExitCode.OK


def _tell(facts: str) -> None:
    click.echo(text.printable(f"siteproof {__version__} · replay · {facts}"))


def _found(case_id: str) -> Case:
    found = spelled(case_id, all_cases())
    if found is None:
        hint = near(case_id, [case.id for case in all_cases()])
        raise Problem(f"there is no case {case_id!r} any more", "the suite has changed", hint)
    return found


def _converted(record: Mapping[str, Any]) -> Failure:
    try:
        return msgspec.convert(record, Failure)
    except msgspec.ValidationError as error:
        raise Problem("the failure cannot be replayed", str(error), f"{WRITERS}; was it edited?") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        record = msgspec.json.decode(read_bytes(file, FILE_BYTES_MAX, WRITERS))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(file, f"it is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise _unreadable(file, "it is not a JSON object")
    return record


def _unreadable(file: Path, cause: str) -> Problem:
    return Problem(f"{file} cannot be replayed", cause, WRITERS)
