"""How a command that judges a file begins and what it prints: version, seed and options first, JSON as one document.

Rule: nothing such a command does is random, so its seed is null and every sentence says so.
"""

import json
from collections.abc import Sequence
from typing import Any

import click

from siteproof import __version__
from siteproof.model.nouns.problem import Problem


def identity(command: str) -> dict[str, Any]:
    """Version and seed of a run, for JSON."""
    return {"siteproof": __version__, "command": command, "seed": None}


def title(command: str, options: str) -> str:
    """The first line of a run."""
    return f"siteproof {__version__} · {command} · no seed (nothing is random) · {options}"


def facts(command: str) -> list[tuple[str, str]]:
    """The same for the head of a report."""
    return [("siteproof", __version__), ("command", command), ("seed", "none, nothing is random")]


def refuse_pictures_of_many(files: Sequence[str], picture: str | None, html: str | None) -> None:
    """Problem when one file was to be drawn from several."""
    for option, target in (("--picture", picture), ("--html", html)):
        if target is not None and len(files) > 1:
            raise Problem(f"{option} is for one file", f"{len(files)} files are named", "draw them one by one")


def emit(data: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(data, indent=1, ensure_ascii=False))
