"""Options for the bounds of a specification: `--machines 2 --blocks 1`, and `--bound NAME=NUMBER` for any of them.

Rule: which bounds a specification has is said by itself; an unknown one is refused there, with the ones it has.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from siteproof.cli.options import whole

F = TypeVar("F", bound=Callable[..., object])
COMMON = {
    "machines": "how many machines",
    "blocks": "blocks of each disk",
    "versions": "versions of each block",
    "points": "recovery points that are kept",
}


def bound_options(command: F) -> F:
    """Give a command the options for bounds; they arrive as keyword arguments for `given`."""
    command = click.option("--bound", "bound", type=_pair, multiple=True, metavar="NAME=NUMBER", help="any bound")(
        command
    )
    for name, text in reversed(COMMON.items()):
        command = click.option(f"--{name}", type=whole(), help=text)(command)
    return command


def given(options: Mapping[str, Any]) -> dict[str, int]:
    """The bounds that were given, by name; a usage error when one was given two different values."""
    found = {name: value for name, value in options.items() if name in COMMON and value is not None}
    for name, value in options["bound"]:
        if found.setdefault(name, value) != value:
            raise click.UsageError(f"{name} is given as {found[name]} and as {value}: leave one of them out")
    return found


def _pair(text: str) -> tuple[str, int]:
    """`members=3` as a name and a number; a usage error when it is of another form."""
    match = re.fullmatch(r"(\w+)=([0-9]+)", text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a bound; write for example members=3")
    return match[1], int(match[2])
