"""`siteproof plan`: judge a recovery plan before it is needed.

Files are read and written here and nowhere below; networkx is imported only by the command that judges.
"""

import json
from pathlib import Path
from typing import Any

import click

from siteproof import __version__
from siteproof.cli.files import write_text
from siteproof.model.nouns.problem import ExitCode, Problem

FILE_BYTES_MAX = 1_048_576


@click.group()
def plan() -> None:
    """Check a recovery plan: order, deadlocks, timeouts, recovery time, single failures."""


@plan.command()
@click.argument("file")
@click.option("--picture", metavar="FILE.svg", help="draw the plan into this file")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(file: str, picture: str | None, form: str) -> int:
    """Judge the plan FILE; exit code 1 when a check fails, 2 when the file is no plan."""
    from siteproof.model.recovery_plan import report  # noqa: PLC0415  (networkx only when it judges)
    from siteproof.model.recovery_plan.checks import judge  # noqa: PLC0415  (networkx only when it judges)
    from siteproof.model.recovery_plan.reading import parse_plan  # noqa: PLC0415  (help stays fast)

    verdict = judge(parse_plan(read_bytes(file), file))
    if picture:
        from siteproof.model.recovery_plan.picture import draw  # noqa: PLC0415  (only when it is asked for)

        write_text(picture, draw(verdict))
    if form == "json":
        emit({"siteproof": __version__, "command": "plan check", "seed": None, **report.as_data(verdict)})
    else:
        head = f"siteproof {__version__} · plan check · no seed (nothing is random) · {report.options(verdict.plan)}"
        click.echo("\n".join([head, *report.as_lines(verdict)]))
    return ExitCode.OK if verdict.sound else ExitCode.VIOLATION


@plan.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of plan files."""
    from siteproof.model.recovery_plan.reading import schema  # noqa: PLC0415  (help stays fast)

    emit(schema())


def read_bytes(file: str) -> bytes:
    """The file's bytes, a bounded number of them; Problem when it cannot be read."""
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem(f"cannot read {file!r}", reason, "name a readable plan file") from None
    if len(data) > FILE_BYTES_MAX:
        raise Problem(f"{file!r} is too large", f"a plan has at most {FILE_BYTES_MAX} bytes", "name a plan file")
    return data


def emit(data: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, indent=1, ensure_ascii=False))
