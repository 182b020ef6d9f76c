"""Both definitions of the RPO, side by side: the service's figure (evidence A) and ours (SP-RPO-1).

Rule: neither is computed from the other. The service shows the age of the newest recovery point; ours is the age of
what the selection *latest* would produce, which an export shows only where nothing waits to be processed.
"""

from attrs import frozen

from siteproof.conformance.audit.check import AuditScene, span
from siteproof.conformance.audit.checks.recovery import rpo_ms, threshold_ms
from siteproof.conformance.exports.machines import is_protected, state_of_machine
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import PENDING


@frozen
class RpoLine:
    """One machine: the service's figure, the newest point's age now, the limit and its name, what waits (MB)."""

    machine: Thing
    shown_ms: int | None
    now_ms: int | None
    limit_ms: int
    limit: str
    at_source_mb: float | None
    in_log_mb: float | None

    @property
    def worst_ms(self) -> int:
        """The larger of both figures, for a picture; 0 when neither was exported."""
        return max(self.shown_ms or 0, self.now_ms or 0)

    @property
    def ours(self) -> str:
        """What the export says of our definition."""
        if self.now_ms is None and self.shown_ms is None:
            return "not exported"
        if self.in_log_mb is None:
            return "at most the newest point's age"
        if self.in_log_mb == 0:
            return "the newest point's age: nothing waits in the log"
        return f"less than the newest point's age: {self.in_log_mb:g} MB wait in the log"


def rpo_lines(scene: AuditScene) -> tuple[RpoLine, ...]:
    """Every machine that replicates forward, the largest RPO first."""
    found = [_line(each, scene) for each in scene.vault.machines if is_protected(state_of_machine(each, scene.vault))]
    return tuple(sorted(found, key=lambda each: (-each.worst_ms, each.machine.name.casefold())))


def said(ms: int | None) -> str:
    """A figure for a table."""
    return "—" if ms is None else f"{ms // 1000} s" if ms < 600_000 else span(ms)


def _line(machine: Thing, scene: AuditScene) -> RpoLine:
    newest = scene.age_ms(machine.when("lastRecoveryPointReceived"))
    limit, name = threshold_ms(machine, scene)
    at_source, in_log = (_sum(machine, field) for field in PENDING)
    return RpoLine(machine, rpo_ms(machine), newest, limit, name, at_source, in_log)


def _sum(machine: Thing, field: str) -> float | None:
    found = [each.number(field) for each in machine.parts("protectedDisks")]
    known = [each for each in found if each is not None]
    return sum(known) if known else None
