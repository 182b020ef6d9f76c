"""What an export is about: machines, policies, plans, points, jobs, events, fabrics, health; and their fields by name.

Rule: a field is looked up whatever its case and wherever the tool put it (`properties`, …Details); what
is absent, null or empty reads as None, and nobody below makes anything of None.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

LAST_MS = 253_402_300_799_000  # the end of the year 9999, beyond which no calendar of ours goes
DIGITS_MAX = 20
NUMBER_MAX = 1e18  # beyond which no figure of a service goes; a NaN is not below it
NEVER_BEFORE = 1900  # the service writes "never" as a day of 1753 or 1601
_MS = re.compile(r"/Date\((-?\d+)")
INNER_OBJECTS = (
    "properties",
    "providerspecificdetails",
    "providerspecificinput",
    "replicationprovidersettings",
    "customdetails",
)


class ThingKind(StrEnum):
    """What an object is."""

    MACHINE = "machine"
    POLICY = "policy"
    PLAN = "plan"
    POINT = "recovery point"
    JOB = "job"
    EVENT = "event"
    FABRIC = "fabric"
    HEALTH = "vault health"
    UNKNOWN = "unknown"


_TYPES = {
    "replicationprotecteditems": ThingKind.MACHINE,
    "replicationpolicies": ThingKind.POLICY,
    "replicationrecoveryplans": ThingKind.PLAN,
    "recoverypoints": ThingKind.POINT,
    "replicationjobs": ThingKind.JOB,
    "replicationevents": ThingKind.EVENT,
    "replicationfabrics": ThingKind.FABRIC,
    "replicationvaulthealth": ThingKind.HEALTH,
}
_SIGNS = (  # of an object without a type: the first that it has
    ("protectionstate", ThingKind.MACHINE),
    ("recoverypointtime", ThingKind.POINT),
    ("scenarioname", ThingKind.JOB),
    ("jobtype", ThingKind.JOB),
    ("timeofoccurrence", ThingKind.EVENT),
    ("groups", ThingKind.PLAN),
    ("recoverypointhistoryinminutes", ThingKind.POLICY),
    ("recoverypointhistory", ThingKind.POLICY),
    ("crashconsistentfrequencyinminutes", ThingKind.POLICY),
    ("recoverypointhistorydurationinhours", ThingKind.POLICY),
    ("processservers", ThingKind.FABRIC),
    ("vaulterrors", ThingKind.HEALTH),
)
Values = Mapping[str, Any]
small = functools.lru_cache(maxsize=1 << 14)(str.casefold)
"""A field's name in small letters; the same few hundred names come again and again."""


class Flat(dict[str, Any]):
    """Fields under their names in small letters: what was flattened once is not flattened again."""


@frozen
class Thing:
    """One object: what it is, its id (in small letters, as the service compares them), its name, where it stands."""

    kind: ThingKind
    id: str
    name: str
    place: str
    values: Values = field(eq=False, repr=False)

    def text(self, name: str) -> str | None:
        """A field as text; numbers and booleans are written out."""
        return text_of(self.values.get(small(name)))

    def number(self, name: str) -> float | None:
        """A field as a number, also when a tool wrote it as text."""
        return number_of(self.values.get(small(name)))

    def flag(self, name: str) -> bool | None:
        """A field as a boolean, also when a tool wrote it as text."""
        return flag_of(self.values.get(small(name)))

    def when(self, name: str) -> int | None:
        """A field as milliseconds since 1970, UTC; the service's "never" is 0."""
        return when_of(self.values.get(small(name)))

    def has(self, name: str) -> bool:
        """Whether the export has the field at all, also when it is null or empty."""
        return small(name) in self.values

    def parts(self, name: str) -> tuple["Thing", ...]:
        """The objects of a list field; none when it is absent or no list."""
        found = self.values.get(small(name))
        if not found:
            return ()
        listed = found if isinstance(found, list) else [found]
        objects = [each for each in listed if isinstance(each, dict)]
        return tuple(part(each, f"{self.place}.{name}[{number}]") for number, each in enumerate(objects))

    def words(self, name: str) -> tuple[str, ...] | None:
        """The texts of a list field; None when it is absent."""
        found = self.values.get(small(name))
        if isinstance(found, str):
            return tuple(word.strip() for word in found.split(",") if word.strip())
        return tuple(str(each) for each in found if each is not None) if isinstance(found, list) else None


def thing(value: object, place: str) -> Thing:
    """What an object of an export is."""
    return thing_of(flat(value) if isinstance(value, dict) else Flat(), place)


def thing_of(values: Flat, place: str) -> Thing:
    """What an object is whose fields are flattened already."""
    identity = text_of(values.get("id")) or text_of(values.get("name")) or place
    name = text_of(values.get("friendlyname")) or text_of(values.get("name")) or identity.rsplit("/", 1)[-1]
    return Thing(kind_of(values), identity.casefold(), name, place, values)


def part(value: Mapping[str, Any], place: str) -> Thing:
    """An object inside of another one."""
    values = flat(value)
    name = text_of(values.get("friendlyname")) or text_of(values.get("name")) or ""
    return Thing(ThingKind.UNKNOWN, (text_of(values.get("id")) or "").casefold(), name, place, values)


def text_of(value: object) -> str | None:
    """Text that is not empty, or None."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return None


def number_of(value: object) -> float | None:
    """A number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) <= NUMBER_MAX else None


def flag_of(value: object) -> bool | None:
    """A boolean, or None."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().casefold()) if isinstance(value, str) else None


def when_of(value: object) -> int | None:
    """Milliseconds since 1970 of `2023-08-26T04:15:46.72Z`, of PowerShell's /Date(…)/ and of times without a zone."""
    if not isinstance(value, str) or not value.strip():
        return None
    told = _MS.search(value) if "(" in value else None
    if told:
        return min(max(0, int(told[1][:DIGITS_MAX])), LAST_MS)
    try:
        moment = datetime.fromisoformat(value.strip())  # the service writes up to seven digits after the second
    except ValueError:
        return None
    if moment.year < NEVER_BEFORE:
        return 0
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def flat(value: Mapping[str, Any]) -> Flat:
    """Every field under its name in small letters; what stands outside wins over what stands further in."""
    if isinstance(value, Flat):
        return value
    own = Flat({small(key): each for key, each in value.items()})
    for name in INNER_OBJECTS:
        within = own.get(name)
        if isinstance(within, dict):
            own = Flat({**flat(within), **own})
    return own


def kind_of(values: Values) -> ThingKind:
    """What an object is by its type, or by the first sign of one that it has."""
    last = (text_of(values.get("type")) or "").rsplit("/", 1)[-1].casefold()
    if last in _TYPES:
        return _TYPES[last]
    return next((kind for sign, kind in _SIGNS if sign in values), ThingKind.UNKNOWN)


def of_kind(things: Iterable[Thing], kind: ThingKind) -> tuple[Thing, ...]:
    """The things of one kind."""
    return tuple(each for each in things if each.kind is kind)
