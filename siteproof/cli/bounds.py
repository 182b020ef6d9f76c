"""Options for the bounds of every specification: `--machines 2 --blocks 1`, as the specifications name them.

Rule: the specifications say which bounds there are; there is no second list.
"""

from collections.abc import Callable
from typing import TypeVar

import click

from siteproof.model.specs import SPECS

F = TypeVar("F", bound=Callable[..., object])


def bound_options(command: F) -> F:
    """Give a command one option for each bound that some specification has; absent ones arrive as None."""
    owners: dict[str, list[str]] = {}
    for spec in SPECS.values():
        for name in spec.bounds:
            owners.setdefault(name, []).append(spec.name)
    for name, specs in reversed(owners.items()):
        few = ", ".join(specs[:3]) + (", …" if len(specs) > 3 else "")
        command = click.option(f"--{name.replace('_', '-')}", name, type=int, help=f"bound of {few}")(command)
    return command


def given(bounds: dict[str, int | None]) -> dict[str, int]:
    """The bounds that were given."""
    return {name: value for name, value in bounds.items() if value is not None}
