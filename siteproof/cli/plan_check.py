"""`siteproof plan check`: the verdict on one recovery plan or on several.

Rule: files are read and written here and nowhere below.
"""

import click
from attrs import evolve

from siteproof.cli.exported import exported_plan, is_export, tell_of_another
from siteproof.cli.files import read_bytes, write_text
from siteproof.cli.guides import PLAN_EXAMPLE, guide
from siteproof.cli.json_and_title import emit, facts, identity, refuse_pictures_of_many, title
from siteproof.cli.options import PROVIDER, format_option
from siteproof.model.advice.recovery_plan import report
from siteproof.model.advice.recovery_plan.checks import PlanVerdict, judge
from siteproof.model.advice.recovery_plan.pages import plan_page
from siteproof.model.advice.recovery_plan.picture import draw
from siteproof.model.advice.recovery_plan.plan import SITUATIONS, RecoveryPlan
from siteproof.model.advice.recovery_plan.reading import parse_plan, schema
from siteproof.model.drawing.page import html_of
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.provider import ReplicationProvider

FILE_BYTES_MAX = 1_048_576
HINT = "name a readable plan file; siteproof plan example prints one"
FAILOVERS = ("unplanned", "test", "planned")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--picture", metavar="FILE.svg", help="draw the plan into this file")
@click.option(
    "--failover",
    type=click.Choice(FAILOVERS),
    default="unplanned",
    show_default=True,
    help="which one the picture shows; planned is the way back",
)
@click.option("--html", metavar="FILE.html", help="write a report with the pictures of all failovers into this file")
@click.option("--provider", type=PROVIDER, help="who runs the plan")
@format_option("text", "json")
def check(
    files: tuple[str, ...], picture: str | None, failover: str, html: str | None, provider: str | None, form: str
) -> int:
    """Judge plan FILEs (siteproof plan example prints one; - is standard input), also exported ones.

    Exit code 1 when a check fails, 2 when a file is no plan.
    """
    refuse_pictures_of_many(files, picture, html)
    plans = [plan_in(read_bytes(file, FILE_BYTES_MAX, HINT), file, provider) for file in files]
    verdicts = [judge(each) for each in plans]
    for each in verdicts:
        if picture:
            draw_plan(picture, each, failover)
        if html:
            write_text(html, html_of(plan_page(each, facts("plan check"))))
    if form == "json":
        shown = [{**identity("plan check"), **report.as_data(each)} for each in verdicts]
        emit(shown[0] if len(shown) == 1 else {**identity("plan check"), "plans": shown})
    else:
        click.echo("\n\n".join("\n".join(_lines(each)) for each in verdicts))
    return ExitCode.OK if all(each.sound for each in verdicts) else ExitCode.VIOLATION


def plan_in(data: bytes, name: str, provider: str | None = None) -> RecoveryPlan:
    """The plan of a file of ours or of an export; a provider that is named goes before the one in it, which is told."""
    plan = exported_plan(data, name) if is_export(data) else parse_plan(data, name)
    if provider is None:
        return plan
    tell_of_another(name, plan.provider, provider)
    return evolve(plan, provider=ReplicationProvider(provider))


def _lines(verdict: PlanVerdict) -> list[str]:
    return [title("plan check", report.options(verdict.plan)), *report.as_lines(verdict)]


def draw_plan(picture: str, verdict: PlanVerdict, failover: str) -> None:
    """Draw the plan as it runs in this kind of failover."""
    situation = next(each for each in SITUATIONS if each.type == failover)
    write_text(picture, draw(verdict, situation))


@click.command("example")
@format_option("toml")
def show_example() -> None:
    """Print a recovery plan of three tiers, as a beginning for one's own."""
    click.echo(guide(PLAN_EXAMPLE), nl=False)


@click.command("schema")
@format_option("json")
def show_schema() -> None:
    """Print the JSON Schema of plan files."""
    emit(schema())
