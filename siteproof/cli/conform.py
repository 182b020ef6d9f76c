"""`siteproof conform`: judge an implementation of the Subject contract.

Rule: text is the default, in a pipe as in a terminal; `--format ndjson` puts the lines of results.ndjson on stdout and
the words on stderr. Both end with the verdict and the path of the report, and the exit code says the same.
"""

import sys
from pathlib import Path
from typing import Any

import click
from attrs import evolve, frozen

from siteproof.cli import completing
from siteproof.cli.case_list import listed
from siteproof.cli.expecting import expected, recorded, told
from siteproof.cli.files import make_folder
from siteproof.cli.options import PROVIDER, duration, format_option, today, whole, workers_option
from siteproof.cli.progress import screen
from siteproof.cli.scratch import scratch
from siteproof.cli.targets import target_of, target_options
from siteproof.conformance import failures, render, results, runner
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.choice import cases_at, cases_called
from siteproof.conformance.logs.meant import others_meant
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.verdict import chapter_of
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import profile_of

PROFILES: dict[str, Profile] = {
    "core": CORE,
    "provider-commit-first": evolve(CORE, name="provider-commit-first", reprotect_requires_commit=True),
}
FORMS = ("text", "ndjson", "json")
OF_SKIPPED = "Leave these cases out, and say so."
OF_CHAPTERS = "Only this chapter; may be given again."
OF_A_CASE = "Only this case, or those of this requirement or rule; may be given again."
DEPTHS: dict[str, Depth | None] = {"plain": None, **{each.value: each for each in Depth}}
EXPECT = "Known failures and waivers: exit code 0 while nothing is worse than they say, and nothing better."
DEPTH = "The plain world alone, or worlds in which each value, each pair or each three of values meet."


@frozen
class ConformOptions:
    """What the user asked for, apart from the target."""

    case_ids: tuple[str, ...]
    skipped: tuple[str, ...]
    chapters: tuple[str, ...]
    seed: int
    depth: str
    profile: str
    provider: str | None
    out: Path
    junit: bool
    own_target: bool
    timeout: float
    form: str
    date: str
    site: str
    workers: int | None
    expect: Path | None
    record: Path | None

    def options(self, target: SubjectAddress) -> dict[str, str]:
        """Everything that determines the run, as it is printed and recorded."""
        chosen = {"target": f"{target.kind.value} {target.name}", "profile": self.judged_by.name, "depth": self.depth}
        chosen |= {"cases": ",".join(self.case_ids)} if self.case_ids else {}
        chosen |= {"skipped": ",".join(self.skipped)} if self.skipped else {}
        chosen |= {"chapters": ",".join(self.chapters)} if self.chapters else {}
        return chosen | {"timeout": f"{self.timeout:g}s"}

    @property
    def judged_by(self) -> Profile:
        """The profile: the one that was named, or the one of the provider whose table holds; Problem when both are."""
        if self.provider is None:
            return PROFILES[self.profile]
        if self.profile != "core":
            raise Problem("a provider and a profile", "a provider has a profile of its own", "give one of both")
        return profile_of(ReplicationProvider(self.provider))

    def players(self, target: SubjectAddress) -> int | None:
        """How many processes: one when a log is written, or when one address serves all and nobody said how many."""
        return 1 if self.record else self.workers or (1 if target.kind is TargetKind.URL else None)

    def scope(self) -> str:
        """Which part of the suite this is; empty when it is all of it."""
        parts = [f"case {name}" for name in self.case_ids] + [f"chapter {name}" for name in self.chapters]
        return ", ".join([*parts, *(f"without {name}" for name in self.skipped)])


@click.command()
@target_options
@click.option("--list", "listing", is_flag=True, help="Show the cases and judge nothing.")
@click.option("--case", "case_ids", multiple=True, metavar="ID", help=OF_A_CASE, shell_complete=completing.cases)
@click.option("--skip", "skipped", multiple=True, metavar="ID", help=OF_SKIPPED, shell_complete=completing.cases)
@click.option(
    "--chapter", "chapters", multiple=True, metavar="RES", help=OF_CHAPTERS, shell_complete=completing.chapters
)
@click.option("--seed", type=whole(0, 2**63 - 1), default=0, show_default=True, help="Seed of every choice.")
@click.option("--depth", type=click.Choice(tuple(DEPTHS)), default="standard", show_default=True, help=DEPTH)
@click.option(
    "--profile", type=click.Choice(tuple(PROFILES)), default="core", show_default=True, help="Which choices hold."
)
@click.option("--provider", type=PROVIDER, help="Whose table of allowed operations holds; the seed's by itself.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder.")
@click.option("--junit", is_flag=True, help="Also write junit.xml.")
@click.option("--i-own-this-target", "own_target", is_flag=True, help="The target is mine and may be erased.")
@click.option("--timeout", type=duration, default="30s", show_default=True, help="Bound of one case.")
@workers_option
@click.option("--site", default="", metavar="NAME", help="Where this is, for the report's readers.")
@click.option("--date", default=today, metavar="DATE", help="When this is, for the report's readers. [default: today]")
@click.option("--expect", type=click.Path(path_type=Path), metavar="FILE", help=EXPECT)
@click.option("--record", type=click.Path(path_type=Path), metavar="FILE", help="Write every call and answer there.")
@format_option(*FORMS)
def conform(cmd: str | None, python: str | None, url: str | None, ca: str, *, listing: bool, **chosen: Any) -> int:
    """Judge an implementation: verdict line, report.html, exit code 0 iff every MUST passed."""
    choice = ConformOptions(**chosen)
    if listing:
        return _listed(choice)
    if choice.form == "json":
        raise Problem("a run has no json form", "its lines come one by one", "give --format ndjson", ExitCode.USAGE)
    target = target_of(cmd, python, url, ca)
    return _judge(target, choice, _cases(choice))


def _listed(choice: ConformOptions) -> int:
    for line in listed(_cases(choice), choice.form):
        click.echo(line)
    return ExitCode.OK


def _judge(target: SubjectAddress, choice: ConformOptions, cases: tuple[Case, ...]) -> int:
    known = expected(choice.expect)
    opened = target.factory()
    path = make_folder(choice.out) / results.FILE_NAME
    failures.forget(choice.out / failures.FOLDER)
    keeping = Keeping(path, choice.out / failures.FOLDER, target, choice.date, choice.site)
    options = choice.options(target)
    shows = screen(choice.form, len(cases), choice.seed, options, terminal=sys.stdout.isatty())
    with recorded(opened, choice.record) as factory, scratch(), shows as shown:
        report = runner.judge(
            Request(
                factory,
                cases,
                profile=choice.judged_by,
                seed=choice.seed,
                keeping=keeping,
                timeout_seconds=choice.timeout,
                own_target=choice.own_target,
                choice=choice.scope(),
                options=options,
                depth=DEPTHS[choice.depth],
                workers=choice.players(target),
            ),
            shown.result,
        )
        for name in others_meant(report):
            click.echo(f"hint: everything that was shown and answered is explained with --provider {name}", err=True)
        written = render.render(path, choice.out, junit=choice.junit)
        shown.end(report, written)
    return told(report, known, choice.date, err=choice.form == "ndjson")


def _cases(choice: ConformOptions) -> tuple[Case, ...]:
    every = all_cases()
    known = {name for case in every for name in _chapters(case)}
    wanted = {_chapter(name, known) for name in choice.chapters}
    left_out = [case for name in choice.skipped for case in cases_called(name, every)]
    named = [case for name in choice.case_ids for case in cases_called(name, every)]
    kept = tuple(case for case in every if case not in left_out)
    if not (choice.case_ids or choice.chapters):
        return cases_at(DEPTHS[choice.depth], kept)
    return tuple(case for case in kept if case in named or wanted & _chapters(case))


def _chapters(case: Case) -> set[str]:
    return {chapter_of(name) for name in case.requires}


def _chapter(name: str, known: set[str]) -> str:
    if name.upper() not in known:
        hint = f"chapters are: {', '.join(sorted(known))}"
        raise Problem(f"there is no chapter {name!r}", "the suite has no such chapter", hint, ExitCode.USAGE)
    return name.upper()
