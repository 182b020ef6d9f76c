"""`siteproof trace check`: whether the model explains a log; if not, up to where, what contradicts it, what was legal.

Rule: it reads what `coverage` reads, and both are told the same by the trail.
"""

from collections.abc import Iterator
from typing import Any

import click

from siteproof.cli.files import read_bytes
from siteproof.cli.guides import HISTORIES, guide_option
from siteproof.cli.json_and_title import emit, identity, title
from siteproof.cli.options import PROVIDER, duration, format_option, whole
from siteproof.cli.signs_of_life import beating
from siteproof.conformance.coverage.coverage import Coverage
from siteproof.conformance.logs.follow import Contradiction, Followed, followed
from siteproof.conformance.logs.meant import others_that_explain
from siteproof.conformance.logs.reading import FieldLog, logs
from siteproof.conformance.render.text import printable
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.provider import ReplicationProvider

FILE_BYTES_MAX = 1 << 30
HINT = "name a history, or exports of jobs, events and machines; siteproof trace check --guide describes them"
Checked = tuple[FieldLog, Followed, tuple[ReplicationProvider, ...]]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="LOG...")
@click.option("--provider", type=PROVIDER, help="Whose table holds.")
@click.option("--skew", type=duration, help="How far clocks may differ, for example 5s; logs with times only.")
@click.option("--limit", type=whole(1, 1_000_000), default=20, show_default=True, help="Machines that are told.")
@format_option("text", "json")
@guide_option(HISTORIES)
def check(files: tuple[str, ...], provider: str | None, skew: float | None, limit: int, form: str) -> int:
    """Say whether the model explains the LOGs: EXPLAINED, or the longest explained prefix of each machine.

    Exports of the service (jobs, events, machines) and of OpenTelemetry are read together as one log, by time.
    Exit code 1 when a step contradicts the model.
    """
    data = [(file, read_bytes(file, FILE_BYTES_MAX, HINT)) for file in files]
    with beating(lambda seconds: f"following {len(data)} files on the model for {seconds:.0f} s"):
        checked = [_checked(log) for log in logs(data, provider, int((skew or 0) * 1000))]
    if form == "json":
        emit({**identity("trace check"), "files": list(files), "logs": [_data(*each) for each in checked]})
    else:
        click.echo(printable(title("trace check", " ".join(files))))
        for line in (line for each in checked for line in _lines(*each, limit)):
            click.echo(printable(line))
    return ExitCode.OK if all(found.explained for _, found, _ in checked) else ExitCode.VIOLATION


def _checked(log: FieldLog) -> Checked:
    found = followed(log.events, log.profile_of)
    return log, found, () if found.explained else others_that_explain(log)


def _lines(log: FieldLog, found: Followed, others: tuple[ReplicationProvider, ...], limit: int) -> Iterator[str]:
    names = ", ".join(dict.fromkeys(each.provider.value for each in log.profiles))
    yield f"{log.name}: {found.events:,} steps of {found.machines:,} machines · {names}"
    for each in found.contradictions[:limit]:
        yield from _contradiction(each)
    if len(found.contradictions) > limit:
        yield f"… {len(found.contradictions) - limit} more machines: --limit {len(found.contradictions)}"
    for name in others:
        yield f"hint: every step is explained with --provider {name.value}"
    yield from (line for coverage in found.coverages for line in _coverage(coverage))
    yield _verdict(found)


def _contradiction(each: Contradiction) -> Iterator[str]:
    name = each.machine or "the machine"
    yield f"CONTRADICTED  {name}: {each.explained} steps are explained, then {each.place}: {each.deviation.recorded}"
    yield f"              model: {each.deviation.model}"
    yield f"              legal there: {', '.join(sorted(verb.value for verb in each.allowed)) or 'no command'}"


def _coverage(coverage: Coverage) -> Iterator[str]:
    told = [f"{each.visited} of {each.total} {each.name}" for each in coverage.aspects[:5]]
    yield f"covered: {' · '.join(told)}"


def _verdict(found: Followed) -> str:
    if found.explained:
        return "EXPLAINED: the model allows every step"
    more = f", and {found.more} further steps" if found.more else ""
    return f"NOT EXPLAINED: {len(found.contradictions)} of {found.machines} machines contradict the model{more}"


def _data(log: FieldLog, found: Followed, others: tuple[ReplicationProvider, ...]) -> dict[str, Any]:
    return {
        "log": log.name,
        "providers": [each.provider for each in log.profiles],
        "explained": found.explained,
        "steps": found.events,
        "machines": found.machines,
        "contradictions": [_told(each) for each in found.contradictions],
        "further": found.more,
        "explained_with": [each.value for each in others],
        "covered": [{each.name: [each.visited, each.total] for each in one.aspects} for one in found.coverages],
    }


def _told(each: Contradiction) -> dict[str, Any]:
    return {
        "machine": each.machine,
        "explained": each.explained,
        "place": each.place,
        "recorded": each.deviation.recorded,
        "model": each.deviation.model,
        "legal": sorted(verb.value for verb in each.allowed),
    }
