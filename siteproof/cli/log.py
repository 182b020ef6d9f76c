"""`siteproof log`: a look into the sealed files of an appliance.

Rule: it reads one file and touches nothing; no block of a disk is ever printed.
"""

import json
from pathlib import Path

import click

from siteproof.cli.options import format_option
from siteproof.reference.service.inspecting import Row, inspect


@click.group()
def log() -> None:
    """Sealed files of an appliance."""


@log.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), help="The key-encryption key: frames are authenticated then.")
@format_option("text", "ndjson")
def inspect_file(file: Path, key: Path | None, form: str) -> int:
    """Print a sealed file frame by frame, or a small one (disk, owner, state, bitmap); exit 1 when it is damaged."""
    damaged = False
    for row in inspect(file, key):
        damaged = damaged or row["what"] == "damage"
        click.echo(json.dumps(row, ensure_ascii=False) if form == "ndjson" else _said(row))
    return int(damaged)


def _said(row: Row) -> str:
    facts = " ".join(f"{name}={_short(value)}" for name, value in row.items() if name != "what")
    return f"{row['what']:<8} {facts}"


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
