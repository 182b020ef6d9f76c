"""`siteproof machine`: protect machines, look at them, lead them through their lifecycle.

Rule: every command is one request; what is allowed, the appliance decides.
"""

from pathlib import Path
from typing import Any

import click

from siteproof.cli.options import duration, format_option
from siteproof.cli.state import ask, at, show_one, show_rows, state_option
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Location, Selection, Verb

LED = [verb.value for verb in Verb if verb is not Verb.ENABLE]
COLUMNS = {"name": "machine", "protection": "protection", "direction": "direction", "active": "active",
           "drill": "drill", "resync": "resync", "generation": "generation", "job": "job"}  # fmt: skip


def _minutes(text: str) -> int:
    seconds = duration(text)
    if seconds % 60:
        raise click.BadParameter(f"{text!r} is not in whole minutes")
    return int(seconds // 60)


def _or_off(text: str) -> int:
    return 0 if text == "off" else _minutes(text)


def policy_options(command: Any) -> Any:
    """What a machine's policy says."""
    for option in (
        click.option("--rpo-threshold", type=_minutes, metavar="TIME", help="An event tells when the RPO is beyond."),
        click.option("--app-every", type=_or_off, metavar="TIME", help="Application-consistent points, or off."),
        click.option("--retention", type=_minutes, metavar="TIME", help="How long points are kept, e.g. 24h."),
    ):
        command = option(command)
    return command


@click.group()
def machine() -> None:
    """Machines of an appliance (siteproof appliance init makes one)."""


@machine.command("losses")
@click.argument("name")
@state_option
@format_option("text", "json")
def lost(name: str, state: Path, form: str) -> int:
    """List the blocks of the old side that a failover loses: written there, and not in the point it was made from."""
    rows = ask(state, "machine.losses", machine=name)
    show_rows(rows, {"disk": "disk", "first_block": "first block of 4096 bytes", "blocks": "blocks"}, form)
    return 0


@machine.command()
@click.argument("name")
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IMAGE...")
@click.option("--group", default="", metavar="NAME", help="A member of this replication group: shared points.")
@policy_options
@state_option
@format_option("text", "json")
def protect(
    name: str,
    images: tuple[Path, ...],
    group: str,
    retention: int,
    app_every: int,
    rpo_threshold: int,
    state: Path,
    form: str,
) -> int:
    """Protect a machine whose disks are these raw images; they stay where they are."""
    paths = [str(image.absolute()) for image in images]
    policy = _policy(retention, app_every, rpo_threshold)
    answer = ask(state, "machine.protect", machine=name, images=paths, group=group, **policy)
    show_one(answer, form, lambda shown: f"{_state(shown)}\n{_points(shown)}")
    return 0 if answer["regions"]["protection"] == "protected" else 3


def _policy(retention: int | None, app_every: int | None, rpo_threshold: int | None) -> dict[str, Any]:
    named = {
        "retention_minutes": retention,
        "app_consistent_minutes": app_every,
        "rpo_threshold_minutes": rpo_threshold,
    }
    return {key: value for key, value in named.items() if value is not None}


def _state(shown: Any) -> str:
    regions = shown["regions"]
    parts = [regions["protection"], regions["direction"], f"active: {regions['active']}"]
    parts += [f"drill: {regions['test_failover']}"] if regions["test_failover"] != "none" else []
    parts += [f"resync: {regions['resync']}"] if regions["resync"] != "none" else []
    return f"{shown['machine']}: {' · '.join(parts)} · health: {shown['health']}"


def _points(shown: Any) -> str:
    points = shown["points"]
    newest = f", the newest {points[-1]['name']} of {at(points[-1]['taken_at_ms'])} UTC" if points else ""
    return f"{len(points)} recovery points{newest}"


@machine.command("list")
@state_option
@format_option("text", "json")
def list_machines(state: Path, form: str) -> int:
    """List the machines."""
    show_rows(ask(state, "machine.list"), COLUMNS, form)
    return 0


@machine.command()
@click.argument("name")
@state_option
@format_option("text", "json")
def show(name: str, state: Path, form: str) -> int:
    """Show a machine: state, disks, RPO, what may be asked of it, and its last events."""
    show_one(ask(state, "machine.show", machine=name), form, _said)
    return 0


def _said(shown: Any) -> str:
    lines = [_state(shown), _points(shown)]
    lines += [f"image: {image}" for image in shown["images"]]
    for disk in shown["disks"]:
        marks = " ".join(f"{key} {value}" for key, value in disk["watermarks"].items())
        lines.append(f"{disk['name']}: {disk['blocks']} blocks, {disk['dirty_blocks']} dirty, {disk['mode']} · {marks}")
    if shown["rpo_ms"] is not None:
        lines.append(f"RPO: {shown['rpo_ms'] / 1000:.0f} s")
    lines.append(f"allowed: {', '.join(shown['allowed'])}")
    lines += [f"{at(event['time_ms'])}  {event['code']}  {event['detail']}" for event in shown["events"][-5:]]
    return "\n".join(lines)


@machine.command()
@click.argument("name")
@state_option
@format_option("text", "json")
def ship(name: str, state: Path, form: str) -> int:
    """Bring the other side up to date; both sides are compared where changes are not known."""
    show_one(
        ask(state, "machine.ship", machine=name), form, lambda answer: f"{name}: {answer['bytes_sent']} bytes left"
    )
    return 0


@machine.command("do")
@click.argument("verb", type=click.Choice(LED), metavar="VERB")
@click.argument("name")
@click.option("--point", default="", help="This recovery point (siteproof point list NAME).")
@click.option("--selection", type=click.Choice([each.value for each in Selection]), default=None, help="Which point.")
@click.option("--no-shutdown", is_flag=True, help="fail_over: leave the source running.")
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
    """Lead a machine: fail_over, test_failover, commit, reprotect, fail_back, resynchronize, disable and others."""
    if point and selection not in {None, Selection.CUSTOM.value}:
        raise Problem("a point and a selection", f"{point} is one point", "give one of them")
    chosen = Selection.CUSTOM.value if point else selection or Selection.LATEST.value
    answer = ask(
        state,
        "machine.do",
        machine=name,
        verb=verb,
        selection=chosen,
        point=point,
        shutdown=not no_shutdown,
        location=location,
    )
    show_one(answer, form, lambda shown: f"{answer['job']}\n{_state(shown)}")
    return 0


@machine.command("policy")
@click.argument("name")
@policy_options
@state_option
@format_option("text", "json")
def policy_of(name: str, retention: int, app_every: int, rpo_threshold: int, state: Path, form: str) -> int:
    """Change the policy of a machine, and show it."""
    answer = ask(state, "machine.policy", machine=name, **_policy(retention, app_every, rpo_threshold))
    show_one(answer, form, lambda shown: "\n".join(f"{key}: {value}" for key, value in shown.items()))
    return 0


@machine.command("force-disable")
@click.argument("name")
@state_option
@format_option("text", "json")
def force_disable(name: str, state: Path, form: str) -> int:
    """End the protection of a machine whose images are gone for ever; its recovery points go, too."""
    show_one(ask(state, "machine.force_disable", machine=name), form, _state)
    return 0


@machine.command()
@click.argument("name")
@state_option
@format_option("text")
def forget(name: str, state: Path) -> int:
    """Forget a machine that is disabled; its images stay."""
    ask(state, "machine.forget", machine=name)
    click.echo(f"{name}: forgotten")
    return 0
