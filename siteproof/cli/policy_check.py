"""`siteproof policy check`: the verdict on one policy or on several."""

from collections.abc import Iterator
from typing import Any

import click

from siteproof.cli.files import write_text
from siteproof.cli.json_and_title import emit, facts, identity, refuse_pictures_of_many, title
from siteproof.cli.options import format_option
from siteproof.cli.policy_files import Flags, named, policy_flags, request_in, settings_in
from siteproof.model.advice.policy.pages import check_page
from siteproof.model.advice.policy.picture import draw_verdict, first_calendar, tightest_run
from siteproof.model.advice.policy.report import as_data, as_lines
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.advice.policy.simulation import options
from siteproof.model.advice.policy.simulation import simulate as simulated
from siteproof.model.advice.policy.verdict import PolicyVerdict, judge
from siteproof.model.drawing.page import html_of
from siteproof.model.nouns.problem import ExitCode, Problem

CHECK_DAYS = 16  # so long does a check simulate for its report: a day more than the longest retention


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@policy_flags
@click.option("--strict", is_flag=True, help="a refuted advisory fails too")
@click.option("--picture", metavar="FILE.svg", help="draw the calendar into this file")
@click.option("--html", metavar="FILE.html", help="write a report with pictures into this file")
@format_option("text", "json")
def check(
    files: tuple[str, ...], strict: bool, picture: str | None, html: str | None, form: str, **flags: str | None
) -> int:
    """Judge policy FILEs (siteproof policy example prints one; - is standard input), flags, or both.

    Each requirement gets a verdict, with its margin, and a calendar when it is refuted.

    The seed's rules decide the exit code; stronger theorems are advisories unless --strict is given. A value outside of
    the seed's range is refuted (exit code 1); what cannot be read, and nothing to check, is wrong usage (2).
    """
    refuse_pictures_of_many(files, picture, html)
    verdicts = [judge(each) for each in list(_requests(files, flags))]
    several = files if len(files) > 1 else ("",)
    for each in verdicts:
        _draw(each, picture, html)
    if form == "json":
        shown = [_data(file, strict, each) for file, each in zip(several, verdicts, strict=True)]
        emit(shown[0] if len(shown) == 1 else {**identity("policy check"), "policies": shown})
    else:
        click.echo("\n\n".join("\n".join(_lines(*each)) for each in zip(several, verdicts, strict=True)))
    failed = not all(each.advised if strict else each.conforms for each in verdicts)
    return ExitCode.VIOLATION if failed else ExitCode.OK


def _requests(files: tuple[str, ...], flags: Flags) -> Iterator[PolicyRequest]:
    """All of them are read before one is judged."""
    if not files:
        settings = settings_in(None, flags)
        _refuse_nothing("neither a file nor a setting was given", settings)
        yield request_in(settings, flags)
    for file in files:
        settings = settings_in(file, flags)  # `-` can be read once only
        _refuse_nothing(f"{file} says nothing", settings)
        yield named(file, settings, flags)


def _refuse_nothing(cause: str, settings: dict[str, Any]) -> None:
    if not settings:
        hint = "name a policy file, - for standard input, or give --retention and --app-every"
        hint += "; siteproof policy example prints a file"
        raise Problem("there is nothing to check", cause, hint)


def _data(file: str, strict: bool, verdict: PolicyVerdict) -> dict[str, Any]:
    """What JSON says of one policy; the file is named where there are several."""
    return {**identity("policy check"), **({"file": file} if file else {}), "strict": strict, **as_data(verdict)}


def _lines(file: str, verdict: PolicyVerdict) -> list[str]:
    return [title("policy check", f"{file} · " * bool(file) + options(verdict.request)), *as_lines(verdict)]


def _draw(verdict: PolicyVerdict, picture: str | None, html: str | None) -> None:
    if picture:
        draw_check(picture, verdict)
    if html:
        report_check(html, verdict)


def draw_check(picture: str, verdict: PolicyVerdict) -> None:
    """Draw the calendar that refutes the policy, or the longest wait that it survives."""
    request = verdict.request
    shown = first_calendar(each.calendar for each in verdict.findings)
    if request.breaches:
        hint = "mend the value first; the verdict names its requirement"
        raise Problem("there is no calendar to draw", request.breaches[0].text, hint)
    if not (shown or request.timing.interval_minutes):
        hint = "give --app-every, or draw the points with siteproof policy simulate --picture"
        raise Problem("there is no calendar to draw", "the policy asks for no app-consistent points", hint)
    write_text(picture, draw_verdict(shown or tightest_run(request), request))


def report_check(html: str, verdict: PolicyVerdict) -> None:
    """Write the verdict, its calendars and what the policy keeps as one HTML file."""
    past = None if verdict.request.breaches else simulated(verdict.request, CHECK_DAYS)
    write_text(html, html_of(check_page(verdict, past, CHECK_DAYS, facts("policy check"))))
