"""`siteproof run`: the main job. A real disk image through its whole life, then the whole suite, on one subject.

Rule: it judges the embedded reference by the same means and under the same name as any other subject.
"""

import sys
from pathlib import Path

import click

from siteproof.cli.conform import PROFILES
from siteproof.cli.files import make_folder
from siteproof.cli.options import duration, format_option, mebibytes, today, whole, workers_option
from siteproof.cli.progress import screen
from siteproof.cli.scratch import scratch
from siteproof.conformance import failures, render, results, runner
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.case import all_cases
from siteproof.conformance.choice import cases_at
from siteproof.conformance.drill.case import drill_case
from siteproof.conformance.drill.journey import POLICY
from siteproof.conformance.drill.measures import MIB, Measures
from siteproof.conformance.render.page_data import tiles_of
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.advice.policy.simulation import options as spoken
from siteproof.model.advice.policy.simulation import simulate
from siteproof.model.advice.policy.timeline import pictures

DAYS_DRAWN = 3
DISKS_AT_ONCE = 8  # the image, its replica and log, and what the judge fetches, measured with some to spare
EMBEDDED = "siteproof.reference.subject:make_subject"
NEXT = (
    ("judge your own product", "siteproof conform --cmd './my-adapter'   (siteproof adapter guide)"),
    ("check a retention policy", "siteproof policy check --retention 24h --app-every 4h"),
    ("see every wrong appliance caught", "siteproof zoo"),
)


@click.command()
@click.option("--python", default=EMBEDDED, metavar="PKG:FACTORY", help="Another subject than the embedded reference.")
@click.option(
    "--size",
    "size_mib",
    type=mebibytes(16, 4096),
    default=256,
    show_default=True,
    help="Of the image, in MiB (64 or 64M) or GiB (1G).",
)
@click.option("--seed", type=whole(0, 2**63 - 1), default=0, show_default=True, help="Seed of every choice.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out"), show_default=True, help="Folder.")
@click.option("--timeout", type=duration, default="300s", show_default=True, help="Bound of one case.")
@click.option("--site", default="", metavar="NAME", help="Where this is, for the report's readers.")
@workers_option
@format_option("text", "ndjson")
def run(
    python: str,
    size_mib: int,
    seed: int,
    out: Path,
    timeout: float,
    site: str,
    workers: int | None,
    form: str,
) -> int:
    """Protect a real image, cut the link, resync, drill, fail over, fail back; judge all of it."""
    target = SubjectAddress(TargetKind.PYTHON, python)
    options = {"target": python, "size": f"{size_mib}MiB", "profile": "core", "depth": Depth.QUICK.value}
    measures = Measures()
    path = make_folder(out) / results.FILE_NAME
    failures.forget(out / failures.FOLDER)
    with scratch(size_mib * MIB * DISKS_AT_ONCE) as folder:
        drill = drill_case(folder, size_mib * MIB, measures, _tell)
        cases = (drill, *cases_at(Depth.QUICK, all_cases()))
        with screen(form, len(cases), seed, options, terminal=sys.stdout.isatty()) as shown:
            report = runner.judge(
                Request(
                    target.factory(),
                    cases,
                    profile=PROFILES["core"],
                    seed=seed,
                    keeping=Keeping(path, out / failures.FOLDER, target, today(), site),
                    timeout_seconds=timeout,
                    options=options,
                    depth=Depth.QUICK,
                    workers=workers,
                ),
                shown.result,
            )
            for row in measures.rows:
                results.measure(path, row.name, row.value, row.unit, row.note)
            _draw_policy(path)
            _show(measures)
            shown.end(report, render.render(path, out, junit=True))
    click.echo(in_short(path), err=form == "ndjson")
    for purpose, command in NEXT:
        click.echo(f"next: {purpose:<34} {command}", err=form == "ndjson")
    return int(report.exit_code)


def _draw_policy(path: Path) -> None:
    """Record what the drill's policy keeps, and the longest wait that it has to survive, as pictures of the report."""
    request = PolicyRequest(POLICY)
    for name, svg in pictures(request, simulate(request, DAYS_DRAWN)):
        results.picture(path, f"{name}: {spoken(request)}", svg)


def in_short(path: Path) -> str:
    """The figures of the drill that a reader asks for first, as the report's tiles say them."""
    tiles = tiles_of(results.read(path).measures)
    return "drill: " + (" · ".join(f"{tile.label} {tile.value}" for tile in tiles) or "nothing was measured")


def _tell(stage: str) -> None:
    click.echo(f"  · {stage}", err=True)


def _show(measures: Measures) -> None:
    click.echo("measured:", err=True)
    for row in measures.rows:
        click.echo(f"  {row}", err=True)
