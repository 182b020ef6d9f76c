"""`siteproof policy`: check, simulate, compare and plan replication policies.

Files are read here and nowhere below; z3 is imported only by the commands that prove.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from siteproof.cli.files import read_bytes, write_text
from siteproof.cli.guides import POLICY_EXAMPLE, guide
from siteproof.cli.json_and_title import emit, facts, identity, title
from siteproof.model.advice.policy.request import PolicyRequest, request_of, schema, settings_of
from siteproof.model.nouns.problem import ExitCode, Problem

if TYPE_CHECKING:
    from siteproof.model.advice.policy.verdict import PolicyVerdict

FILE_BYTES_MAX = 65_536
HINT = "name a readable policy file, or use --retention and --app-every"
DIFF_HINT = "name two readable policy files, OLD and NEW; siteproof policy schema prints what may stand in them"
DIGITS_MAX = 4000  # of a number; Python reads no longer ones
WITHOUT_EFFECT = {
    "misses": "nothing fails in a simulated, undisturbed machine",
    "latency": "a simulation shows when points are taken and deleted, not when they are usable",
    "rpo_threshold": "a simulation raises no events",
}
"""Flags that `simulate` would only repeat."""
CHECK_DAYS = 16  # so long does a check simulate for its report: a day more than the longest retention
FORMATS = click.Choice(["text", "json"])
Command = TypeVar("Command", bound=Callable[..., Any])
FLAGS = {
    # flag             key of the file
    "retention": "retention",
    "app_every": "app_consistent_every",
    "rpo_threshold": "rpo_threshold",
    "latency": "latency",
    "misses": "tolerated_misses",
    "thinning": "thinning",
}


@click.group()
def policy() -> None:
    """Check a replication policy; refutations come with a dated calendar."""


def policy_flags(command: Command) -> Command:
    """The flags that stand for keys of a policy file; a flag wins over the file."""
    for decorate in (
        click.option("--thinning", metavar="RULE", help="published (default) or plain age"),
        click.option("--misses", metavar="N", help="app-consistent snapshots that may fail in a row (default 0)"),
        click.option("--latency", metavar="SPAN", help="time until a point is usable (default 30m)"),
        click.option("--rpo-threshold", metavar="SPAN", help="age at which an event is raised (default 15m)"),
        click.option("--app-every", metavar="SPAN", help="app-consistent interval: off, or 1h to 12h"),
        click.option("--retention", metavar="SPAN", help="how long points are kept: 0 to 15d (default 24h)"),
    ):
        command = decorate(command)
    return command


@policy.command()
@click.argument("file", required=False)
@policy_flags
@click.option("--strict", is_flag=True, help="a refuted advisory fails too")
@click.option("--picture", metavar="FILE.svg", help="draw the calendar into this file")
@click.option("--html", metavar="FILE.html", help="write a report with pictures into this file")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def check(file: str | None, strict: bool, picture: str | None, html: str | None, form: str, **flags: str | None) -> int:
    """Judge a policy FILE (siteproof policy example prints one), flags, or both.

    Each requirement gets a verdict, with its margin, and a calendar when it is refuted.

    The seed's rules decide the exit code; stronger theorems are advisories unless --strict is given.
    """
    request = read_request(file, flags)
    from siteproof.model.advice.policy.report import as_data, as_lines  # noqa: PLC0415  (z3 only when it proves)
    from siteproof.model.advice.policy.simulation import options  # noqa: PLC0415  (help stays fast)
    from siteproof.model.advice.policy.verdict import judge  # noqa: PLC0415  (z3 only when it proves)

    verdict = judge(request)
    if picture:
        draw_check(picture, verdict)
    if html:
        report_check(html, verdict)
    failed = not (verdict.advised if strict else verdict.conforms)
    if form == "json":
        emit({**identity("policy check"), "strict": strict, **as_data(verdict)})
    else:
        click.echo("\n".join([title("policy check", options(request)), *as_lines(verdict)]))
    return ExitCode.VIOLATION if failed else ExitCode.OK


def draw_check(picture: str, verdict: "PolicyVerdict") -> None:
    """Draw the calendar that refutes the policy, or the longest wait that it survives."""
    from siteproof.model.advice.policy.picture import (  # noqa: PLC0415  (if asked for)
        draw_verdict,
        first_calendar,
        tightest_run,
    )

    request = verdict.request
    shown = first_calendar(each.calendar for each in verdict.findings)
    if not (shown or request.timing.interval_minutes):
        hint = "give --app-every, or draw the points with siteproof policy simulate --picture"
        raise Problem("there is no calendar to draw", "the policy asks for no app-consistent points", hint)
    write_text(picture, draw_verdict(shown or tightest_run(request), request))


def report_check(html: str, verdict: "PolicyVerdict") -> None:
    """Write the verdict, its calendars and what the policy keeps as one HTML file."""
    from siteproof.model.advice.policy.pages import check_page  # noqa: PLC0415  (only when it is asked for)
    from siteproof.model.advice.policy.simulation import (  # noqa: PLC0415  (only when it is asked for)
        simulate as simulated,
    )
    from siteproof.model.drawing.page import html_of  # noqa: PLC0415  (only when it is asked for)

    past = simulated(verdict.request, CHECK_DAYS)
    write_text(html, html_of(check_page(verdict, past, CHECK_DAYS, facts("policy check"))))


@policy.command("example")
def show_example() -> None:
    """Print a policy file, as a beginning for one's own."""
    click.echo(guide(POLICY_EXAMPLE), nl=False)


@policy.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of policy files."""
    emit(schema())


def read_request(file: str | None, flags: dict[str, str | None], hint: str = HINT) -> PolicyRequest:
    """The request of a file (or none) with the flags laid over it; Problem for whatever is wrong with either."""
    settings = settings_of(read_bytes(file, FILE_BYTES_MAX, hint), file) if file else {}
    given = {FLAGS[flag]: _typed(flag, value) for flag, value in flags.items() if value is not None}
    spoken = {FLAGS[flag]: f"--{flag.replace('_', '-')}" for flag in flags if flags[flag] is not None}
    return request_of({**settings, **given}, spoken)


def _named(file: str) -> PolicyRequest:
    """The request of one of several files: a Problem says which one it is about."""
    try:
        return read_request(file, {}, DIFF_HINT)
    except Problem as problem:
        if file in problem.problem:
            raise
        raise Problem(f"{file}: {problem.problem}", problem.cause, problem.hint, problem.code) from None


def _typed(flag: str, value: str) -> str | int:
    number = value.removeprefix("-").isdecimal() and len(value) < DIGITS_MAX
    return int(value) if flag == "misses" and number else value


@policy.command()
@click.argument("file", required=False)
@policy_flags
@click.option("--days", type=click.IntRange(1, 366), default=16, show_default=True, help="how long to simulate")
@click.option("--picture", metavar="FILE.svg", help="draw the kept points into this file")
@click.option("--html", metavar="FILE.html", help="write a report with the picture and every kept point")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def simulate(file: str | None, days: int, picture: str | None, html: str | None, form: str, **flags: str | None) -> int:
    """Let an undisturbed machine make points for some days and show what is kept, with reasons."""
    for flag, reason in WITHOUT_EFFECT.items():
        if flags[flag] is not None:
            option = f"--{flag.replace('_', '-')}"
            raise Problem(
                f"{option} has no effect here", reason, f"leave it out; siteproof policy check heeds {option}"
            )
    request = read_request(file, flags)
    from siteproof.model.advice.policy import simulation  # noqa: PLC0415  (help stays fast)

    past = simulation.simulate(request, days)
    if picture:
        from siteproof.model.advice.policy.timeline import draw_timeline  # noqa: PLC0415  (only when it is asked for)

        write_text(picture, draw_timeline(request, past))
    if html:
        from siteproof.model.advice.policy.pages import simulation_page  # noqa: PLC0415  (only when it is asked for)
        from siteproof.model.drawing.page import html_of  # noqa: PLC0415  (only when it is asked for)

        write_text(html, html_of(simulation_page(request, past, days, facts("policy simulate"))))
    if form == "json":
        emit({**identity("policy simulate"), **simulation.as_data(request, past)})
    else:
        head = title("policy simulate", f"{days} days · {simulation.options(request)}")
        click.echo("\n".join([head, *simulation.as_lines(past)]))
    return ExitCode.OK


@policy.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def diff(old: str, new: str, form: str) -> int:
    """Show which points a change from policy OLD to policy NEW deletes, and when.

    Exit code 1 when the change deletes points sooner than the old policy would have.
    """
    requests = _named(old), _named(new)
    from siteproof.model.advice.policy import simulation  # noqa: PLC0415  (help stays fast)
    from siteproof.model.advice.policy.edit import compare  # noqa: PLC0415  (help stays fast)

    change = compare(requests[0], requests[1])
    if form == "json":
        emit({**identity("policy diff"), **simulation.change_data(change)})
    else:
        shown = " → ".join(simulation.options(each) for each in requests)
        click.echo("\n".join([title("policy diff", shown), *simulation.change_lines(change)]))
    return ExitCode.VIOLATION if change.lost else ExitCode.OK


@policy.command()
@click.option("--rpo", default="15m", metavar="SPAN", show_default=True, help="recovery point objective")
@click.option("--keep", default="24h", metavar="SPAN", show_default=True, help="the oldest age that must be restorable")
@click.option("--granularity", multiple=True, metavar="SPAN[@AGE]", help="largest gap between points, up to an age")
@click.option("--app-rpo", default="0", metavar="SPAN", help="largest age of the newest app-consistent point")
@click.option("--latency", default="30m", metavar="SPAN", show_default=True, help="time until a point is usable")
@click.option("--misses", default=0, type=click.IntRange(0, 5000), show_default=True, help="tolerated misses in a row")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def plan(misses: int, form: str, **needs: Any) -> int:
    """Find the cheapest policy that meets the needs, with the proof that nothing cheaper exists."""
    from siteproof.model.advice.policy import planning  # noqa: PLC0415  (z3 only when it proves)

    asked = planning.needs_of(misses=misses, **needs)
    answer = planning.cheapest(asked)
    if form == "json":
        emit({**identity("policy plan"), **planning.as_data(asked, answer)})
    else:
        click.echo("\n".join([title("policy plan", planning.options(asked)), *planning.as_lines(asked, answer)]))
    return ExitCode.OK if planning.found(answer) else ExitCode.VIOLATION


@policy.command()
@click.argument("theorem", required=False)
@click.option("--smtlib", is_flag=True, help="print the queries of one theorem as SMT-LIB")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def theorems(theorem: str | None, smtlib: bool, form: str) -> int:
    """Prove every policy theorem, or the one that is named; exit code 1 when one is not as expected."""
    from siteproof.model.theorems import proving  # noqa: PLC0415  (z3 only when it proves)

    chosen = proving.chosen(theorem)
    if smtlib:
        click.echo("\n".join(each.smtlib() for each in chosen))
        return ExitCode.OK
    proofs = [(each, each.prove()) for each in chosen]
    if form == "json":
        emit({**identity("policy theorems"), **proving.as_data(proofs)})
    else:
        click.echo("\n".join([title("policy theorems", theorem or "all"), *proving.as_lines(proofs)]))
    return ExitCode.OK if proving.as_expected(proofs) else ExitCode.VIOLATION
