"""`--cmd`, `--python`, `--url`: how commands are told which implementation is meant.

Rule: exactly one is given, and a relative name in it is of the folder where it was given.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from siteproof.conformance.carriers.target import SubjectAddress, TargetKind, from_here
from siteproof.model.nouns.problem import Problem

NAME_ONE = "give one of --cmd './my-adapter', --python pkg.module:factory and --url http://127.0.0.1:8080/"
F = TypeVar("F", bound=Callable[..., Any])


def target_options(command: F) -> F:
    """The three ways to name a subject, and the certificates by which the third is trusted."""
    options = (
        click.option("--cmd", help="Command line of an adapter that speaks NDJSON on stdin and stdout."),
        click.option("--python", metavar="PKG:FACTORY", help="Python function that returns a subject."),
        click.option("--url", help="Address of an adapter that speaks HTTP (on this machine) or HTTPS."),
        click.option("--ca", default="", metavar="FILE", help="Trust an HTTPS adapter by these certificates (PEM)."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def target_of(cmd: str | None, python: str | None, url: str | None, ca: str = "") -> SubjectAddress:
    """The one target that was named; Problem when it is none or several."""
    named = [(TargetKind.COMMAND, cmd), (TargetKind.PYTHON, python), (TargetKind.URL, url)]
    found = [from_here(kind, name, ca) for kind, name in named if name is not None]
    if len(found) != 1:
        cause = "no target was named" if not found else "more than one target was named"
        raise Problem("there is no one subject to judge", cause, NAME_ONE)
    return found[0]
