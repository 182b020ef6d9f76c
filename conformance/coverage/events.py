"""What a recorded history consists of: states that were shown, commands that were asked, time that passed.

Rule: an event says what could be seen from outside, never what it means; the format is described in docs/histories.md,
and a change that old readers cannot read raises `FORMAT_VERSION`.
"""

from collections.abc import Mapping

import msgspec
from attrs import evolve
from msgspec import Struct

from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover, Verb
from siteproof.model.spec.providers.catalogue import profile_of

REGIONS: Mapping[str, type] = {
    "protection": Protection,
    "direction": Direction,
    "active": Site,
    "test_failover": TestFailover,
    "resync": Resync,
}
FORMAT_VERSION = 1
FILE_NAME = "history.ndjson"


class Head(Struct, frozen=True, tag="history", tag_field="kind", omit_defaults=True):
    """The first line of a file: which version of the format, who wrote it, and whose table holds."""

    version: int
    writer: str = ""
    reprotect_requires_commit: bool = False
    provider: ReplicationProvider = ReplicationProvider.VMWARE_MODERNIZED

    @property
    def profile(self) -> Profile:
        """The profile under which the table is read."""
        profile = profile_of(self.provider)
        return evolve(profile, reprotect_requires_commit=True) if self.reprotect_requires_commit else profile


class Begin(Struct, frozen=True, tag="begin", tag_field="kind", omit_defaults=True):
    """Another history begins: what was known of any machine is forgotten."""

    name: str = ""


class ShownState(Struct, frozen=True, tag="state", tag_field="kind", omit_defaults=True):
    """What a machine showed; a region that is None was not recorded and may have had any value."""

    machine: str = ""
    protection: Protection | None = None
    direction: Direction | None = None
    active: Site | None = None
    test_failover: TestFailover | None = None
    resync: Resync | None = None
    allowed: tuple[str, ...] | None = None  # the commands that it listed, if that was recorded


class Do(Struct, frozen=True, tag="do", tag_field="kind", omit_defaults=True):
    """A command and its answer: accepted when `refused` is empty, otherwise the name of the error that refused it."""

    verb: Verb
    machine: str = ""
    refused: str = ""


class Passes(Struct, frozen=True, tag="passes", tag_field="kind", omit_defaults=True):
    """Time passed, a job ended or something broke: what was shown last may not hold any more."""

    what: str = ""


class Judged(Struct, frozen=True, tag="judged", tag_field="kind", omit_defaults=True):
    """Somebody checked a requirement of the catalogue here, with this outcome."""

    requirement: str
    verdict: str = "pass"


Event = Begin | ShownState | Do | Passes | Judged


def state_of(machine: str, regions: Regions) -> ShownState:
    """The event of a machine that shows these regions."""
    return ShownState(
        machine, regions.protection, regions.direction, regions.active, regions.test_failover, regions.resync
    )


def is_of_the_contract(machine: object, regions: object) -> bool:
    """Whether this is a name, and each region has a value of its kind; a subject in Python may answer anything."""
    return isinstance(machine, str) and all(
        isinstance(getattr(regions, name, None), kind) for name, kind in REGIONS.items()
    )


def state_name(shown: ShownState | Regions) -> str:
    """One word: `forward/primary/protected`, with `+test:…` and `+resync:…` where they are not none; `?` is unknown."""
    words = (shown.direction, shown.active, shown.protection)
    test = "" if shown.test_failover in (None, TestFailover.NONE) else f"+test:{shown.test_failover}"
    resync = "" if shown.resync in (None, Resync.NONE) else f"+resync:{shown.resync}"
    return f"{'/'.join(word.value if word else '?' for word in words)}{test}{resync}"


def line(event: Head | Event) -> str:
    """The event as one line of a file, with its newline."""
    return msgspec.json.encode(event).decode() + "\n"
