"""`siteproof adapter`: help for those who connect an implementation to the judge.

Rule: `serve` keeps stdout for the protocol alone; whatever a subject prints goes to stderr.
"""

import contextlib
import sys
from collections.abc import Callable

import click
import msgspec

from siteproof.cli.guides import ADAPTERS, guide
from siteproof.cli.options import format_option, whole
from siteproof.conformance import wire
from siteproof.conformance.carriers import http_serving, in_process, serving
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Subject


@click.group()
def adapter() -> None:
    """Connect an implementation to the judge."""


@adapter.command()
@click.argument("subject", metavar="PKG.MODULE:FACTORY")
@click.option("--http", "port", type=whole(0, 65535), help="Serve over HTTP on this port of 127.0.0.1 (0: a free one).")
def serve(subject: str, port: int | None) -> int:
    """Serve a Python subject over stdin and stdout, one JSON object per line, until the input ends."""
    make = in_process.load(subject)
    if port is not None:
        return _serve_http(lambda: in_process.make(make, subject), port)
    requests, replies = serving.protocol_streams()
    serving.serve(in_process.make(make, subject), requests, replies)
    return 0


def _serve_http(make: Callable[[], Subject], port: int) -> int:
    try:
        server = http_serving.Server(make, port)
    except OSError as error:
        raise Problem(f"port {port} cannot be served", str(error), "choose another port, or 0") from error
    with server:
        click.echo(f"serving {server.url}")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


@adapter.command("guide")
@format_option("markdown")
def show_guide() -> None:
    """Print how to write an adapter: the calls, their fields, what the verdicts mean."""
    click.echo(guide(ADAPTERS), nl=False)


@adapter.command()
@format_option("json")
def schema() -> None:
    """Print the JSON Schema of every request and reply, for adapters in other languages."""
    click.echo(msgspec.json.format(msgspec.json.encode(wire.json_schema()), indent=1).decode())
