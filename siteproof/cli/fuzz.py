"""`siteproof fuzz`: a campaign of seeded walks with faults; every finding becomes a minimal, replayable file.

Rule: the header names all that decides a campaign; bounded by executions, two campaigns with one header find the same,
to the word.
"""

import contextlib
from functools import partial
from pathlib import Path
from typing import Any

import click

from siteproof import __version__
from siteproof.cli import fuzz_status
from siteproof.cli.files import make_folder, write_text
from siteproof.cli.fuzz_options import Seed, known_findings, other_subject, seed_option, subject_of
from siteproof.cli.json_and_title import emit
from siteproof.cli.lazy import LazyGroup
from siteproof.cli.options import duration, format_option, whole, workers_option
from siteproof.cli.scratch import scratch
from siteproof.cli.signs_of_life import beating
from siteproof.cli.targets import target_options
from siteproof.conformance import failures
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.coverage.events import FILE_NAME, FORMAT_VERSION, Begin, Event, Head, line
from siteproof.conformance.crew import cores
from siteproof.fuzz import canary
from siteproof.fuzz.campaign import (
    EXECUTIONS_MAX,
    FAILURES_MAX,
    STEPS_MAX,
    Budget,
    Campaign,
    CampaignOutcome,
    Ears,
    Rounds,
)
from siteproof.fuzz.course import ROUND_WALKS, ROUND_WALKS_MAX, WalkCourse
from siteproof.fuzz.crewed import crewed
from siteproof.fuzz.identity import identity
from siteproof.fuzz.render.page import page
from siteproof.fuzz.store import FILE_NAME as STORE
from siteproof.fuzz.store import CampaignStore
from siteproof.fuzz.tally import FindingGroup
from siteproof.model.nouns.problem import ExitCode, Problem

USUAL_SECONDS = 30.0
REPORT = "campaign.html"
KNOWN = "known.toml"
COURSE = ("cmd", "python", "url", "ca", "against", "steps", "wide")
TABLE = {
    "bytes": (
        "siteproof.cli.fuzz_bytes:read",
        "Bytes that are nearly right, for everything that reads bytes from outside.",
    ),
    "crashes": ("siteproof.cli.fuzz_crashes:crashes", "Every state that a loss of power may leave of the reference."),
    "promote": ("siteproof.cli.fuzz_promote:promote", "Make a plain case of a finding, for `replay` on any subject."),
}


@click.command(cls=LazyGroup, table=TABLE, invoke_without_command=True, subcommand_metavar="[COMMAND]")
@target_options
@click.option("--zoo", metavar="B2", help="A wrong appliance of the zoo.")
@click.option("--against", metavar="SUBJECT", help="Walk beside another subject, without a judge: "
              "`reference`, an exhibit of the zoo, python:PKG:FACTORY, cmd:LINE or url:ADDRESS.")  # fmt: skip
@click.option("--time", "seconds", type=duration, help="Budget of time [default: 30s, without another bound].")
@click.option("--executions", "--walks", "executions", type=whole(1, EXECUTIONS_MAX), help="At most so many walks.")
@click.option("--until-covered", is_flag=True, help="Until each command was asked in each state that allows it.")
@click.option("--max-failures", "most", type=whole(1, 10_000), default=FAILURES_MAX, show_default=True,
              help="End with so many different findings.")  # fmt: skip
@click.option("--known", type=click.Path(path_type=Path), help="A file of findings that are expected.")
@click.option("--resume", is_flag=True, help="Go on with the campaign that stands in --out.")
@click.option("--steps", type=whole(1, 10_000), default=STEPS_MAX, show_default=True, help="Of one walk.")
@click.option("--round", "wide", type=whole(1, ROUND_WALKS_MAX), default=ROUND_WALKS, show_default=True,
              help="Walks that share one guide; more of them keep more workers busy.")  # fmt: skip
@seed_option
@workers_option
@click.option("--cluster", metavar="tcp://…", help="Walk on a cluster of dask.distributed.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder.")
@format_option("text", "json")
@click.pass_context
def fuzz(
    context: click.Context,
    /,
    zoo: str | None,
    *,
    known: Path | None,
    resume: bool,
    seed: Seed,
    out: Path,
    form: str,
    **others: Any,
) -> int | None:
    """Walk the embedded reference, or the subject that is named, until a bound is reached; findings are kept."""
    if context.invoked_subcommand is not None:
        return None
    course = _course(zoo, seed, {name: others.pop(name) for name in COURSE})
    work = {name: others.pop(name) for name in ("workers", "cluster")}
    expected, budget = known_findings(known), _budget(**others)
    make_folder(out / failures.FOLDER)  # an impossible place is named before the first walk
    title = _title(course, seed, budget, resume=resume)
    click.echo(title, err=form == "json")
    opened = CampaignStore.opened if resume else CampaignStore.created
    with contextlib.ExitStack() as stack:
        rounds = _rounds(course, stack, **work)
        store = opened(out / STORE, identity(course))
        stack.callback(store.close)
        if not resume:
            failures.forget(out / failures.FOLDER)
            _begin(out / FILE_NAME, course.target, seed)
        outcome = _walked(Campaign(course, budget, store, expected, rounds), out, form)
    files = {group.fingerprint: _save(group, out / failures.FOLDER) for group in outcome.tally.groups.values()}
    write_text(str(out / KNOWN), known_text(outcome))
    write_text(str(out / REPORT), page(outcome, title))
    if form == "json":
        emit(fuzz_status.data(outcome, title, files))
    else:
        click.echo(fuzz_status.ending(outcome, files, (out / REPORT, out / FILE_NAME)))
    return _code(outcome)


def _course(zoo: str | None, seed: Seed, said: dict[str, Any]) -> WalkCourse:
    named = {name: said[name] for name in ("cmd", "python", "url", "ca")}
    beside = other_subject(said["against"]) if said["against"] else None
    return WalkCourse(subject_of(zoo, **named), seed.number, said["steps"], beside, said["wide"])


def _rounds(course: WalkCourse, stack: contextlib.ExitStack, workers: int | None, cluster: str | None) -> Rounds | None:
    """On a cluster, or in processes of their own; None: in this one, which is what one worker is."""
    if cluster:
        if workers:
            raise Problem("--workers and --cluster exclude each other", "both were given", "leave one of them out")
        from siteproof.fuzz.cluster import connected  # noqa: PLC0415  (who needs no cluster waits for none)

        there = connected(cluster)
        stack.callback(there.close)
        return there.rounds(course)
    many = workers or cores()
    return crewed(course, many) if many > 1 else None


def _walked(campaign: Campaign, out: Path, form: str) -> CampaignOutcome:
    """Canary and smoke, then the campaign, with its status on standard error."""
    seen = fuzz_status.Seen()
    with scratch():
        canary.check()
        click.echo("canary caught, smoke clear", err=form == "json")
        campaign.ears = Ears(seen.walk, partial(_keep, out / FILE_NAME), seen.smaller)
        with beating(seen.line):
            return campaign.run()


def _budget(*, seconds: float | None, executions: int | None, until_covered: bool, most: int) -> Budget:
    usual = USUAL_SECONDS if executions is None and not until_covered else None
    return Budget(seconds or usual, executions or EXECUTIONS_MAX, most, until_covered)


def _title(course: WalkCourse, seed: Seed, budget: Budget, *, resume: bool) -> str:
    bounds = [
        f"at most {budget.executions:,} executions" if budget.executions < EXECUTIONS_MAX else "",
        f"{budget.seconds:g} s" if budget.seconds is not None else "",
        "until covered" if budget.until_covered else "",
        f"{course.steps} steps a walk",
        f"rounds of {course.round_walks}" if course.round_walks != ROUND_WALKS else "",
        f"until {budget.failures} findings",
        "resumed" if resume else "",
    ]
    who = f"{course.target.name} against {course.against.name}" if course.against is not None else course.target.name
    return f"siteproof {__version__} · fuzz {who} · seed {seed} · {' · '.join(filter(None, bounds))}"


def _code(outcome: CampaignOutcome) -> ExitCode:
    if outcome.tally.news:
        return ExitCode.VIOLATION
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if outcome.tally.executions else ExitCode.NOTHING_RAN


def _begin(path: Path, target: SubjectAddress, seed: Seed) -> None:
    write_text(str(path), line(Head(FORMAT_VERSION, f"siteproof {__version__} fuzz {target.name} seed {seed}")))


def _keep(path: Path, walk: int, history: tuple[Event, ...]) -> None:
    """A walk that shows something new, as one history more of the file."""
    with path.open("a", encoding="utf-8") as opened:
        opened.write("".join(map(line, (Begin(f"walk {walk}"), *history))))


def _save(group: FindingGroup, folder: Path) -> Path:
    """The minimal walk, named by its fingerprint, which ends in eight hexadecimal digits as all kept failures do."""
    path = folder / f"walk-{group.fingerprint}.json"
    path.write_bytes(group.record.to_json())
    return path


def known_text(outcome: CampaignOutcome) -> str:
    """A file for --known with every finding of the campaign, to be cut down to what is expected."""
    head = "# What --known expects: keep what is expected, and say why.\n"
    entries = (
        f'\n[[known]]\nfingerprint = "{group.fingerprint}"\nreason = "{group.known or "say why"}"\n'
        for group in outcome.tally.groups.values()
    )
    return head + "".join(entries)
