"""`siteproof minimise`: the shortest walk that still fails as a recorded one does, on its subject or on yours.

Rule: what is written was carried out as it stands; a failure that does not come back is told, and nothing is written.
"""

from pathlib import Path
from typing import Any

import click

from siteproof.cli.files import read_bytes
from siteproof.cli.options import format_option
from siteproof.cli.scratch import scratch
from siteproof.cli.signs_of_life import beating
from siteproof.cli.targets import target_of, target_options
from siteproof.conformance.render import text
from siteproof.fuzz.actions import RECORD_BYTES_MAX, read_record
from siteproof.fuzz.shorten import shortened
from siteproof.fuzz.shrink import TRIES_MAX, ShrinkEffort
from siteproof.model.nouns.problem import ExitCode

WRITERS = "siteproof fuzz keeps such walks below --out, in failures"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@target_options
@click.option("--tries", type=click.IntRange(1, 100_000), default=TRIES_MAX, show_default=True, help="At most so many.")
@click.option("--out", type=click.Path(path_type=Path), help="The shorter walk.  [default: FILE with .min.json]")
@format_option("text")
def minimise(file: Path, tries: int, out: Path | None, **named: Any) -> int:
    """Make a recorded walk as short and simple as it can be while it fails in the same way.

    Exit code 1 when it failed again and the shorter walk was written, 0 when nothing is wrong any more.
    """
    record = read_record(read_bytes(file, RECORD_BYTES_MAX, WRITERS), str(file))
    instead = target_of(**named) if any(named.values()) else None
    with scratch(), beating(lambda seconds: f"{len(record.actions)} actions, for {seconds:.0f} s"):
        short = shortened(record, instead, ShrinkEffort(tries))
    if short is None:
        click.echo(
            text.printable(f"it does not come back: expected {record.expected}, and nothing like it is wrong now")
        )
        return ExitCode.OK
    written = out or file.with_suffix(".min.json")
    written.write_bytes(short.to_json())
    click.echo(f"{len(record.actions)} actions before, {len(short.actions)} now: {written}")
    click.echo(text.printable(f"expected {short.expected}; actual {short.actual}"))
    return ExitCode.VIOLATION
