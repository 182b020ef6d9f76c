"""`siteproof coverage`: how much of the model's lifecycle recorded histories have visited, and what they contradict.

Rule: several files are added up. Exit code 1 when a step is recorded that the model does not allow, otherwise 0;
what is missing is no violation.
"""

import json
from collections.abc import Iterator

import click

from siteproof import __version__
from siteproof.cli.files import read_bytes
from siteproof.cli.guides import HISTORIES, guide_option
from siteproof.cli.options import PROVIDER, format_option, whole
from siteproof.cli.signs_of_life import beating
from siteproof.conformance.coverage import record
from siteproof.conformance.coverage.coverage import Aspect, Coverage, Missing
from siteproof.conformance.logs import reading
from siteproof.conformance.logs.meant import others_for
from siteproof.conformance.render.text import printable
from siteproof.model.nouns.problem import ExitCode

FILE_BYTES_MAX = 256 * 1024 * 1024
HINT = "name a history, a results.ndjson, or a kept failure or walk; siteproof coverage --guide describes them"
ALL = 1_000_000


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--missing", is_flag=True, help="List what was not visited, with the shortest way there.")
@click.option("--limit", type=whole(1, ALL), default=20, show_default=True, help="Of each list.")
@click.option("--provider", type=PROVIDER, help="Whose table holds.")
@format_option("text", "json")
@guide_option(HISTORIES)
def coverage(files: tuple[str, ...], missing: bool, limit: int, provider: str | None, form: str) -> int:
    """Say which states, rules, commands, transitions and requirements the recorded FILEs have visited.

    Exit code 1 when a recorded step is one that the model does not allow.
    """
    records = reading.records([(file, read_bytes(file, FILE_BYTES_MAX, HINT)) for file in files], provider)
    with beating(lambda seconds: f"following {len(records)} histories on the model for {seconds:.0f} s"):
        found = record.follow(records)
        others = set.intersection(*(set(others_for(each)) for each in records)) if found.deviations else set()
    if form == "json":
        meant = {"explained_with": sorted(others)}
        click.echo(json.dumps({**_data(found, files), **meant}, indent=1, ensure_ascii=False))
    else:
        title = f"siteproof {__version__} · coverage · no seed (nothing is random) · {' '.join(files)}"
        for line in (title, *_lines(found, limit if missing else 0, limit)):
            click.echo(printable(line))
        for name in sorted(others):
            click.echo(f"hint: every recorded step is explained with --provider {name.value}")
    return ExitCode.VIOLATION if found.deviations else ExitCode.OK


def _lines(found: Coverage, missing_max: int, deviations_max: int) -> Iterator[str]:
    yield f"{found.events:,} states and commands followed"
    for aspect in found.aspects:
        share = f"{100 * aspect.visited / aspect.total:.0f} %" if aspect.total else ""
        yield f"  {aspect.name:<24} {aspect.visited:>5} of {aspect.total:<5} {share:>5}"
    for aspect in found.aspects if missing_max else ():
        yield from _missing(aspect, missing_max)
    for each in found.deviations[:deviations_max]:
        yield f"DEVIATION  {each.place}: {each.recorded}"
        yield f"           model: {each.model}"
    if len(found.deviations) > deviations_max:
        yield f"… {len(found.deviations) - deviations_max} more deviations: --limit {len(found.deviations)}"
    yield _summary(found)


def _missing(aspect: Aspect, limit: int) -> Iterator[str]:
    if aspect.missing:
        yield f"missing of {aspect.name}:"
    for each in aspect.missing[:limit]:
        yield f"  {each.what}"
        if each.way:
            yield f"      way: {' → '.join(each.way)}"
    if len(aspect.missing) > limit:
        yield f"  … {len(aspect.missing) - limit} more: --limit {len(aspect.missing)}"


def _summary(found: Coverage) -> str:
    number = len(found.deviations)
    if not number:
        return "EXPLAINED: the model allows every recorded step"
    return f"DEVIATES: {number} recorded step{'s are' if number > 1 else ' is'} not allowed by the model"


def _data(found: Coverage, files: tuple[str, ...]) -> dict[str, object]:
    return {
        "siteproof": __version__,
        "command": "coverage",
        "seed": None,
        "files": list(files),
        "events": found.events,
        "visited": {each.name: {"visited": each.visited, "total": each.total} for each in found.aspects},
        "missing": {each.name: [_way(missing) for missing in each.missing] for each in found.aspects},
        "deviations": [
            {"place": each.place, "recorded": each.recorded, "model": each.model} for each in found.deviations
        ],
    }


def _way(missing: Missing) -> dict[str, object]:
    return {"what": missing.what, "way": list(missing.way)}
