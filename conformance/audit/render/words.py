"""An audit as lines for a terminal."""

from collections.abc import Iterator

from siteproof.conformance.audit.audit import Audit, first_to_do
from siteproof.conformance.audit.check import AuditFinding, Severity
from siteproof.conformance.audit.rpo import rpo_lines, said
from siteproof.conformance.render.text import printable

FEW = 12  # machines whose RPO is shown in full


def lines(audit: Audit, limit: int) -> Iterator[str]:
    """What was looked at, what was found, the RPO by both definitions, what to do first, the verdict."""
    return map(printable, _lines(audit, limit))


def counted(audit: Audit) -> str:
    """What was looked at, on a line."""
    vault = audit.scene.vault
    kinds = (
        ("machine", len(vault.machines)),
        ("policy", len(vault.policies)),
        ("plan", len(vault.plans)),
        ("recovery point", sum(map(len, vault.points.values()))),
        ("job", len(vault.jobs)),
        ("event", len(vault.events)),
        ("fabric", len(vault.fabrics)),
    )
    told = [f"{number:,} {_many(name, number)}" for name, number in kinds if number]
    unknown = f"{len(vault.unknown)} of a kind that is not audited" if vault.unknown else ""
    return " · ".join([*told, unknown] if unknown else told) or "nothing"


def conclusion(audit: Audit) -> str:
    """The last line: the verdict with its figures."""
    counts = audit.counts
    told = [f"{counts[each]} {each.value}{'' if counts[each] == 1 else 's'}" for each in Severity if counts[each]]
    known = [f"{len(audit.known)} known from the baseline"] if audit.known else []
    gone = [f"{len(audit.gone)} of the baseline are gone"] if audit.gone else []
    return f"{audit.verdict}: {', '.join([*told, *known, *gone]) or 'nothing is wrong in what was exported'}"


def _lines(audit: Audit, limit: int) -> Iterator[str]:
    yield f"looked at: {counted(audit)}"
    yield from _figures(audit)
    shown = (*audit.new, *audit.known)
    for each in shown[:limit]:
        yield from _finding(each, known=each in audit.known)
    if len(shown) > limit:
        yield f"… {len(shown) - limit} more: --limit {len(shown)}"
    for number, each in enumerate(first_to_do(audit.new)[:3], 1):
        yield f"{'do first:' if number == 1 else '':<9} {number}. {each.name}: {each.check.remedy}"
    yield conclusion(audit)


def _figures(audit: Audit) -> Iterator[str]:
    rows = rpo_lines(audit.scene)
    if rows:
        yield "RPO: service's (age of the newest point) · newest point now · ours (SP-RPO-1: what latest would give)"
    for each in rows[:FEW]:
        figures = f"{said(each.shown_ms)} · {said(each.now_ms)} · {each.ours}"
        yield f"  {each.machine.name}: {figures} · limit {said(each.limit_ms)}"
    if len(rows) > FEW:
        yield f"  … {len(rows) - FEW} more machines with a smaller RPO"


def _finding(each: AuditFinding, *, known: bool) -> Iterator[str]:
    word = "KNOWN" if known else each.severity.value.upper()
    yield f"{word:<8} {each.check.id:<15} {each.sentence}"
    serves = f" · {', '.join(each.check.requires)}" if each.check.requires else ""
    yield f"         {each.place}: {each.field}{serves}"
    yield f"         {each.check.remedy}"


def _many(name: str, number: int) -> str:
    if number == 1:
        return name
    return f"{name.removesuffix('y')}ies" if name.endswith("y") else f"{name}s"
