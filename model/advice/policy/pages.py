"""Verdicts on policies and simulated days as report pages: findings, calendars and timelines, as tables and pictures.

It says what the text report says and computes nothing of its own.
"""

from collections.abc import Iterable, Iterator, Sequence

from siteproof.model.advice.policy.edit import reasons
from siteproof.model.advice.policy.narrate import moment, tell
from siteproof.model.advice.policy.picture import draw_verdict, tightest_run
from siteproof.model.advice.policy.report import conclusion, facts_of, margin
from siteproof.model.advice.policy.request import PolicyRequest
from siteproof.model.advice.policy.simulation import age_of, options, taken_at
from siteproof.model.advice.policy.timeline import draw_timeline
from siteproof.model.advice.policy.verdict import PolicyFinding, PolicyOutcome, PolicyVerdict
from siteproof.model.drawing.page import Badge, Cell, Figure, Fold, Page, Part, Section, Table, Tone
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.theorems.calendar import Calendar
from siteproof.model.theorems.keep import KeepDecision
from siteproof.model.theorems.past import RetentionRun

Facts = Sequence[tuple[str, str]]
TONES = {PolicyOutcome.PASS: Tone.GOOD, PolicyOutcome.REFUTED: Tone.BAD, PolicyOutcome.NOT_APPLICABLE: Tone.PLAIN}


def check_page(verdict: PolicyVerdict, past: RetentionRun | None, days: int, facts: Facts) -> Page:
    """The verdict with its calendars, and what the policy keeps after so many simulated days (None: nothing)."""
    tone = Tone.GOOD if verdict.advised else Tone.ODD if verdict.conforms else Tone.BAD
    sections = (
        Section("Verdict", [_findings(verdict), *_said(verdict)]),
        *(() if past is None else (Section("Calendar", list(_calendars(verdict))), _kept(verdict.request, past, days))),
    )
    return Page(conclusion(verdict), tone, options(verdict.request), facts, sections)


def simulation_page(request: PolicyRequest, past: RetentionRun, days: int, facts: Facts) -> Page:
    """What is kept after so many simulated days, and why."""
    word = f"{len(past.kept)} points kept of {len(past.counts)} taken"
    return Page(word, Tone.PLAIN, options(request), facts, [_kept(request, past, days)])


def _findings(verdict: PolicyVerdict) -> Table:
    return Table(
        ("outcome", "requirement", "theorem", "what is said", "under"),
        [_finding(each, verdict.request) for each in verdict.findings],
        narrow=3,
    )


def _finding(finding: PolicyFinding, request: PolicyRequest) -> list[Cell]:
    sentence = f"{finding.sentence} (advisory)" if finding.advisory else finding.sentence
    advised = finding.advisory and finding.outcome is PolicyOutcome.REFUTED
    badge = Badge(str(finding.outcome), Tone.ODD if advised else TONES[finding.outcome])
    under = facts_of(request, finding.kind) if finding.timed else ""
    return [badge, finding.id, finding.theorem, sentence, under]


def _said(verdict: PolicyVerdict) -> Iterator[str]:
    yield from (f"note: {remark}" for remark in verdict.remarks)
    if not verdict.request.breaches:
        yield margin(verdict)
    yield from (f"hint: {hint}" for hint in verdict.hints)


def _calendars(verdict: PolicyVerdict) -> Iterator[Part]:
    """Every run that refutes, once; without one the longest wait that the policy survives."""
    found = dict.fromkeys(each.calendar for each in verdict.findings if each.calendar is not None)
    for each in found:
        yield from _calendar(each, verdict.request)
    if not found and verdict.request.timing.interval_minutes:
        yield "Nothing refutes the policy. This is the longest wait that it has to survive."
        yield from _calendar(tightest_run(verdict.request), verdict.request)


def _calendar(shown: Calendar, request: PolicyRequest) -> Iterator[Part]:
    kind = "application-consistent" if shown.consistency is Consistency.APP else "crash-consistent"
    yield Figure(f"When {kind} points are taken, usable and pruned", draw_verdict(shown, request))
    lines = [(moment(line.at_minutes), line.text, line.usable) for line in tell(shown)]
    yield Table(("when", "what happens", "usable"), lines)


def _kept(request: PolicyRequest, past: RetentionRun, days: int) -> Section:
    after = f"after {days} undisturbed days"
    dropped = (KeepDecision(each.point, False, each.reason) for each in past.drops)
    counts = [*_counts("kept", past.kept), *_counts("deleted", dropped)]
    rows = [
        (taken_at(each.point), str(each.point.consistency), age_of(each.point, past), str(each.reason))
        for each in reversed(past.kept)
    ]
    points = Table(("taken", "kind", "age", "why it stays"), rows, narrow=3)
    parts: list[Part] = [
        Figure(f"The points that exist {after}, by age", draw_timeline(request, past)),
        Table(("points", "", "reason"), counts, narrow=2),
    ]
    if rows:
        parts.append(Fold(f"all {len(rows)} points that are kept {after}", [points]))
    return Section("What is kept", parts)


def _counts(what: str, choices: Iterable[KeepDecision]) -> Iterator[tuple[str, str, str]]:
    return ((str(count), what, reason) for reason, count in reasons(choices).items())
