"""`siteproof plan`: judge a recovery plan before it is needed.

Files are read and written here and nowhere below; networkx is imported only by the command that judges.
"""

import json
from typing import Any

import click

from siteproof import __version__
from siteproof.cli.files import read_bytes, write_text
from siteproof.model.nouns.problem import ExitCode

FILE_BYTES_MAX = 1_048_576
HINT = "name a readable plan file"


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

    verdict = judge(parse_plan(read_bytes(file, FILE_BYTES_MAX, HINT), file))
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


def emit(data: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, indent=1, ensure_ascii=False))
