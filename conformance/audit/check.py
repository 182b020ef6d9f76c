"""What a check is and what it finds.

Rule: id, severity, sentence, remedy and requirements are said once, at the check; a finding adds whom, where and what.
"""

import hashlib
from collections.abc import Callable, Iterator
from enum import StrEnum

from attrs import frozen

from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import ExportedVault

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Severity(StrEnum):
    """How bad a finding is; a note decides nothing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class AuditLimits:
    """What is asked of the vault beside its own policies; times in days, hours and minutes (P)."""

    drill_days: int = 180
    cleanup_hours: int = 24
    commit_hours: int = 24
    reprotect_days: int = 7
    heartbeat_minutes: int = 15
    figure_minutes: int = 60
    still_minutes: int = 30


@frozen
class AuditScene:
    """What a check looks at: the vault, the time of its export, limits, and an older export of it, if there is one."""

    vault: ExportedVault
    now_ms: int
    limits: AuditLimits = AuditLimits()
    older: ExportedVault | None = None
    older_ms: int = 0

    def age_ms(self, at_ms: int | None) -> int | None:
        """How long ago a moment was; None for an absent one and for the service's "never"."""
        return self.now_ms - at_ms if at_ms else None


@frozen
class Observed:
    """What a check saw: at whom, in which field, in a sentence; a severity of its own where the check's is too much."""

    of: Thing
    field: str
    sentence: str
    severity: Severity | None = None


Looks = Callable[[AuditScene], Iterator[Observed]]


@frozen
class AuditCheck:
    """One check: what holds when it is silent, what to do when it is not, and which requirements it serves."""

    id: str
    severity: Severity
    holds: str
    remedy: str
    requires: tuple[str, ...]
    looks: Looks


@frozen
class AuditFinding:
    """One thing that is wrong; its mark is the same in every export in which it is wrong."""

    check: AuditCheck
    severity: Severity
    kind: str
    name: str
    identity: str
    place: str
    field: str
    sentence: str

    @property
    def mark(self) -> str:
        """What a baseline remembers: check, object and field, never the figures."""
        return hashlib.sha256(f"{self.check.id}\n{self.identity}\n{self.field}".encode()).hexdigest()[:16]


def check(name: str, severity: Severity, *requires: str, remedy: str) -> Callable[[Looks], AuditCheck]:
    """Declare a check; the sentence that holds when it is silent is the function's docstring."""

    def declared(looks: Looks) -> AuditCheck:
        return AuditCheck(name, severity, (looks.__doc__ or "").strip().splitlines()[0], remedy, requires, looks)

    return declared


def findings(each: AuditCheck, scene: AuditScene) -> Iterator[AuditFinding]:
    """What a check finds."""
    for wrong in each.looks(scene):
        of, severity = wrong.of, wrong.severity or each.severity
        yield AuditFinding(each, severity, of.kind.value, of.name, of.id, of.place, wrong.field, wrong.sentence)


def span(ms: float) -> str:
    """A span of time as people say it: the two largest units."""
    minutes = int(ms // MINUTE_MS)
    days, hours, left = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    return (f"{hours} h {left} min" if left else f"{hours} h") if hours else f"{left} min"
