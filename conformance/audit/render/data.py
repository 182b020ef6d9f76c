"""An audit as plain data for JSON, and back: a report is the baseline of the next audit."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec

from siteproof.conformance.audit.audit import CHECKS, Audit
from siteproof.conformance.audit.check import AuditFinding, Severity
from siteproof.conformance.audit.rpo import RpoLine, rpo_lines
from siteproof.model.nouns.problem import Problem

HINT = "a baseline is what siteproof audit --format json wrote before"


def as_data(audit: Audit) -> dict[str, Any]:
    """The audit; times in ISO 8601, figures in seconds."""
    vault, scene = audit.scene.vault, audit.scene
    return {
        "verdict": audit.verdict,
        "now": moment(scene.now_ms),
        "counts": {each.value: audit.counts[each] for each in Severity},
        "looked_at": {
            "machines": len(vault.machines),
            "policies": len(vault.policies),
            "plans": len(vault.plans),
            "recovery_points": sum(map(len, vault.points.values())),
            "jobs": len(vault.jobs),
            "events": len(vault.events),
            "fabrics": len(vault.fabrics),
            "unknown": len(vault.unknown),
        },
        "findings": [_finding(each) for each in audit.new],
        "known": [_finding(each) for each in audit.known],
        "gone": list(audit.gone),
        "rpo": [_rpo(each) for each in rpo_lines(scene)],
        "checks": [
            {"id": each.id, "severity": each.severity, "holds": each.holds, "requires": list(each.requires)}
            for each in CHECKS
        ],
    }


class _Marked(msgspec.Struct):
    mark: str


class _Baseline(msgspec.Struct):
    findings: list[_Marked]
    known: list[_Marked] = []


def baseline_of(data: bytes, name: str) -> Collection[str]:
    """The marks of a report; Problem when it is none."""
    try:
        read = msgspec.json.decode(data, type=_Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(f"{name} is no baseline", str(error), HINT) from None
    return frozenset(each.mark for each in (*read.findings, *read.known))


def moment(ms: int) -> str:
    """Milliseconds since 1970 as ISO 8601 to the second."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if ms else "unknown"


def _finding(each: AuditFinding) -> dict[str, Any]:
    return {
        "check": each.check.id,
        "severity": each.severity,
        "kind": each.kind,
        "name": each.name,
        "id": each.identity,
        "place": each.place,
        "field": each.field,
        "sentence": each.sentence,
        "remedy": each.check.remedy,
        "requires": list(each.check.requires),
        "mark": each.mark,
    }


def _rpo(each: RpoLine) -> dict[str, Any]:
    return {
        "machine": each.machine.name,
        "service_seconds": _seconds(each.shown_ms),
        "newest_point_seconds": _seconds(each.now_ms),
        "ours": each.ours,
        "limit_seconds": _seconds(each.limit_ms),
        "limit": each.limit,
    }


def _seconds(ms: int | None) -> int | None:
    return None if ms is None else ms // 1000
