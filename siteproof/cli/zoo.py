"""`siteproof zoo`: the suite against every wrong appliance and the honest one; a survivor means that the suite is weak.

Rule: the exhibits are known to the reference, the suite to the judge; only this face knows both. Nothing that is
printed depends on the clock or on how many processes share the work.
"""

import json
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any

import click
from attrs import asdict, frozen

from siteproof import __version__
from siteproof.cli.beat import beating
from siteproof.conformance.runner import judge, spec_digest
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.reference.zoo import ZOO

HONEST = "siteproof.reference.subject:make_subject"
CONTROL = "honest"
KILLING = (Verdict.FAIL, Verdict.DISHONEST)
NAMED_MAX = 3
JOBS_MAX = 8


@frozen
class Row:
    """One appliance in the kill table: which cases caught it, the shortest trace first, and in how many steps."""

    id: str
    title: str
    happened_in: str
    cases: int
    killed_by: tuple[str, ...]
    steps: int
    unjudged: str = ""

    @property
    def killed(self) -> bool:
        """Whether at least one case said that it is wrong."""
        return bool(self.killed_by)


@click.command()
@click.option("--only", multiple=True, metavar="B2", help="Only this wrong appliance; may be given again.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Seed of every choice.")
@click.option("--jobs", type=click.IntRange(1, JOBS_MAX), help="Processes that share the work (default: the cores).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def zoo(only: tuple[str, ...], seed: int, jobs: int | None, form: str) -> int:
    """Judge every wrong appliance, and the honest one as control; exit 1 when a wrong one survives."""
    ids = (CONTROL, *_chosen(only))
    title = f"siteproof {__version__} · zoo · seed {seed} · spec {spec_digest()} · {', '.join(ids[1:])}"
    if form == "text":
        click.echo(title)
    rows = tuple(_rows(ids, seed, jobs or min(len(ids), JOBS_MAX, os.cpu_count() or 1)))
    click.echo(_json(title, rows) if form == "json" else "\n".join(table(rows[1:])))
    if form == "text":
        click.echo(summary(rows))
    return _exit_code(rows)


def _chosen(only: tuple[str, ...]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(name.upper() for name in only))
    for name in wanted:
        if name not in ZOO:
            raise Problem(f"there is no exhibit {name!r}", "the zoo does not have it", f"exhibits: {', '.join(ZOO)}")
    return wanted or tuple(ZOO)


def _rows(ids: tuple[str, ...], seed: int, jobs: int) -> tuple[Row, ...]:
    """The rows in the order of the ids, whoever is judged first; with a sign of life meanwhile."""
    work = partial(judged, seed=seed)
    if jobs == 1:
        return _counted(map(work, ids), len(ids))
    with _pool(jobs) as pool:
        rows = pool.map(work, ids)  # the processes begin here, before there is a second thread that they would inherit
        return _counted(rows, len(ids))


def _counted(rows: Iterable[Row], count: int) -> tuple[Row, ...]:
    done: list[Row] = []
    with beating(lambda seconds: f"{len(done)} of {count} appliances judged in {seconds:.0f} s"):
        done.extend(rows)
    return tuple(done)


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with this one: an interrupt does not wait for the suites that still run."""
    pool = ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_DFL))
    try:
        yield pool
    except BaseException:
        for process in list(pool._processes.values()):  # noqa: SLF001  (the executor offers no way to end its work)
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def judged(exhibit_id: str, seed: int) -> Row:
    """The whole suite against one appliance; its store does not wait for the device, which no case can see."""
    factory = HONEST if exhibit_id == CONTROL else ZOO[exhibit_id].factory
    module, function = factory.split(":")
    report = judge(partial(getattr(import_module(module), function), durable=False), seed=seed)
    return row_of(exhibit_id, report)


def row_of(exhibit_id: str, report: Report) -> Row:
    """What a report says of an exhibit, or of the control."""
    kills = sorted(_kills(report.results), key=lambda result: (len(result.trace), result.case_id))
    exhibit = ZOO.get(exhibit_id)
    return Row(
        exhibit_id,
        exhibit.title if exhibit else "the reference as it is",
        exhibit.happened_in if exhibit else "",
        len(report.results),
        tuple(result.case_id for result in kills),
        len(kills[0].trace) if kills else 0,
        _unjudged(report),
    )


def _kills(results: Iterable[CaseResult]) -> Iterator[CaseResult]:
    return (result for result in results if result.verdict in KILLING)


def _unjudged(report: Report) -> str:
    """Why a run without a kill is no clean pass either; empty when it is one."""
    if report.stopped or report.exit_code in {ExitCode.OK, ExitCode.VIOLATION}:
        return report.stopped
    return ", ".join(each.case_id for each in report.results if each.verdict in {Verdict.ERROR, Verdict.INCONCLUSIVE})


def table(rows: Iterable[Row]) -> Iterator[str]:
    """The kill table as lines of text."""
    head = ("class", "wrong appliance", "killed by", "steps", "happened in")
    cells = [head] + [(row.id, row.title, _killers(row), str(row.steps or "-"), row.happened_in) for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    for line in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _killers(row: Row) -> str:
    if not row.killed:
        return "SURVIVES"
    more = len(row.killed_by) - NAMED_MAX
    return ", ".join(row.killed_by[:NAMED_MAX]) + (f" +{more}" if more > 0 else "")


def summary(rows: tuple[Row, ...]) -> str:
    """How many were killed, and what the control came to."""
    control, wrong = rows[0], rows[1:]
    killed = sum(row.killed for row in wrong)
    return f"{killed} of {len(wrong)} killed · {len(wrong) - killed} survivors · {_control(control)}"


def _control(row: Row) -> str:
    if row.killed:
        return f"the honest reference FAILS {_killers(row)}"
    return f"the honest reference is not judged: {row.unjudged}" if row.unjudged else "the honest reference passes"


def _json(title: str, rows: tuple[Row, ...]) -> str:
    control, wrong = rows[0], rows[1:]
    shown: dict[str, Any] = {"title": title, "exhibits": [asdict(row) | {"killed": row.killed} for row in wrong]}
    passes = not (control.killed or control.unjudged)
    return json.dumps(shown | {"honest": asdict(control) | {"passes": passes}, "summary": summary(rows)})


def _exit_code(rows: tuple[Row, ...]) -> int:
    control, wrong = rows[0], rows[1:]
    if control.killed or not all(row.killed for row in wrong):
        return ExitCode.VIOLATION
    return ExitCode.CANNOT_JUDGE if control.unjudged else ExitCode.OK
