"""`siteproof adapter`: help for those who connect an implementation to the judge.

Rule: `serve` keeps stdout for the protocol alone; whatever a subject prints goes to stderr.
"""

import click
import msgspec

from siteproof.cli.guides import ADAPTERS, guide
from siteproof.conformance import wire
from siteproof.conformance.carriers import in_process, serving


@click.group()
def adapter() -> None:
    """Connect an implementation to the judge."""


@adapter.command()
@click.argument("subject", metavar="PKG.MODULE:FACTORY")
def serve(subject: str) -> int:
    """Serve a Python subject over stdin and stdout, one JSON object per line, until the input ends."""
    make = in_process.load(subject)
    requests, replies = serving.protocol_streams()
    serving.serve(in_process.make(make, subject), requests, replies)
    return 0


@adapter.command("guide")
def show_guide() -> None:
    """Print how to write an adapter: the calls, their fields, what the verdicts mean."""
    click.echo(guide(ADAPTERS), nl=False)


@adapter.command()
def schema() -> None:
    """Print the JSON Schema of every request and reply, for adapters in other languages."""
    click.echo(msgspec.json.format(msgspec.json.encode(wire.json_schema()), indent=1).decode())
