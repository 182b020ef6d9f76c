"""A verdict as lines for a terminal and as plain data for JSON; both say the same.

D and m stand beside every finding (SP-POL-10).
"""

from typing import Any

from siteproof.model.advice.policy.duration import speak
from siteproof.model.advice.policy.narrate import TimelineEntry, moment, tell
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.advice.policy.verdict import PolicyFinding, PolicyVerdict
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.theorems.calendar import Calendar

TEXT_WIDTH = 36  # of the middle column of a calendar


def as_lines(verdict: PolicyVerdict) -> list[str]:
    """The findings, each refutation with its calendar (a calendar is printed once), then margin and hints."""
    lines: list[str] = []
    told: set[Calendar] = set()
    for finding in verdict.findings:
        lines.append(_headline(finding, verdict.request))
        if finding.calendar is not None and finding.calendar not in told:
            told.add(finding.calendar)
            lines += calendar_lines(finding.calendar)
    lines += [f"note: {remark}" for remark in verdict.remarks]
    survived = [] if verdict.request.breaches else [margin(verdict)]
    return [*lines, *survived, *(f"hint: {hint}" for hint in verdict.hints), conclusion(verdict)]


def calendar_lines(calendar: Calendar) -> list[str]:
    """The calendar's lines, indented, with aligned columns."""
    told = tell(calendar)
    width = max((len(moment(line.at_minutes)) for line in told), default=0)
    return [_row(line, width) for line in told]


def as_data(verdict: PolicyVerdict) -> dict[str, Any]:
    """The verdict as plain data; times in minutes, with the dated text beside them."""
    return {
        "name": verdict.request.name,
        "conforms": verdict.conforms,
        "advised": verdict.advised,
        "parameters": parameters(verdict.request),
        "findings": [_finding(each) for each in verdict.findings],
        "margin_misses": verdict.margin,
        "hints": list(verdict.hints),
        "remarks": list(verdict.remarks),
    }


def parameters(request: PolicyRequest) -> dict[str, Any]:
    """R, F, D, m and the rule, in minutes."""
    return {
        "retention_minutes": request.timing.retention_minutes,
        "app_consistent_minutes": request.timing.interval_minutes,
        "latency_minutes": request.timing.latency_minutes,
        "tolerated_misses": request.timing.misses,
        "rpo_threshold_minutes": request.policy.rpo_threshold_minutes,
        "crash_consistent_minutes": request.policy.crash_consistent_minutes,
        "thinning": str(request.thinning),
        "claims_seed": request.profile.claims_seed,
    }


def _headline(finding: PolicyFinding, request: PolicyRequest) -> str:
    word = finding.outcome.upper()
    label = f"ADVISORY {word}" if finding.advisory else word
    theorem = f", theorem {finding.theorem}" if finding.theorem else ""
    facts = f"   ({facts_of(request, finding.kind)}{theorem})" if finding.timed else ""
    return f"{label}  {finding.id}  {finding.sentence}{facts}"


def facts_of(request: PolicyRequest, kind: Consistency) -> str:
    """F, R, D and m beside what depends on them (SP-POL-10)."""
    timing, crash = request.timing, kind is Consistency.CRASH
    every = request.policy.crash_consistent_minutes if crash else timing.interval_minutes
    misses = 0 if crash else timing.misses
    interval = speak(every) if every else "off"
    return (
        f"interval {interval}, retention {speak(timing.retention_minutes)}, "
        f"usable after {speak(timing.latency_minutes)}, {misses} {'miss' if misses == 1 else 'misses'}"
    )


def _row(line: TimelineEntry, width: int) -> str:
    return f"  {moment(line.at_minutes):<{width}}  {line.text:<{TEXT_WIDTH}} {line.usable}".rstrip()


def margin(verdict: PolicyVerdict) -> str:
    """How many missed snapshots in a row are survived, in a sentence."""
    if verdict.margin is None:
        return "margin: no app-consistent points are asked for, so none can be missing"
    if verdict.margin < 0:
        return "margin: none, a gap opens without any missed snapshot"
    if verdict.margin == 0:
        return "margin: safe as long as no snapshot is missed (theorem POL-T4)"
    snapshots = "1 missed snapshot" if verdict.margin == 1 else f"{verdict.margin} missed snapshots in a row"
    return f"margin: safe with up to {snapshots} (theorem POL-T4)"


def conclusion(verdict: PolicyVerdict) -> str:
    """The verdict in a word."""
    if not verdict.conforms:
        return "NOT CONFORMANT"
    return "CONFORMANT" if verdict.advised else "CONFORMANT, but an advisory is refuted"


def _finding(finding: PolicyFinding) -> dict[str, Any]:
    calendar = None if finding.calendar is None else _calendar(finding.calendar)
    return {
        "id": finding.id,
        "sentence": finding.sentence,
        "outcome": str(finding.outcome),
        "advisory": finding.advisory,
        "theorem": finding.theorem or None,
        "calendar": calendar,
    }


def _calendar(calendar: Calendar) -> dict[str, Any]:
    return {
        "points": [
            {
                "name": life.name,
                "taken_minutes": life.taken_minutes,
                "usable_minutes": life.usable_minutes,
                "ended_minutes": life.ended_minutes,
                "reason": life.reason,
                "in_favour_of": life.favours or None,
            }
            for life in calendar.lives
        ],
        "missed_minutes": list(calendar.missed_minutes),
        "gaps": [{"start_minutes": gap.start_minutes, "end_minutes": gap.end_minutes} for gap in calendar.gaps],
        "lines": [" ".join(filter(None, (moment(line.at_minutes), line.text, line.usable))) for line in tell(calendar)],
    }
