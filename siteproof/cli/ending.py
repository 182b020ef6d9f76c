"""How a command ends: one clear error for theirs, a crash file for ours, the right exit code for both."""

import contextlib
import errno
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from siteproof import __version__
from siteproof.model.nouns.problem import ExitCode, Problem

CRASH_FOLDER = Path("out") / "crashes"
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
        ours = handle is None or (handle is _environment and getattr(error, "errno", None) not in ENVIRONMENT)
        return _our_bug(error, argv) if handle is None or ours else handle(error)


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


def _environment(error: OSError) -> int:
    where = f" ({error.filename})" if error.filename else ""
    hint = "choose another place with --out or make room; what was written before is kept"
    return _tell(Problem(f"cannot read or write{where}", error.strerror or str(error), hint))


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
    path = _kept(json.dumps(record, indent=1))
    click.echo(f"error: a defect of siteproof itself: {error!r}", err=True)
    click.echo(f"  cause: see {path}\n  hint:  siteproof replay {path}", err=True)
    return ExitCode.OUR_BUG


def _kept(text: str) -> Path:
    """Write the crash file, in the temporary folder where the present one cannot be written."""
    for folder in (CRASH_FOLDER, Path(tempfile.gettempdir()) / "siteproof-crashes"):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"crash-{os.getpid()}.json"
            path.write_text(text)
            return path
    return Path(os.devnull)


ENDINGS: tuple[tuple[Any, Callable[[Any], int]], ...] = (
    (Problem, _tell),
    (click.UsageError, _usage),
    ((KeyboardInterrupt, click.Abort), _interrupted),
    (BrokenPipeError, _reader_has_gone),
    (SystemExit, _stopped),
    (MemoryError, _out_of_memory),
    (OSError, _environment),
)
