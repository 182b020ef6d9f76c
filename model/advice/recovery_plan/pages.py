"""The verdict on a plan as a report page: findings, and for every situation its picture, its chain and its failures.

It says what the text report says and computes nothing of its own.
"""

from collections.abc import Sequence

from siteproof.model.advice.recovery_plan.checks import Failures, PlanVerdict, prompts
from siteproof.model.advice.recovery_plan.findings import PlanFinding, PlanOutcome
from siteproof.model.advice.recovery_plan.picture import draw
from siteproof.model.advice.recovery_plan.plan import SITUATIONS
from siteproof.model.advice.recovery_plan.report import (
    FAILURE_HEAD,
    PROMPTS,
    chain_rows,
    conclusion,
    failure_rows,
    options,
    times_of,
)
from siteproof.model.drawing.page import Badge, Cell, Figure, Fold, Page, Part, Section, Table, Tone

ROWS_SHOWN = 16  # of a table; longer ones are folded
CHAIN_HEAD = ("starts at", "critical path at worst", "takes up to")
TONES = {
    PlanOutcome.PASS: Tone.GOOD,
    PlanOutcome.REFUTED: Tone.BAD,
    PlanOutcome.NOTE: Tone.ODD,
    PlanOutcome.NOT_APPLICABLE: Tone.PLAIN,
}


def plan_page(verdict: PlanVerdict, facts: Sequence[tuple[str, str]]) -> Page:
    """The whole verdict; of a plan that cannot run only one picture, with what stops it below."""
    rows = [_finding(each) for each in verdict.findings]
    findings = Section("Verdict", [Table(("outcome", "requirement", "what is said", "details"), rows, narrow=2)])
    runs = [_situation(verdict, each) for each in verdict.situations]
    stopped = Section("The plan", [Figure(f"{SITUATIONS[0]} failover", draw(verdict))])
    tone = Tone.GOOD if verdict.sound else Tone.BAD
    return Page(conclusion(verdict), tone, options(verdict.plan), facts, [findings, *(runs or [stopped])])


def _finding(finding: PlanFinding) -> list[Cell]:
    badge = Badge(str(finding.outcome), TONES[finding.outcome])
    return [badge, finding.id, finding.sentence, " · ".join(finding.details)]


def _situation(verdict: PlanVerdict, each: Failures) -> Section:
    run = each.run
    title = f"{run.situation} failover"
    parts: list[Part] = [
        times_of(run),
        Figure(f"The plan when it runs as {title}", draw(verdict, run.situation)),
        _folded(
            "critical path at worst", Table(("starts at", "critical path at worst", "takes up to"), chain_rows(run))
        ),
    ]
    failures = failure_rows(each)
    table = Table(FAILURE_HEAD, failures, narrow=0)
    parts.append(_folded("outcomes of a single failure", table) if failures else "nothing in it can fail")
    return Section(title[0].upper() + title[1:], [*parts, *([PROMPTS] if prompts(verdict.plan) else [])])


def _folded(what: str, table: Table) -> Part:
    """A long table is only shown when it is asked for."""
    return Fold(f"{what}: {len(table.rows)} rows", [table]) if len(table.rows) > ROWS_SHOWN else table
