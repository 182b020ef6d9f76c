"""`siteproof group`: replication groups of an appliance, whose members share recovery points and move as one.

Rule: every command is one request; what is allowed, the appliance decides.
"""

from pathlib import Path
from typing import Any

import click

from siteproof.cli.options import format_option
from siteproof.cli.state import ask, show_one, show_rows, state_option
from siteproof.model.nouns.groups import GROUP_VERBS, SharedSelection
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Consistency, Location

LED = [verb.value for verb in GROUP_VERBS]
COLUMNS = {"name": "group", "machines": "members", "shared": "shared points", "newest": "newest"}


@click.group()
def group() -> None:
    """Replication groups of an appliance (siteproof machine protect --group NAME)."""


@group.command("list")
@state_option
@format_option("text", "json")
def list_groups(state: Path, form: str) -> int:
    """List the groups, their members and how many recovery points these share."""
    found = ask(state, "group.list")
    show_rows(found if form == "json" else [_row(each) for each in found], COLUMNS, form)
    return 0


def _row(found: Any) -> dict[str, Any]:
    points = found["points"]
    machines = ", ".join(each["machine"] for each in found["members"])
    newest = points[-1]["name"] if points else ""
    return {"name": found["name"], "machines": machines, "shared": len(points), "newest": newest}


@group.command("take")
@click.argument("name")
@click.option("--app", is_flag=True, help="Application-consistent: the members' writers flush first.")
@state_option
@format_option("text", "json")
def take(name: str, app: bool, state: Path, form: str) -> int:
    """Take a recovery point now that all members share, or none of them."""
    kind = Consistency.APP if app else Consistency.CRASH
    show_one(ask(state, "group.take", group=name, consistency=kind.value), form, lambda found: _taken(_row(found)))
    return 0


def _taken(row: Any) -> str:
    return f"{row['newest']}: shared by {row['machines']}"


@group.command("do")
@click.argument("verb", type=click.Choice(LED), metavar="VERB")
@click.argument("name")
@click.option("--point", default="", help="This recovery point, which all members list.")
@click.option("--selection", type=click.Choice([each.value for each in SharedSelection]), help="Which shared point.")
@click.option("--no-shutdown", is_flag=True, help="fail_over: leave the sources running.")
@click.option(
    "--location",
    type=click.Choice([each.value for each in Location]),
    default=Location.ORIGINAL.value,
    help="reprotect: where to.",
)
@state_option
@format_option("text", "json")
def lead(
    verb: str, name: str, point: str, selection: str | None, no_shutdown: bool, location: str, state: Path, form: str
) -> int:
    """Lead all members of a group as one: fail_over, test_failover, commit, reprotect, fail_back and others."""
    if point and selection not in {None, SharedSelection.CUSTOM.value}:
        raise Problem("a point and a selection", f"{point} is one point", "give one of them")
    chosen = SharedSelection.CUSTOM.value if point else selection or SharedSelection.LATEST.value
    fields = {"selection": chosen, "point": point, "shutdown": not no_shutdown, "location": location}
    answer = ask(state, "group.do", group=name, verb=verb, **fields)
    show_one(answer, form, _said)
    return 0


def _said(answer: Any) -> str:
    lines = [f"{each['machine']}: {each['protection']}" for each in answer["members"]]
    return "\n".join([answer["job"], *lines])
