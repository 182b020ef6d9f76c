"""`siteproof explore --web` and `--export`: the model as a page, served on loopback or kept as one file.

Rule: a page that nobody serves finds every state by itself, so it is only written where it can: the bound is printed.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from attrs import frozen

from siteproof.cli.files import read_bytes, write_text
from siteproof.cli.signs_of_life import beating
from siteproof.cli.stopping import until_signal
from siteproof.explorer.page import explorer_page
from siteproof.explorer.server import BODY_BYTES_MAX, Desk, ExplorerServer, tables
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.search import Limits, Search
from siteproof.model.language.spec import Spec, System
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import SPECS

EXPORT_STATES_MAX = 200_000
HINT = "name a failure, a finding, a history, exports of a machine, or a trace in ITF"


@frozen
class PageAsked:
    """What is shown beside the specification: files to step through, and a query to which the page leads at once."""

    traces: tuple[Path, ...]
    query: str | None
    title: str


def serve(spec: Spec, system: System, port: int, asked: PageAsked) -> ExitCode:
    """Serve the page until a signal comes."""
    fragment = _fragment(system, asked.query)
    desk = Desk({**SPECS, spec.name: spec}, spec.name, system.bounds, record_of(asked.traces))
    server = ExplorerServer(desk, port)
    try:
        with until_signal() as stop:
            click.echo(f"{asked.title}\nexplorer: {server.url}{fragment}  (Ctrl-C ends it)")
            stop.wait()
    finally:
        server.close()
    return ExitCode.OK


def _fragment(system: System, query: str | None) -> str:
    """What makes the page ask by itself; Problem when the query is none."""
    if query is None:
        return ""
    goal(system, query)
    return f"#query={quote(query)}"


def export(spec: Spec, system: System, target: Path, asked: PageAsked) -> ExitCode:
    """Write the page as one file; Problem when the specification has more states than a page can search."""
    fragment, states = _fragment(system, asked.query), _counted(system)
    data: dict[str, Any] = {"walk": tables(spec, system)}
    if (record := record_of(asked.traces)) is not None:
        data["record"] = record
    page = explorer_page(data, live=False)
    write_text(str(target), page)
    size = (len(page.encode()) + 1023) // 1024
    click.echo(
        f"{asked.title}\nwritten: {target}{fragment} ({size:,} KiB; {states:,} states, at most {EXPORT_STATES_MAX:,})"
    )
    return ExitCode.OK


def _counted(system: System) -> int:
    search = Search(system, Limits(EXPORT_STATES_MAX))
    try:
        with beating(lambda seconds: f"{len(search.states):,} states after {seconds:.0f} s"):
            return len(search.run().states)
    except Problem as problem:
        if problem.code is not ExitCode.CANNOT_JUDGE:
            raise
        cause = f"a page searches at most {EXPORT_STATES_MAX:,} by itself"
        hint = "choose smaller bounds, or serve the page with --web"
        raise Problem(f"{system.name} has too many states for a page", cause, hint) from None


def record_of(files: tuple[Path, ...]) -> Mapping[str, Any] | None:
    """What is to be stepped through: a trace in ITF as it is, everything else as tracks; None without files."""
    if not files:
        return None
    read = [(path.name, read_bytes(path, BODY_BYTES_MAX, HINT)) for path in files]
    if len(read) == 1 and (trace := _itf(read[0][1])) is not None:
        return {"itf": trace, "name": read[0][0]}
    from siteproof.explorer.recording import recorded  # noqa: PLC0415  (the judge's words are loaded for records only)

    with beating(lambda seconds: f"following {len(read)} files on the model for {seconds:.0f} s"):
        return recorded(read)


def _itf(data: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    is_trace = isinstance(found, dict) and isinstance(found.get("states"), list) and "kind" not in found
    return found if is_trace else None
