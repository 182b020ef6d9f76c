"""An audit as a page that an operator shows to an auditor: what to do first, machines and checks, the RPO as a picture.

Rule: the page loads nothing and runs nothing; every word of an export is escaped by the floors below.
"""

from collections.abc import Iterator, Sequence

from siteproof.conformance.audit.audit import CHECKS, Audit, first_to_do
from siteproof.conformance.audit.check import AuditCheck, AuditFinding, Severity
from siteproof.conformance.audit.render.data import moment
from siteproof.conformance.audit.render.picture import BARS_MAX, draw_rpo
from siteproof.conformance.audit.render.words import conclusion, counted
from siteproof.conformance.audit.rpo import rpo_lines, said
from siteproof.model.drawing.page import Badge, Cell, Figure, Fold, Page, Part, Section, Table, Tone

TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.ODD, Severity.NOTE: Tone.PLAIN}
MACHINES_MAX = 400  # rows of the matrix; more are counted
FINDINGS_MAX = 1000
OPEN = 40  # rows of a table that are shown at once
TITLES = {"FINDINGS": "Findings", "CLEAN": "Clean", "NOTHING TO AUDIT": "Nothing to audit"}


def audit_page(audit: Audit, facts: Sequence[tuple[str, str]], site: str) -> Page:
    """The whole audit; `site` is shown to the readers and decides nothing."""
    tone = Tone.BAD if audit.counts[Severity.ERROR] else Tone.ODD if audit.decides or not audit.judged else Tone.GOOD
    about = [("site", site)] if site else []
    at = [("exported", moment(audit.scene.now_ms)), ("looked at", counted(audit))]
    sections = (
        Section("What to do first", _first(audit)),
        Section("Recovery point objective", _rpo(audit)),
        Section("Machines and checks", _matrix(audit)),
        Section("Findings", _findings(audit)),
        Section("What was checked", [_checks()]),
    )
    return Page(TITLES[audit.verdict], tone, conclusion(audit), [*about, *at, *facts], sections)


def _first(audit: Audit) -> list[Part]:
    rows = [
        (str(number), Badge(each.severity.value, TONES[each.severity]), each.sentence, each.check.remedy)
        for number, each in enumerate(first_to_do(audit.new), 1)
        if each.severity is not Severity.NOTE
    ]
    return [Table(("", "", "what is wrong", "what to do"), rows, 2)] if rows else ["Nothing has to be done."]


def _rpo(audit: Audit) -> list[Part]:
    rows = rpo_lines(audit.scene)
    if not rows:
        return ["No machine that replicates forward was exported."]
    head = ("machine", "service's figure", "newest point now", "limit", "what the limit is", "ours (SP-RPO-1)")
    cells = [
        (each.machine.name, said(each.shown_ms), said(each.now_ms), said(each.limit_ms), each.limit, each.ours)
        for each in rows
    ]
    about = (
        "The service's RPO is the age of the newest recovery point when it was calculated (evidence A). Ours is "
        "the age of what the selection latest would produce: what arrived and waits to be processed makes it smaller."
    )
    more = f"; the {BARS_MAX} largest are drawn" if len(rows) > BARS_MAX else ""
    picture = Figure(f"RPO of {len(rows)} machines against their limits{more}", draw_rpo(rows))
    return [picture, about, *_folded(Table(head, cells, 4), f"all {len(rows)} figures")]


def _matrix(audit: Audit) -> list[Part]:
    machines = audit.scene.vault.machines
    found = {(each.identity, each.check.id): each for each in reversed((*audit.new, *audit.known))}
    columns = [each for each in CHECKS if any((machine.id, each.id) in found for machine in machines)]
    if not machines:
        return ["No machine was exported."]
    bad = {identity for identity, _ in found}
    ordered = sorted(machines, key=lambda each: (each.id not in bad, each.name.casefold()))
    rows = [
        (each.name, *(_cell(found.get((each.id, column.id))) for column in columns)) for each in ordered[:MACHINES_MAX]
    ]
    silent = [each.id for each in CHECKS if each.id not in {name for _, name in found}]
    parts: list[Part] = [f"Found nothing, at machines or elsewhere: {', '.join(silent)}."]
    if len(machines) > MACHINES_MAX:
        parts.append(f"{len(machines) - MACHINES_MAX} more machines are not shown.")
    head = ("machine", *(each.id.removeprefix("AUD-") for each in columns))
    return [*_folded(Table(head, rows), f"all {len(rows)} machines"), *parts]


def _cell(found: AuditFinding | None) -> Cell:
    return Badge("ok", Tone.GOOD) if found is None else Badge(found.severity.value, TONES[found.severity])


def _findings(audit: Audit) -> list[Part]:
    rows = [_row(each) for each in audit.new[:FINDINGS_MAX]]
    head = ("", "check", "what is wrong", "where", "serves")
    table = _folded(Table(head, rows, 2), f"all {len(rows)} findings")
    parts: list[Part] = [*table] if rows else ["Nothing was found."]
    if len(audit.new) > FINDINGS_MAX:
        parts.append(f"{len(audit.new) - FINDINGS_MAX} more findings stand in the JSON form.")
    if audit.known:
        parts.append(Fold(f"{len(audit.known)} known from the baseline", [Table(head, [*map(_row, audit.known)], 2)]))
    return parts


def _row(each: AuditFinding) -> tuple[Cell, ...]:
    badge = Badge(each.severity.value, TONES[each.severity])
    return badge, each.check.id, each.sentence, f"{each.place}: {each.field}", ", ".join(each.check.requires)


def _checks() -> Fold:
    head = ("check", "what holds when it is silent", "serves")
    return Fold(f"{len(CHECKS)} checks", [Table(head, [_about(each) for each in CHECKS])])


def _about(each: AuditCheck) -> tuple[str, str, str]:
    return each.id, each.holds, ", ".join(each.requires)


def _folded(table: Table, summary: str) -> Iterator[Part]:
    """The first rows, and the rest when it is asked for."""
    yield Table(table.head, table.rows[:OPEN], table.narrow)
    if len(table.rows) > OPEN:
        yield Fold(summary, [table])
