"""Policies as files and flags: how both become a request, and what a file looks like.

Rule: files are read here and nowhere below; a flag wins over the file.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from siteproof.cli.exported import is_export, policy_settings, tell_of_another
from siteproof.cli.files import read_bytes
from siteproof.cli.guides import POLICY_EXAMPLE, guide
from siteproof.cli.json_and_title import emit
from siteproof.cli.options import format_option, is_number
from siteproof.model.advice.policy.request import PolicyRequest, request_of, schema, settings_of
from siteproof.model.nouns.problem import Problem

FILE_BYTES_MAX = 65_536
HINT = "name a readable policy file, or use --retention and --app-every"
DIGITS_MAX = 4000  # of a number; Python reads no longer ones
Command = TypeVar("Command", bound=Callable[..., Any])
Flags = dict[str, str | None]
Check = Callable[[PolicyRequest], PolicyRequest]
FLAGS = {
    # flag             key of the file
    "retention": "retention",
    "app_every": "app_consistent_every",
    "rpo_threshold": "rpo_threshold",
    "latency": "latency",
    "misses": "tolerated_misses",
    "thinning": "thinning",
    "provider": "provider",
}


def policy_flags(command: Command) -> Command:
    """The flags that stand for keys of a policy file; a flag wins over the file."""
    for decorate in (
        click.option("--provider", metavar="NAME", help="whose ranges hold (default vmware-modernized, the seed's)"),
        click.option("--thinning", metavar="RULE", help="published (default) or plain age"),
        click.option("--misses", metavar="N", help="app-consistent snapshots that may fail in a row (default 0)"),
        click.option("--latency", metavar="SPAN", help="time until a point is usable (default 30m)"),
        click.option("--rpo-threshold", metavar="SPAN", help="age at which an event is raised (default 15m)"),
        click.option("--app-every", metavar="SPAN", help="app-consistent interval: off (or 0), or 1h to 12h"),
        click.option("--retention", metavar="SPAN", help="how long points are kept: 0 to 15d (default 24h)"),
    ):
        command = decorate(command)
    return command


def settings_in(file: str | None, flags: Flags, hint: str = HINT) -> dict[str, Any]:
    """The raw settings of a file (or none; `-` is standard input) with the flags laid over it."""
    settings = _of_file(file, hint) if file else {}
    told = settings.get("provider")
    if file and flags.get("provider") and isinstance(told, str):
        tell_of_another(file, told, str(flags["provider"]))
    return {**settings, **{FLAGS[flag]: _typed(flag, value) for flag, value in flags.items() if value is not None}}


def _of_file(file: str, hint: str) -> dict[str, Any]:
    """A file of ours, or an export of the service."""
    data = read_bytes(file, FILE_BYTES_MAX, hint)
    return policy_settings(data, file) if is_export(data) else settings_of(data, file)


def request_in(settings: dict[str, Any], flags: Flags) -> PolicyRequest:
    """The request that the settings make; a Problem calls what came from a flag by its flag."""
    spoken = {FLAGS[flag]: f"--{flag.replace('_', '-')}" for flag in flags if flags[flag] is not None}
    return request_of(settings, spoken)


def named(file: str, settings: dict[str, Any], flags: Flags, checked: Check = lambda request: request) -> PolicyRequest:
    """The request of one of several files: a Problem, also one of `checked`, says which one it is about."""
    try:
        return checked(request_in(settings, flags))
    except Problem as problem:
        raise Problem(f"{file}: {problem.problem}", problem.cause, problem.hint, problem.code) from None


def _typed(flag: str, value: str) -> str | int:
    short = len(value) < DIGITS_MAX
    return int(value) if flag == "misses" and short and is_number(value.removeprefix("-")) else value


@click.command("example")
@format_option("toml")
def show_example() -> None:
    """Print a policy file, as a beginning for one's own."""
    click.echo(guide(POLICY_EXAMPLE), nl=False)


@click.command("schema")
@format_option("json")
def show_schema() -> None:
    """Print the JSON Schema of policy files."""
    emit(schema())
