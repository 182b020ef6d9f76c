"""Recovery points in an export, read in one go: there are hundreds of thousands of them.

Rule: only the two shapes in which tools write points are read here; whatever else is one falls back to the slow way.
"""

import re
from datetime import datetime

import msgspec
from attrs import frozen

from siteproof.conformance.exports.documents import Document
from siteproof.conformance.exports.things import when_of

_MACHINE_OF = re.compile(r"/replicationprotecteditems/([^/]+)", re.IGNORECASE)
_SIGN = b"ecoveryPointTime"


@frozen
class ExportedPoint:
    """A recovery point of a machine: when it was taken (ms since 1970) and whether it is application-consistent."""

    at_ms: int
    app: bool


class _Inner(msgspec.Struct):
    time: str | None = msgspec.field(default=None, name="recoveryPointTime")
    kind: str | None = msgspec.field(default=None, name="recoveryPointType")


class _Raw(msgspec.Struct):
    id: str | None = None
    properties: _Inner | None = None
    time: str | None = msgspec.field(default=None, name="recoveryPointTime")
    kind: str | None = msgspec.field(default=None, name="recoveryPointType")


_RAW = msgspec.json.Decoder(_Raw)


def point_in(document: Document) -> tuple[str, ExportedPoint] | None:
    """The key of the machine and its point; None when the object is none, or of another shape."""
    if _SIGN not in bytes(document.raw):
        return None
    try:
        raw = _RAW.decode(document.raw)
    except (msgspec.DecodeError, RecursionError):
        return None
    time = raw.time or (raw.properties.time if raw.properties else None)
    kind = raw.kind or (raw.properties.kind if raw.properties else None) or ""
    at = _when(time) if time else None
    return (machine_in(raw.id or ""), ExportedPoint(at, "app" in kind.casefold())) if at else None


def machine_in(identity: str) -> str:
    """The key of the machine that an id lies below, in small letters; empty when it lies below none."""
    found = _MACHINE_OF.search(identity)
    return found[1].casefold() if found else ""


def _when(text: str) -> int | None:
    """The usual form of a time at once, any other the slow way."""
    if len(text) > 20 and text[-1] == "Z" and text[19] == ".":
        try:
            return int(datetime.fromisoformat(f"{text[:26].rstrip('Z'):0<26}+00:00").timestamp() * 1000)
        except ValueError:
            pass
    return when_of(text)
