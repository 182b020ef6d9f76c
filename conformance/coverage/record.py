"""Reading records: the lines of a history, a run's results, a kept failure or walk, each as events with their places.

Rule: what a file is follows from the `kind` of its first document; whatever is not of a known form is a Problem that
names file and line, and nothing of it is followed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from attrs import frozen

from siteproof.conformance import results
from siteproof.conformance.coverage.coverage import Coverage, coverage
from siteproof.conformance.coverage.events import FORMAT_VERSION, Begin, Do, Event, Head, Judged, ShownState
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, lifecycle_map
from siteproof.conformance.coverage.spoken import in_our_words
from siteproof.conformance.coverage.trail import Trail
from siteproof.conformance.verdict import CaseResult
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE, Profile

HINT = "siteproof coverage --guide describes the format; siteproof run, conform and fuzz write such files"
Placed = tuple[str, Event]


@frozen
class RecordedHistory:
    """The events of one file, each with where it stands, and the profile under which the table is read."""

    name: str
    events: tuple[Placed, ...]
    profile: Profile = CORE


def is_history(data: bytes) -> bool:
    """Whether the file is one of ours: its first document has a `kind`."""
    try:
        _, document = _first(data, "")
    except Problem:
        return False
    return isinstance(document, dict) and "kind" in document


def read(data: bytes, name: str) -> RecordedHistory:
    """The record in a file's bytes; `name` is what the user called the file."""
    number, document = _first(data, name)
    kind = str(document.get("kind", "")) if isinstance(document, dict) else ""
    if kind not in READERS:
        cause = f"its kind {kind!r} is none of {', '.join(READERS)}" if kind else f"line {number} has no `kind`"
        raise _unreadable(name, cause)
    record = READERS[kind](data, name)
    if not any(isinstance(event, ShownState | Do) for _, event in record.events):
        raise _unreadable(name, "no state and no command was recorded in it")
    return record


def _first(data: bytes, name: str) -> tuple[int, Any]:
    """The first line's document, or the whole file's when its first line is none by itself."""
    lines = ((number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip())
    number, line = next(lines, (1, b""))
    try:
        return number, msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return number, _decoded(data, name, number)


def _decoded(data: bytes, name: str, number: int) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(name, f"line {number} is not JSON: {error}") from error


def _history(data: bytes, name: str) -> RecordedHistory:
    """One event a line behind a head."""
    lines = ((number, line) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip())
    first, line = next(lines)
    head = _head(line, name, first)
    return RecordedHistory(name, tuple(_lines(lines, name)), head.profile)


def _lines(lines: Iterable[tuple[int, bytes]], name: str) -> Iterator[Placed]:
    for number, line in lines:
        try:
            yield f"{name}:{number}", _EVENT.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield f"{name}:{number}", _typed(line, Event, name, number)


_EVENT = msgspec.json.Decoder(Event)


def _head(line: bytes, name: str, number: int) -> Head:
    head = _typed(line, Head, name, number)
    assert isinstance(head, Head)
    if head.version != FORMAT_VERSION:
        raise _unreadable(name, f"it is of version {head.version}, this siteproof reads version {FORMAT_VERSION}")
    return head


def _typed(line: bytes, kind: Any, name: str, number: int) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.ValidationError as error:
        return _translated(line, kind, f"line {number}: {error}", name)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(name, f"line {number}: {error}") from error


def _translated(line: bytes, kind: Any, cause: str, name: str) -> Any:
    """The line with the service's words in ours; what is not understood then is told as it stands."""
    try:
        return msgspec.convert(in_our_words(msgspec.json.decode(line)), kind, str_keys=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _unreadable(name, cause) from None


def _results(data: bytes, name: str) -> RecordedHistory:
    """The cases of the last run, each a history of its own."""
    cases: list[tuple[int, CaseResult]] = []
    profile = CORE
    for number, line in results.numbered(data, name):
        if isinstance(line, results.RunLine):
            cases, profile = [], line.profile
        elif isinstance(line, results.CaseLine):
            cases.append((number, line.result))
    events = tuple(placed for number, case in cases for placed in _of_case(case, f"{name}:{number}"))
    return RecordedHistory(name, events, profile)


def _of_case(case: CaseResult, place: str) -> Iterator[Placed]:
    yield place, Begin(case.case_id)
    yield from ((f"{place} case {case.case_id} event {number}", event) for number, event in enumerate(case.history, 1))
    for requirement in case.speaks_of:
        yield place, Judged(requirement, case.verdict_of(requirement).value)


def _kept(data: bytes, name: str) -> RecordedHistory:
    """A failure or a walk that was kept for replay."""
    document = _decoded(data, name, 1)
    try:
        events = msgspec.convert(document.get("history", []), tuple[Event, ...])
    except msgspec.ValidationError as error:
        raise _unreadable(name, str(error)) from error
    placed = tuple((f"{name} event {number}", event) for number, event in enumerate(events, 1))
    return RecordedHistory(name, placed, _profile(document.get("profile"), name))


def _profile(profile: object, name: str) -> Profile:
    try:
        return msgspec.convert(profile, Profile) if isinstance(profile, Mapping) else CORE
    except msgspec.ValidationError as error:
        raise _unreadable(name, str(error)) from error


READERS: Mapping[str, Callable[[bytes, str], RecordedHistory]] = {
    "history": _history,
    "run": _results,
    "case": _kept,
    "walk": _kept,
}


def _unreadable(name: str, cause: str) -> Problem:
    return Problem(f"{name} is not a recorded history", cause, HINT)


def follow(records: Sequence[RecordedHistory]) -> Coverage:
    """What several records have visited together; Problem when they were recorded under different profiles."""
    trail = Trail(one_map(records))
    for record in records:
        trail.follow([(record.name, Begin()), *record.events])
    return coverage(trail)


def one_map(records: Sequence[RecordedHistory]) -> LifecycleMap:
    """The map that all the records are read on; Problem when they need different ones."""
    maps = {id(found): found for found in (lifecycle_map(record.profile) for record in records)}
    if len(maps) != 1:
        told = ", ".join(f"{record.name}: {_told(record.profile)}" for record in records)
        raise Problem("these records cannot be added up", f"their tables differ ({told})", "ask for each by itself")
    return next(iter(maps.values()))


def _told(profile: Profile) -> str:
    first = ", reprotect requires the commit" if profile.reprotect_requires_commit else ""
    return f"{profile.provider.value}{first}"


def of_cases(cases: Iterable[CaseResult], profile: Profile) -> Coverage:
    """What the cases of a run have visited."""
    events = tuple(placed for case in cases for placed in _of_case(case, "results"))
    return follow([RecordedHistory("results", events, profile)])
