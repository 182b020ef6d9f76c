"""`siteproof zoo --generate N`: conditional mutants of the reference before the suite, and the kill rate that follows.

Rule: only the face prints. What is printed depends on version, seed, count and bounds, never on the clock or on how
many processes share the work.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click
import msgspec
from attrs import frozen

from siteproof import __version__
from siteproof.cli.files import write_text
from siteproof.conformance.runner import spec_digest
from siteproof.conformance.worlds.plan import Depth
from siteproof.fuzz.mutants.draw import draw, find
from siteproof.fuzz.mutants.measure import MeasuredMutant, Rate, rate, rates
from siteproof.fuzz.mutants.sitting import Bounds, Sitting, sit
from siteproof.fuzz.mutants.words import Mutant
from siteproof.model.nouns.problem import ExitCode

FACTORY = "siteproof.fuzz.mutants.subject"
LINE_SECONDS = 10.0
GROUPS: dict[str, Callable[[MeasuredMutant], str]] = {
    "trigger": lambda row: row.mutant.trigger.value,
    "harm": lambda row: row.mutant.harm.value,
    "room": lambda row: row.mutant.room,
}


@frozen
class MutantOptions:
    """What was asked for on the command line."""

    count: int
    ids: tuple[str, ...]
    seed: int
    drives: int
    depth: str
    plays: int | None
    workers: int
    form: str
    out: str

    @property
    def mutants(self) -> tuple[Mutant, ...]:
        """The mutants named one by one, or the first so many of the seed."""
        return tuple(map(find, self.ids)) or draw(self.seed, self.count)


def measure(asked: MutantOptions) -> int:
    """Drive and judge the mutants, print the table; exit 1 when one that differs survives."""
    mutants = asked.mutants
    title = f"siteproof {__version__} · mutants · seed {asked.seed} · spec {spec_digest()} · depth {asked.depth}"
    if asked.out:
        write_text(asked.out, "")
    if asked.form == "text":
        click.echo(title)
    sitting, rows = sit(mutants, Bounds(0, asked.drives, asked.workers, Depth(asked.depth), asked.plays), _progress())
    lines = [json.dumps(row_facts(row), sort_keys=True) for row in rows]
    if asked.out:
        write_text(asked.out, "\n".join([*lines, json.dumps(_summary(title, sitting, rows), sort_keys=True)]) + "\n")
    if asked.form == "json":
        click.echo("\n".join([*lines, json.dumps(_summary(title, sitting, rows), sort_keys=True)]))
    else:
        click.echo("\n".join(text(sitting, rows)))
    return ExitCode.VIOLATION if any(row.outcome == "survives" for row in rows) else ExitCode.OK


def row_facts(row: MeasuredMutant) -> dict[str, Any]:
    """One mutant as plain values: what it is, how it came out, and how to judge it alone."""
    facts: dict[str, Any] = msgspec.to_builtins(row.mutant)
    facts |= {"kind": "mutant", "says": str(row.mutant), "outcome": row.outcome}
    facts |= {"judged": msgspec.to_builtins(row.judged), "trace": list(row.trace), "shows": row.shows}
    facts |= {"site": _site(row)}
    facts |= {"drives": row.finding.drives, "steps": row.finding.steps, "python": f"{FACTORY}:{row.mutant.id}"}
    return facts


def _summary(title: str, sitting: Sitting, rows: tuple[MeasuredMutant, ...]) -> dict[str, Any]:
    groups = {name: {key: _numbers(each) for key, each in rates(rows, by).items()} for name, by in GROUPS.items()}
    facts = {"kind": "summary", "title": title, "outcomes": outcomes(rows), "rate": _numbers(rate(rows))}
    return facts | {"by": groups, "drives": len(sitting.drives), "steps": sitting.steps, "plays": len(sitting.plays)}


def _numbers(each: Rate) -> dict[str, Any]:
    low, high = each.interval
    return {"killed": each.killed, "all": each.all, "low": round(low, 4), "high": round(high, 4)}


def outcomes(rows: Iterable[MeasuredMutant]) -> dict[str, int]:
    """How many came out each way."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.outcome] = found.get(row.outcome, 0) + 1
    return dict(sorted(found.items()))


def text(sitting: Sitting, rows: tuple[MeasuredMutant, ...]) -> Iterator[str]:
    """The table: rates by trigger, harm and room, then every survivor with the shortest drive that shows it."""
    for name, by in GROUPS.items():
        yield f"by {name}"
        found = {key: each for key, each in rates(rows, by).items() if each.all}
        width = max(map(len, found), default=0)
        yield from (f"  {key:<{width}}  {each}" for key, each in found.items())
    for row in rows:
        if row.outcome == "survives":
            yield from _survivor(row)
    yield f"bounds: {len(sitting.drives)} drives, {sitting.steps} steps; {len(sitting.plays)} cases in worlds"
    yield " · ".join(f"{count} {name}" for name, count in outcomes(rows).items())
    yield f"killed {rate(rows)} at 95 %"


def _survivor(row: MeasuredMutant) -> Iterator[str]:
    holds = f"its trigger holds in {row.judged.held or 'no'} case{'' if row.judged.held == 1 else 's'}"
    verdict = f", worst verdict {row.judged.verdict}" if row.judged.verdict else ""
    yield f"SURVIVES {row.mutant.id}  {row.mutant} ({holds}{verdict})"
    yield f"  in {_site(row)}"
    yield from (f"  {number:>2}. {step}" for number, step in enumerate(row.trace, start=1))
    yield f"      {row.shows}"


def _site(row: MeasuredMutant) -> str:
    """The scenario of the drive that shows it."""
    if row.finding.drive is None:
        return "no scenario"
    scenario = row.finding.drive.scenario
    machines = (f"{each.name} ({', '.join(f'{disk.name} {disk.blocks}' for disk in each.disks)})"
                for each in scenario.machines)  # fmt: skip
    policy = scenario.policy
    points = f"retention {policy.retention_minutes} min, app {policy.app_consistent_minutes} min"
    return f"{', '.join(machines)}; {points}; from {scenario.start_ms} ms"


def _progress() -> Callable[[str, int, int], None]:
    """A line on standard error every few seconds."""
    began = last = time.monotonic()

    def tell(what: str, done: int, of: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= LINE_SECONDS:
            last = now
            click.echo(f"  {done} of {of} {what}, {now - began:.0f} s", err=True)

    return tell
