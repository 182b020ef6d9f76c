"""results.ndjson: the append-only record of runs, the single source of every report.

Rule: a line is written whole and flushed before the next case starts, so a crash loses at most the line it cut short,
and a line is never changed afterwards. A file may hold several runs; readers speak of the last one.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from attrs import frozen
from msgspec import Struct

from siteproof.conformance.verdict import CaseResult, Report
from siteproof.conformance.worlds.meetings import Met
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Description

FILE_NAME = "results.ndjson"
FILE_BYTES_MAX = 1024 * 1024 * 1024


class RunLine(Struct, frozen=True, tag="run", tag_field="kind"):
    """The head of a run: everything that determines it. No description: the subject could not be asked.

    `date` and `site` say for readers when and where it was; they are given, never asked of a clock, and decide nothing.
    """

    version: str
    spec_digest: str
    seed: int
    profile: Profile
    description: Description | None = None
    choice: str = ""
    options: dict[str, str] = {}
    date: str = ""
    site: str = ""


class CaseLine(Struct, frozen=True, tag="case", tag_field="kind"):
    """One judged case."""

    result: CaseResult


class MeasureLine(Struct, frozen=True, tag="measure", tag_field="kind"):
    """One measured figure: `RPO`, 2000, `ms`, and how it was measured."""

    name: str
    value: float
    unit: str
    note: str = ""


class PictureLine(Struct, frozen=True, tag="picture", tag_field="kind"):
    """One picture as SVG text, made by this program."""

    title: str
    svg: str


class WorldsLine(Struct, frozen=True, tag="worlds", tag_field="kind"):
    """Which values of its worlds met each other in this run."""

    met: Met


class EndLine(Struct, frozen=True, tag="end", tag_field="kind"):
    """The end of a run; `stopped` says why it ended before its last case."""

    exit_code: int
    headline: str
    stopped: str = ""


Line = RunLine | CaseLine | MeasureLine | PictureLine | WorldsLine | EndLine


@frozen
class RecordedRun:
    """The last run of a file; `report` is None when its subject could not even be described."""

    head: RunLine
    report: Report | None
    measures: tuple[MeasureLine, ...] = ()
    pictures: tuple[PictureLine, ...] = ()
    end: EndLine | None = None


def append(path: Path, line: Line) -> None:
    """Add one line at the end of the file, and have it on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = encode(line).encode() + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, b"\n" * _is_cut_short(descriptor) + encoded)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def encode(line: Line) -> str:
    """The line as JSON, without its newline."""
    return msgspec.json.encode(line).decode()


def measure(path: Path, name: str, value: float, unit: str, note: str = "") -> None:
    """Record one figure of the present run."""
    append(path, MeasureLine(name, value, unit, note))


def picture(path: Path, title: str, svg: str) -> None:
    """Record one picture of the present run."""
    append(path, PictureLine(title, svg))


def read(path: Path) -> RecordedRun:
    """The last run of the file; Problem when there is none or when a line other than a torn one is not ours."""
    return _recorded(last_run(path))


def last_run(path: Path) -> list[Line]:
    """The lines of the last run of the file, its head first; Problem as in `read`."""
    lines = [line for _, line in numbered(_bytes(path), str(path))]
    starts = [number for number, line in enumerate(lines) if isinstance(line, RunLine)]
    if not starts:
        raise _unreadable(str(path), "no run has been recorded in it")
    return lines[starts[-1] :]


def _recorded(lines: list[Line]) -> RecordedRun:
    head = lines[0]
    assert isinstance(head, RunLine)
    ends = [line for line in lines if isinstance(line, EndLine)]
    end = ends[-1] if ends else None
    stopped = end.stopped if end else "the run was cut short before its end"
    results = tuple(line.result for line in lines if isinstance(line, CaseLine))
    met = next((line.met for line in lines if isinstance(line, WorldsLine)), None)
    return RecordedRun(
        head=head,
        report=_report(head, results, stopped, met),
        measures=tuple(line for line in lines if isinstance(line, MeasureLine)),
        pictures=tuple(line for line in lines if isinstance(line, PictureLine)),
        end=end,
    )


def _report(head: RunLine, results: tuple[CaseResult, ...], stopped: str, met: Met | None) -> Report | None:
    if head.description is None:
        return None
    return Report(
        description=head.description,
        profile=head.profile,
        seed=head.seed,
        version=head.version,
        spec_digest=head.spec_digest,
        results=results,
        choice=head.choice,
        options=head.options,
        stopped=stopped,
        met=met,
    )


def head_of(report: Report) -> RunLine:
    """The head line that belongs to a report."""
    options: Mapping[str, Any] = report.options
    return RunLine(
        version=report.version,
        spec_digest=report.spec_digest,
        seed=report.seed,
        profile=report.profile,
        description=report.description,
        choice=report.choice,
        options={name: str(value) for name, value in options.items()},
    )


def numbered(data: bytes, name: str) -> Iterator[tuple[int, Line]]:
    """Every line with its number; Problem (it calls the file `name`) when one that is not torn is not ours."""
    for number, text in enumerate(data.split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            yield number, msgspec.json.decode(text, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            if not _is_torn(text, error):
                raise _unreadable(name, f"line {number}: {error}") from error


def _is_torn(text: bytes, error: Exception) -> bool:
    """A line that was cut short by a crash is not JSON; one that is JSON but not ours is somebody else's."""
    start = b'{"kind":'
    return not isinstance(error, msgspec.ValidationError) and start.startswith(text[: len(start)])


def _bytes(path: Path) -> bytes:
    """A regular file of a bounded size; a device or a pipe has no end that could be trusted."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(str(path), "it is not a regular file")
        if found.st_size > FILE_BYTES_MAX:
            raise _unreadable(str(path), f"it is larger than {FILE_BYTES_MAX} bytes")
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(str(path), error.strerror or str(error)) from error


def _is_cut_short(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


def _unreadable(name: str, cause: str) -> Problem:
    return Problem(f"{name} is not a record of runs", cause, "siteproof conform writes one; name that file")
