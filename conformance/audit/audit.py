"""A whole audit: every check over a vault, its findings in order, what a baseline knows already, and the verdict.

Rule: the verdict follows from what is new; what a baseline knows is shown and does not decide.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from attrs import frozen

from siteproof.conformance.audit.check import AuditCheck, AuditFinding, AuditLimits, AuditScene, Severity, findings
from siteproof.conformance.audit.checks import appliance, groups, lifecycle, plans, policies, recovery, replication
from siteproof.conformance.exports.vault import ExportedVault
from siteproof.model.nouns.problem import ExitCode, Problem

ROOMS = (lifecycle, recovery, replication, policies, groups, plans, appliance)
CHECKS: tuple[AuditCheck, ...] = tuple(
    each for room in ROOMS for each in vars(room).values() if isinstance(each, AuditCheck)
)
"""Every check, in the order in which they are written."""

_ORDER = {severity: number for number, severity in enumerate(Severity)}


@frozen
class Audit:
    """What was looked at, and what was found: the worst first, known ones after new ones."""

    scene: AuditScene
    new: tuple[AuditFinding, ...]
    known: tuple[AuditFinding, ...]
    gone: tuple[str, ...]  # marks of the baseline that are not found any more

    @property
    def judged(self) -> int:
        """How many objects there were that a check speaks of."""
        vault = self.scene.vault
        return vault.objects - len(vault.unknown)

    @property
    def verdict(self) -> str:
        """The verdict in a word."""
        if not self.judged:
            return "NOTHING TO AUDIT"
        return "FINDINGS" if self.decides else "CLEAN"

    @property
    def decides(self) -> bool:
        """Whether something new is worse than a note."""
        return any(each.severity is not Severity.NOTE for each in self.new)

    @property
    def exit_code(self) -> ExitCode:
        """0 nothing new but notes · 1 errors or warnings · 5 nothing was there to be audited."""
        if not self.judged:
            return ExitCode.NOTHING_RAN
        return ExitCode.VIOLATION if self.decides else ExitCode.OK

    @property
    def counts(self) -> Counter[Severity]:
        """New findings by severity."""
        return Counter(each.severity for each in self.new)


def audit(
    vault: ExportedVault,
    now_ms: int | None = None,
    limits: AuditLimits | None = None,
    older: ExportedVault | None = None,
    baseline: Collection[str] = (),
) -> Audit:
    """Run every check; `now_ms` is the newest timestamp of the export where it is not given."""
    then = older.newest_ms if older is not None else 0
    scene = AuditScene(vault, now_ms or vault.newest_ms, limits or AuditLimits(), older, then)
    if older is not None and then > scene.now_ms:
        cause = "its newest timestamp is later than that of the export that is audited"
        raise Problem("the export of --since is the newer one", cause, "swap them")
    found = sorted((f for each in CHECKS for f in findings(each, scene)), key=_rank)
    marks = {each.mark for each in found}
    new = tuple(each for each in found if each.mark not in baseline)
    known = tuple(each for each in found if each.mark in baseline)
    return Audit(scene, new, known, tuple(sorted(set(baseline) - marks)))


def _rank(each: AuditFinding) -> tuple[int, str, str, str]:
    return _ORDER[each.severity], each.check.id, each.name.casefold(), each.field


def first_to_do(found: Sequence[AuditFinding]) -> tuple[AuditFinding, ...]:
    """One finding of each check that found something, the worst first: what to do first."""
    return tuple({each.check.id: each for each in reversed(found)}.values())[::-1]
