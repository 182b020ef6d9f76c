"""How a command ends: one clear error for theirs, a crash file for ours, the right exit code for both."""

import contextlib
import errno
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from siteproof import __version__
from siteproof.cli.files import refused
from siteproof.cli.missing import missing_package
from siteproof.model.nouns.problem import ExitCode, Problem

OUT, CRASHES = "out", "crashes"
CLOSED_PIPE = "_PacifyFlushWrapper"  # what click puts in the place of a stdout whose reader has gone
ENVIRONMENT = {
    errno.EACCES,
    errno.EDQUOT,
    errno.EEXIST,
    errno.EFBIG,
    errno.EIO,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ENOENT,
    errno.ENOSPC,
    errno.ENOTDIR,
    errno.EPERM,
    errno.EROFS,
}  # what the user's machine may answer to a path or a write; anything else is a defect of ours


def exit_code(command: Callable[[], object], argv: list[str]) -> int:
    """Run `command`; return its exit code, having told the user why when it is not 0."""
    try:
        return _as_code(command())
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001  (the last line of defence)
        handle = next((handle for kind, handle in ENDINGS if isinstance(error, kind)), None)
        code = handle(error) if handle is not None else None
        return _our_bug(error, argv) if code is None else code


def _interrupted(error: BaseException) -> int:
    del error
    click.echo("interrupted", err=True)
    return ExitCode.INTERRUPTED


def _reader_has_gone(_error: BaseException | None = None) -> int:
    """Nobody was told the end, so it is neither a pass nor a violation; a later write must not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.INTERRUPTED


def _stopped(stop: SystemExit) -> int:
    """Click ends the program itself when the reader of its output has gone."""
    return _reader_has_gone() if type(sys.stdout).__name__ == CLOSED_PIPE else _as_code(stop.code)


def _environment(error: OSError) -> int | None:
    """None when it is nothing that a machine answers to a path or a write: then it is our defect."""
    if error.errno not in ENVIRONMENT:
        return None
    where = f" ({error.filename})" if error.filename else ""
    hint = "make room, or choose another place; what was written before is kept"
    return _tell(refused(f"cannot read or write{where}", error, hint))


def _not_installed(error: ModuleNotFoundError) -> int | None:
    """None when the module is none that the user could install: then it is our defect."""
    problem = missing_package(error)
    return _tell(problem) if problem is not None else None


def _as_code(result: object) -> int:
    return int(result) if isinstance(result, int) else ExitCode.OK


def _tell(problem: Problem) -> int:
    click.echo(f"error: {problem}", err=True)
    return problem.code


def _usage(error: click.UsageError) -> int:
    """A group that was given no command shows its help as it is; there is no problem to explain."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    where = error.ctx.command_path if error.ctx else "siteproof"
    return _tell(_usage_problem(error, where))


def _usage_problem(error: click.UsageError, where: str) -> Problem:
    return Problem(error.format_message(), "the command line is not as expected", f"{where} --help lists what there is")


def _out_of_memory(_error: BaseException) -> int:
    hint = "choose smaller bounds or sizes, or a machine with more memory"
    return _tell(Problem("memory does not suffice", "the machine refused to give more", hint, ExitCode.CANNOT_JUDGE))


def _our_bug(error: BaseException, argv: list[str]) -> int:
    record = {"siteproof": __version__, "argv": argv, "error": repr(error), "traceback": traceback.format_exc()}
    path = _kept(json.dumps(record, indent=1), argv)
    click.echo(f"error: a defect of siteproof itself: {error!r}", err=True)
    click.echo(f"  cause: see {path}\n  hint:  siteproof replay {path}", err=True)
    return ExitCode.OUR_BUG


def _kept(text: str, argv: list[str]) -> Path:
    """Write the crash file below --out, or in the temporary folder when that cannot be written."""
    for folder in (Path(_out(argv)) / CRASHES, Path(tempfile.gettempdir()) / "siteproof-crashes"):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"crash-{os.getpid()}.json"
            path.write_text(text)
            return path
    return Path(os.devnull)


def _out(argv: list[str]) -> str:
    """The folder that the command line names for results, read without the command, which may be what is broken."""
    joined = [word.removeprefix("--out=") for word in argv if word.startswith("--out=")]
    apart = [after for word, after in pairwise(argv) if word == "--out"]
    return next(iter([*joined, *apart]), OUT)


ENDINGS: tuple[tuple[Any, Callable[[Any], int | None]], ...] = (
    (Problem, _tell),
    (click.UsageError, _usage),
    ((KeyboardInterrupt, click.Abort), _interrupted),
    (BrokenPipeError, _reader_has_gone),
    (SystemExit, _stopped),
    (MemoryError, _out_of_memory),
    (OSError, _environment),
    (ModuleNotFoundError, _not_installed),
)
