"""`siteproof plan`: judge a recovery plan before it is needed.

Files are read and written here and nowhere below; what judges and what draws is imported only when it is asked for.
"""

from typing import TYPE_CHECKING

import click

from siteproof.cli.files import read_bytes, write_text
from siteproof.cli.guides import PLAN_EXAMPLE, guide
from siteproof.cli.json_and_title import emit, facts, identity, title
from siteproof.model.nouns.problem import ExitCode

if TYPE_CHECKING:
    from siteproof.model.advice.recovery_plan.checks import PlanVerdict

FILE_BYTES_MAX = 1_048_576
HINT = "name a readable plan file"
FAILOVERS = ("unplanned", "test", "planned")


@click.group()
def plan() -> None:
    """Check a recovery plan: order, deadlocks, timeouts, recovery time, single failures."""


@plan.command()
@click.argument("file")
@click.option("--picture", metavar="FILE.svg", help="draw the plan into this file")
@click.option(
    "--failover",
    type=click.Choice(FAILOVERS),
    default="unplanned",
    show_default=True,
    help="which one the picture shows; planned is the way back",
)
@click.option("--html", metavar="FILE.html", help="write a report with the pictures of all failovers into this file")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(file: str, picture: str | None, failover: str, html: str | None, form: str) -> int:
    """Judge the plan FILE (siteproof plan example prints one); exit code 1 when a check fails, 2 when it is no plan."""
    from siteproof.model.advice.recovery_plan import report  # noqa: PLC0415  (help stays fast)
    from siteproof.model.advice.recovery_plan.checks import judge  # noqa: PLC0415  (help stays fast)
    from siteproof.model.advice.recovery_plan.reading import parse_plan  # noqa: PLC0415  (help stays fast)

    verdict = judge(parse_plan(read_bytes(file, FILE_BYTES_MAX, HINT), file))
    if picture:
        draw_plan(picture, verdict, failover)
    if html:
        report_plan(html, verdict)
    if form == "json":
        emit({**identity("plan check"), **report.as_data(verdict)})
    else:
        click.echo("\n".join([title("plan check", report.options(verdict.plan)), *report.as_lines(verdict)]))
    return ExitCode.OK if verdict.sound else ExitCode.VIOLATION


def draw_plan(picture: str, verdict: "PlanVerdict", failover: str) -> None:
    """Draw the plan as it runs in this kind of failover."""
    from siteproof.model.advice.recovery_plan.picture import draw  # noqa: PLC0415  (only when it is asked for)
    from siteproof.model.advice.recovery_plan.plan import SITUATIONS  # noqa: PLC0415  (help stays fast)

    situation = next(each for each in SITUATIONS if each.type == failover)
    write_text(picture, draw(verdict, situation))


def report_plan(html: str, verdict: "PlanVerdict") -> None:
    """Write the verdict with the plan in every kind of failover as one HTML file."""
    from siteproof.model.advice.recovery_plan.pages import plan_page  # noqa: PLC0415  (only when it is asked for)
    from siteproof.model.drawing.page import html_of  # noqa: PLC0415  (only when it is asked for)

    write_text(html, html_of(plan_page(verdict, facts("plan check"))))


@plan.command("example")
def show_example() -> None:
    """Print a recovery plan of three tiers, as a beginning for one's own."""
    click.echo(guide(PLAN_EXAMPLE), nl=False)


@plan.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of plan files."""
    from siteproof.model.advice.recovery_plan.reading import schema  # noqa: PLC0415  (help stays fast)

    emit(schema())
