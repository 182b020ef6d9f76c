"""Which specification a command is about: one of ours by name, or the user's own (`my_module:SPEC`, `a_file.py:SPEC`).

Rule: every command that takes a specification takes it here, as an argument or after `--spec`.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from siteproof.cli import completing
from siteproof.cli.own_spec import own_spec
from siteproof.model.language.spec import Spec
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.specs import SPECS, known

OF_NAMED = "SPEC; one of yours as my_module:SPEC."


def spec_argument(default: str | None) -> Callable[[Any], Any]:
    """Give a command `spec`: the argument or the option `--spec`, whichever was given; both are a usage error."""

    def declare(command: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(command)
        def with_spec(*arguments: Any, spec: str | None, named: str | None, **rest: Any) -> object:
            if spec is not None and named is not None:
                raise click.UsageError(f"SPEC is given as {spec} and as {named}: leave one of them out")
            return command(*arguments, spec=spec or named or default, **rest)

        option = click.option("--spec", "named", metavar="NAME", help=OF_NAMED)
        return click.argument("spec", required=False, shell_complete=completing.specifications)(option(with_spec))

    return declare


def spec_named(name: str) -> Spec:
    """The specification; Problem when there is none of this name, or when one of the user's own is wrong."""
    if ":" in name:
        return own_spec(name)
    if name not in SPECS and Path(f"{name}.py").is_file():
        raise Problem(f"there is no specification `{name}`", f"there is a file {name}.py", f"yours is  {name}:SPEC")
    return known(name)
