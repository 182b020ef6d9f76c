"""How a command reaches an appliance: the one that runs on a state directory, or the directory itself when none does.

Rule: a refusal and a problem read the same both ways. Lists are tables for people, `--format json` is for programs.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from siteproof.cli import remote
from siteproof.model.nouns.errors import CATALOGUE, Refused
from siteproof.model.nouns.problem import Problem
from siteproof.reference.service import control, verbs
from siteproof.reference.service.service import Service

VARIABLE = "SITEPROOF_STATE"

state_option = click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get(VARIABLE) or "siteproof-state",
    metavar="DIR",
    help=f"The appliance's state directory (default: ${VARIABLE}, or siteproof-state here).",
)


def ask(state: Path, verb: str, /, **arguments: Any) -> Any:
    """The answer of the appliance, which is opened for the moment when it does not run."""
    try:
        if url := remote.place():
            return remote.ask(url, verb, arguments)
        if control.running(state):
            return control.ask(state, verb, arguments)
        with Service(state) as service:
            return verbs.call(service, verb, arguments)
    except Refused as refusal:
        entry = CATALOGUE[refusal.code]
        raise Problem(f"{refusal.code.value}: {entry.message}", refusal.detail or entry.message, entry.action) from None


def show_rows(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], form: str) -> None:
    """A table of these columns (title by key), or all of every row as JSON."""
    if form == "json":
        click.echo(json.dumps(list(rows), indent=1, ensure_ascii=False))
        return
    table = [list(columns.values()), *([_said(key, row.get(key)) for key in columns] for row in rows)]
    widths = [max(len(line[index]) for line in table) for index in range(len(columns))]
    for line in table:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def show_one(answer: Mapping[str, Any], form: str, say: Callable[[Mapping[str, Any]], str]) -> None:
    """A sentence, or everything as JSON."""
    click.echo(json.dumps(answer, indent=1, ensure_ascii=False) if form == "json" else say(answer))


def _said(key: str, value: Any) -> str:
    return at(value) if key.endswith("_ms") and isinstance(value, int) else str(value if value is not None else "")


def at(time_ms: int) -> str:
    """A time as people read it, in UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
