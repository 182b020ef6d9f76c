"""`siteproof policy simulate` and `diff`: which points a policy keeps, and which ones a change of it deletes."""

import click

from siteproof.cli.files import write_text
from siteproof.cli.json_and_title import emit, facts, identity, title
from siteproof.cli.options import format_option, whole
from siteproof.cli.policy_files import Flags, named, policy_flags, request_in, settings_in
from siteproof.model.advice.policy import simulation
from siteproof.model.advice.policy.edit import compare
from siteproof.model.advice.policy.pages import simulation_page
from siteproof.model.advice.policy.request import PolicyRequest, in_range
from siteproof.model.advice.policy.timeline import draw_timeline
from siteproof.model.drawing.page import html_of
from siteproof.model.nouns.problem import ExitCode, Problem

DIFF_HINT = "name two readable policy files, OLD and NEW; siteproof policy schema prints what may stand in them"
WITHOUT_EFFECT = {
    "misses": "nothing fails in a simulated, undisturbed machine",
    "latency": "a simulation shows when points are taken and deleted, not when they are usable",
    "rpo_threshold": "a simulation raises no events",
}
"""Flags that `simulate` would only repeat."""


@click.command()
@click.argument("file", required=False)
@policy_flags
@click.option("--days", type=whole(1, 366), default=16, show_default=True, help="how long to simulate")
@click.option("--picture", metavar="FILE.svg", help="draw the kept points into this file")
@click.option("--html", metavar="FILE.html", help="write a report with the picture and every kept point")
@format_option("text", "json")
def simulate(file: str | None, days: int, picture: str | None, html: str | None, form: str, **flags: str | None) -> int:
    """Let an undisturbed machine make points for some days and show what is kept, with reasons."""
    _refuse_without_effect(flags)
    request = in_range(request_in(settings_in(file, flags), flags))
    past = simulation.simulate(request, days)
    if picture:
        write_text(picture, draw_timeline(request, past))
    if html:
        write_text(html, html_of(simulation_page(request, past, days, facts("policy simulate"))))
    if form == "json":
        emit({**identity("policy simulate"), **simulation.as_data(request, past)})
    else:
        head = title("policy simulate", f"{days} days · {simulation.options(request)}")
        click.echo("\n".join([head, *simulation.as_lines(past)]))
    return ExitCode.OK


def _refuse_without_effect(flags: Flags) -> None:
    for flag, reason in WITHOUT_EFFECT.items():
        if flags[flag] is not None:
            option = f"--{flag.replace('_', '-')}"
            hint = f"leave it out; siteproof policy check heeds {option}"
            raise Problem(f"{option} has no effect here", reason, hint)


@click.command()
@click.argument("old")
@click.argument("new")
@format_option("text", "json")
def diff(old: str, new: str, form: str) -> int:
    """Show which points a change from policy OLD to policy NEW deletes, and when.

    Exit code 1 when the change deletes points sooner than the old policy would have.
    """
    requests = _read(old), _read(new)
    change = compare(requests[0], requests[1])
    if form == "json":
        emit({**identity("policy diff"), **simulation.change_data(change)})
    else:
        shown = " → ".join(simulation.options(each) for each in requests)
        click.echo("\n".join([title("policy diff", shown), *simulation.change_lines(change)]))
    return ExitCode.VIOLATION if change.lost else ExitCode.OK


def _read(file: str) -> PolicyRequest:
    return named(file, settings_in(file, {}, DIFF_HINT), {}, in_range)
