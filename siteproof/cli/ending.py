"""How a command ends: one clear error for theirs, a crash file for ours, the right exit code for both."""

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import click

from siteproof import __version__
from siteproof.model.nouns.problem import ExitCode, Problem

CRASH_FOLDER = Path("out") / "crashes"


def exit_code(command: Callable[[], object], argv: list[str]) -> int:
    """Run `command`; return its exit code, having told the user why when it is not 0."""
    try:
        return _as_code(command())
    except Problem as problem:
        return _tell(problem)
    except click.UsageError as error:
        return _tell(_usage(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; a second write at interpreter exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Exception as error:  # noqa: BLE001  (the last line of defence: our bug becomes a file)
        return _our_bug(error, argv)


def _as_code(result: object) -> int:
    return int(result) if isinstance(result, int) else ExitCode.OK


def _tell(problem: Problem) -> int:
    click.echo(f"error: {problem}", err=True)
    return problem.code


def _usage(error: click.UsageError) -> Problem:
    where = error.ctx.command_path if error.ctx else "siteproof"
    return Problem(error.format_message(), "the command line is not as expected", f"{where} --help lists what there is")


def _our_bug(error: Exception, argv: list[str]) -> int:
    record = {"siteproof": __version__, "argv": argv, "error": repr(error), "traceback": traceback.format_exc()}
    CRASH_FOLDER.mkdir(parents=True, exist_ok=True)
    path = CRASH_FOLDER / f"crash-{os.getpid()}.json"
    path.write_text(json.dumps(record, indent=1))
    click.echo(f"error: a defect of siteproof itself: {error!r}", err=True)
    click.echo(f"  cause: see {path}\n  hint:  siteproof replay {path}", err=True)
    return ExitCode.OUR_BUG
