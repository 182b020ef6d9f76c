"""An OpenTelemetry export (OTLP as JSON) as a history: a span that is named like a command is one.

Rule: attributes say whom (`machine`, `dr.machine`, `service.instance.id`) and with which error it was refused
(`refused`, `error.type`); a span named `state` carries the regions, with or without `dr.` before them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from siteproof.conformance.coverage.events import REGIONS, Do, Event, ShownState
from siteproof.conformance.exports.documents import unreadable
from siteproof.conformance.exports.words import verb_of
from siteproof.conformance.logs.service import LogMoment

MACHINE = ("machine", "dr.machine", "service.instance.id")
REFUSED = ("refused", "dr.refused", "error.type")


def is_telemetry(document: object) -> bool:
    """Whether it is an export of spans."""
    return isinstance(document, dict) and "resourceSpans" in document


def moments(document: Mapping[str, Any], place: str) -> Iterator[LogMoment]:
    """Every span that says something, in the order of the file."""
    for name, number, span, about in _spans(document):
        event = _event(str(span.get("name", "")), about, f"{place} {name}[{number}]")
        if event is not None:
            yield LogMoment(_ms(span.get("startTimeUnixNano")), f"{place} span {number}", event)


def _spans(document: Mapping[str, Any]) -> Iterator[tuple[str, int, Mapping[str, Any], dict[str, Any]]]:
    number = 0
    for resource in _dicts(document.get("resourceSpans")):
        shared = _attributes(resource.get("resource"))
        for scope in _dicts(resource.get("scopeSpans")):
            for span in _dicts(scope.get("spans")):
                yield "span", number, span, {**shared, **_attributes(span)}
                number += 1


def _event(name: str, about: Mapping[str, Any], place: str) -> Event | None:
    machine = next((str(about[key]) for key in MACHINE if key in about), "")
    if name == "state":
        regions = {key: about.get(key, about.get(f"dr.{key}")) for key in REGIONS}
        try:
            return msgspec.convert({"kind": "state", "machine": machine, **regions}, ShownState)
        except msgspec.ValidationError as error:
            raise unreadable(place, str(error)) from None
    verb = verb_of(name)
    return None if verb is None else Do(verb, machine, next((str(about[key]) for key in REFUSED if key in about), ""))


def _attributes(holder: object) -> dict[str, Any]:
    """Attributes as name and value; a value has its type as its key."""
    listed = holder.get("attributes") if isinstance(holder, dict) else None
    return {str(each.get("key")): _value(each.get("value")) for each in _dicts(listed)}


def _value(value: object) -> Any:
    return next(iter(value.values()), None) if isinstance(value, dict) else value


def _dicts(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _ms(nanoseconds: object) -> int:
    text = str(nanoseconds)
    return int(text) // 1_000_000 if text.isdecimal() else 0
