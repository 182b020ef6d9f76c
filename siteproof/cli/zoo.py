"""`siteproof zoo`: the suite against every wrong appliance, every liar and every honest variant.

Rule: a survivor means that the suite is weak, an accused variant that it is unfair; nothing that is printed depends on
the clock or on how many processes share the work.
"""

from typing import Any

import click

from siteproof import __version__
from siteproof.cli import completing, zoo_table
from siteproof.cli.guides import MUTANTS, guide_option
from siteproof.cli.options import format_option, whole, workers_option
from siteproof.cli.scratch import scratch
from siteproof.cli.zoo_members import GROUPS, MEMBERS, members
from siteproof.cli.zoo_mutants import MutantOptions, measure
from siteproof.cli.zoo_rows import MemberResult
from siteproof.cli.zoo_work import EndedEarly, Strictness, rows
from siteproof.conformance.crew import cores
from siteproof.conformance.runner import spec_digest
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.nouns.problem import ExitCode, Problem


@click.command()
@click.option(
    "--only",
    multiple=True,
    metavar="B2",
    help="This member, or wrong, liars, honest; may be given again.",
    shell_complete=completing.members,
)
@click.option("--quick", is_flag=True, help="Leave a wrong appliance at its first confirmed kill, likely cases first.")
@click.option("--seed", type=whole(0, 2**63 - 1), default=0, show_default=True, help="Seed of every choice.")
@workers_option
@format_option("text", "json")
@guide_option(MUTANTS)
@click.option("--generate", type=whole(1, 100_000), metavar="N", help="Conditional mutants instead: so many.")
@click.option("--mutant", "mutants", multiple=True, metavar="ID", help="Only this mutant; may be given again.")
@click.option("--drives", type=whole(1, 10_000), default=60, show_default=True, help="Bound of equivalence.")
@click.option("--depth", type=click.Choice(["quick", "standard", "deep"]), default="standard", show_default=True,
              help="Worlds in which members, or mutants, are judged.")  # fmt: skip
@click.option("--plays", type=whole(1, 1_000_000), metavar="N", help="Judge by a sample: so many cases in worlds.")
@click.option("--out", type=click.Path(dir_okay=False), default="", help="Also write the mutants' rows as NDJSON.")
def zoo(only: tuple[str, ...], quick: bool, seed: int, workers: int | None, form: str, **mutants: Any) -> int:
    """Judge every member; exit 1 when a wrong one survives or an honest one is accused.

    With --generate or --mutant: conditional mutants of the reference instead (siteproof zoo --guide).
    """
    if mutants["generate"] or mutants["mutants"]:
        _alone(only, quick, mutants)
        return _mutants(seed, workers or cores(), form, **mutants)
    ids, strictness = _chosen(only), Strictness(seed, Depth(mutants["depth"]), quick)
    title = f"siteproof {__version__} · zoo · {mutants['depth']} · seed {seed} · spec {spec_digest()} · {_named(ids)}"
    if form == "text":
        click.echo(title)
    try:
        with scratch():
            found = rows(ids, strictness, workers or cores(), _tell)
    except EndedEarly as early:
        click.echo(zoo_table.as_json(title, early.rows) if form == "json" else zoo_table.as_text(early.rows))
        click.echo(f"INTERRUPTED: {len(early.rows)} of {len(ids)} members were judged", err=True)
        return ExitCode.INTERRUPTED
    click.echo(zoo_table.as_json(title, found) if form == "json" else zoo_table.as_text(found))
    return zoo_table.exit_code(found)


def _alone(only: tuple[str, ...], quick: bool, mutants: dict[str, Any]) -> None:
    """Members and mutants are two runs, and so are drawn mutants and named ones."""
    named = [name for name, given in (("--only", only), ("--quick", quick)) if given]
    if named:
        raise Problem(f"{named[0]} has no meaning here", "it is about members, not mutants", "leave it out")
    if mutants["generate"] and mutants["mutants"]:
        raise Problem("--generate and --mutant contradict each other", "one draws, one names", "give one of them")


def _mutants(seed: int, workers: int, form: str, **chosen: Any) -> int:
    count, ids = chosen["generate"] or 0, chosen["mutants"]
    with scratch():
        return measure(
            MutantOptions(
                count, ids, seed, chosen["drives"], chosen["depth"], chosen["plays"], workers, form, chosen["out"]
            )
        )


def _tell(row: MemberResult) -> None:
    """What is not as it should be is told while the others are still judged."""
    if not row.as_it_should_be:
        click.echo(f"  {row.id}  {zoo_table.end_of(row)}", err=True)


def _chosen(only: tuple[str, ...]) -> tuple[str, ...]:
    """The ids that were asked for, in the order of the zoo; everything when nothing was."""
    wanted: set[str] = set()
    for name in only:
        group = members(name.lower()) if name.lower() in GROUPS else (name.upper(),)
        for each in group:
            if each not in MEMBERS:
                known = f"members: {', '.join(GROUPS)}, {', '.join(MEMBERS)}"
                raise Problem(f"there is no exhibit {name!r}", "the zoo does not have it", known)
        wanted |= set(group)
    return tuple(each for each in MEMBERS if not only or each in wanted)


def _named(ids: tuple[str, ...]) -> str:
    return "every member" if len(ids) == len(MEMBERS) else ", ".join(ids)
