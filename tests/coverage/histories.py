"""Histories for tests: a log written by hand, and walks of the model turned into logs."""

from collections.abc import Iterable

from siteproof.conformance.coverage.events import FORMAT_VERSION, Begin, Do, Event, Head, line, state_of
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap
from siteproof.model.engines.explore.graph import Edge
from siteproof.model.nouns.vocabulary import Verb

BY_HAND = b"""\
{"kind": "history", "version": 1, "writer": "by hand"}
{"kind": "state", "protection": "unprotected", "direction": "forward", "active": "primary"}
{"kind": "do", "verb": "commit", "refused": "OperationNotAllowed"}
{"kind": "do", "verb": "enable"}
{"kind": "state", "protection": "protected", "test_failover": "none", "resync": "none"}
{"kind": "do", "verb": "fail_over"}
{"kind": "state", "protection": "failed_over"}
"""
FORGED = BY_HAND + b'{"kind": "do", "verb": "fail_back"}\n'


def walked(where: LifecycleMap, paths: Iterable[Iterable[Edge]]) -> list[tuple[str, Event]]:
    """Walks of the model's graph as somebody would have logged them: each command, and each state after each step."""
    events: list[Event] = []
    for path in paths:
        events += [Begin(), state_of("vm1", where.states[0])]
        for edge in path:
            events += _commands(edge)
            events.append(state_of("vm1", where.states[edge.target]))
    return [(f"event {number}", event) for number, event in enumerate(events)]


def _commands(edge: Edge) -> list[Event]:
    name = edge.name.split("(", 1)[0]
    return [Do(Verb(name.removesuffix("_starts")), "vm1")] if name.endswith("_starts") else []


def as_file(events: Iterable[tuple[str, Event]]) -> bytes:
    """The events as a file that `siteproof coverage` reads."""
    return "".join([line(Head(FORMAT_VERSION)), *(line(event) for _, event in events)]).encode()
