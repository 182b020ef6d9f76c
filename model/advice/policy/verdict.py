"""The verdict on one policy: the seed's rules decide, stronger theorems advise (domain §1, Precedence).

Every refutation carries a calendar that the simulator, which knows no theorem, has confirmed.
"""

from collections.abc import Iterator
from enum import StrEnum

from attrs import evolve, frozen

from siteproof.model.advice.policy.duration import speak, spell
from siteproof.model.advice.policy.nearest import longest_interval, shortest_retention
from siteproof.model.advice.policy.request import PolicyRequest, ThinningRule
from siteproof.model.nouns.policy import DAY_MINUTES
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.theorems.calendar import Calendar
from siteproof.model.theorems.timing import Timing
from siteproof.model.theorems.witness import Witness, breaking_run

WAY_BACK = "the way back keeps no history: only its intervals are judged (SP-FB-18)"
HINTED_MISSES = 2  # hints speak of the misses asked for and of one more


class PolicyOutcome(StrEnum):
    """What is said of one requirement or theorem."""

    PASS = "pass"  # noqa: S105  (a verdict, no password)
    REFUTED = "refuted"
    NOT_APPLICABLE = "not applicable"


@frozen
class PolicyFinding:
    """One line of the verdict. Advisories never decide it; a calendar comes with what is refuted by a run.

    `timed` says that it depends on D and m, which are then printed beside it (SP-POL-10); `kind` on which points.
    """

    id: str
    sentence: str
    outcome: PolicyOutcome
    advisory: bool = False
    theorem: str = ""
    calendar: Calendar | None = None
    timed: bool = False
    kind: Consistency = Consistency.APP


@frozen
class PolicyVerdict:
    """All findings; `margin` is how many misses in a row are survived (-1: not even none; None: nothing to survive).

    `remarks` are facts that decide nothing and that nobody should find out only when a machine is lost.
    """

    request: PolicyRequest
    findings: tuple[PolicyFinding, ...]
    margin: int | None = None
    hints: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether no requirement is refuted, advisories aside."""
        return not any(each.outcome is PolicyOutcome.REFUTED and not each.advisory for each in self.findings)

    @property
    def advised(self) -> bool:
        """Whether no advisory is refuted either."""
        return not any(each.outcome is PolicyOutcome.REFUTED for each in self.findings)


def judge(request: PolicyRequest) -> PolicyVerdict:
    """Judge a policy; when a single value is outside of the seed's range, that alone is the verdict."""
    if request.breaches:
        return PolicyVerdict(
            request, _ranges(request), remarks=("nothing else is judged while a value is out of range",)
        )
    if request.way_back:
        return PolicyVerdict(request, _ranges(request), remarks=(WAY_BACK,))
    run = breaking_run(request.timing, request.rule) if request.policy.app_consistent_minutes else None
    crash_run = breaking_run(_crash_timing(request), request.rule)
    findings = (
        *_ranges(request),
        _restorable(request, crash_run),
        _seed_rule(request, run),
        _always_usable(request, run),
    )
    verdict = PolicyVerdict(request, findings, run.misses - 1 if run else None, remarks=_remarks(request))
    return verdict if verdict.advised else evolve(verdict, hints=_hints(verdict))


def confirmed_calendar(request: PolicyRequest, run: Witness, kind: Consistency = Consistency.APP) -> Calendar:
    """The simulator's calendar of the run; it must show the gap that z3 claims, to the minute."""
    shown = run.calendar(request.rule, request.timing.latency_minutes, kind)
    assert shown.gaps == (run.gap,), (shown.gaps, run.gap)
    return shown


def _ranges(request: PolicyRequest) -> tuple[PolicyFinding, ...]:
    seed = request.profile.claims_seed
    fixed = (
        "crash-consistent points come every 5 min" if seed else "crash-consistent interval, profile labelled non-seed"
    )
    return (
        _range(request, "SP-RET-2", f"the retention is at most {_longest(request)}"),
        _range(request, "SP-POL-4", "the app-consistent interval is off or 1 to 12 whole hours"),
        _range(request, "SP-PT-1", fixed, PolicyOutcome.PASS if seed else PolicyOutcome.NOT_APPLICABLE),
        *_threshold(request),
    )


def _threshold(request: PolicyRequest) -> Iterator[PolicyFinding]:
    """A threshold raises an event and changes nothing, so only one that is off is worth a line."""
    if any(each.requirement == "SP-RPO-3" for each in request.breaches):
        yield _range(request, "SP-RPO-3", "an event is raised when the RPO exceeds the threshold")


def _longest(request: PolicyRequest) -> str:
    days, rest = divmod(request.ranges.retention_minutes_max, DAY_MINUTES)
    return f"{days} days" if days > 1 and not rest else spell(request.ranges.retention_minutes_max)


def _range(
    request: PolicyRequest, requirement: str, sentence: str, kept: PolicyOutcome = PolicyOutcome.PASS
) -> PolicyFinding:
    wrong = [each.text for each in request.breaches if each.requirement == requirement]
    return PolicyFinding(
        requirement, f"{sentence}: {wrong[0]}" if wrong else sentence, PolicyOutcome.REFUTED if wrong else kept
    )


def _restorable(request: PolicyRequest, run: Witness) -> PolicyFinding:
    """Points that are pruned before they are usable break the promise of a retention; a gap between them is advised."""
    timing, kind = request.timing, Consistency.CRASH
    if not timing.retention_minutes:
        return PolicyFinding(
            "SP-RET-1", "retention 0 stores no point that could be restored", PolicyOutcome.NOT_APPLICABLE
        )
    shown = None if run.misses else confirmed_calendar(request, run, kind)
    if timing.latency_minutes >= timing.retention_minutes:
        used, gone = speak(timing.latency_minutes), speak(timing.retention_minutes)
        sentence = f"a point within the retention can be restored: none ever can, usable after {used}, pruned at {gone}"
        return PolicyFinding("SP-RET-1", sentence, PolicyOutcome.REFUTED, calendar=shown, timed=True, kind=kind)
    proof, refutation = _theorems(request)
    outcome, theorem = (PolicyOutcome.REFUTED, refutation) if shown else (PolicyOutcome.PASS, proof)
    sentence = "crash-consistent points alone leave no instant without a usable one"
    return PolicyFinding("SP-RET-15", sentence, outcome, True, theorem, shown, timed=True, kind=kind)


def _seed_rule(request: PolicyRequest, run: Witness | None) -> PolicyFinding:
    sentence = "the app-consistent interval must be less than the retention"
    if run is None:
        return PolicyFinding("SP-POL-5", sentence, PolicyOutcome.NOT_APPLICABLE)
    if request.timing.interval_minutes < request.timing.retention_minutes:
        return PolicyFinding("SP-POL-5", sentence, PolicyOutcome.PASS, timed=True)
    calendar = confirmed_calendar(request, run)
    return PolicyFinding("SP-POL-5", sentence, PolicyOutcome.REFUTED, False, "POL-T3", calendar, timed=True)


def _always_usable(request: PolicyRequest, run: Witness | None) -> PolicyFinding:
    """The stronger theorem: POL-T1 and T2 under plain age, POL-T26 and T27 under the published tiers."""
    requirement = "SP-POL-8" if request.thinning is ThinningRule.PLAIN else "SP-POL-11"
    proof, refutation = _theorems(request)
    sentence = "an app-consistent point is usable at every instant"
    if run is None:
        return PolicyFinding(requirement, sentence, PolicyOutcome.NOT_APPLICABLE, True, proof)
    if request.timing.misses < run.misses:
        return PolicyFinding(requirement, sentence, PolicyOutcome.PASS, True, proof, timed=True)
    calendar = confirmed_calendar(request, run)
    return PolicyFinding(requirement, sentence, PolicyOutcome.REFUTED, True, refutation, calendar, timed=True)


def _theorems(request: PolicyRequest) -> tuple[str, str]:
    """The theorem that proves the bound under the request's thinning, and the one that refutes beyond it."""
    if request.thinning is ThinningRule.OWN:
        return "", ""  # no theorem speaks of them: the run that breaks them is searched for these values
    return ("POL-T1", "POL-T2") if request.thinning is ThinningRule.PLAIN else ("POL-T26", "POL-T27")


def _remarks(request: PolicyRequest) -> tuple[str, ...]:
    if request.keep:
        told = ", ".join(map(str, request.keep))
        return (f"tiers of one's own ({told}): decided for these values, the bounds of the theorems are not theirs",)
    if request.timing.retention_minutes:
        return ()
    return ("retention 0 stores no recovery point: only the selection latest is possible (SP-RET-7)",)


def _crash_timing(request: PolicyRequest) -> Timing:
    """R and D for crash-consistent points, of which none is missed."""
    return evolve(request.timing, interval_minutes=request.policy.crash_consistent_minutes, misses=0)


def _hints(verdict: PolicyVerdict) -> tuple[str, ...]:
    request = verdict.request
    refuted = {each.kind for each in verdict.findings if each.outcome is PolicyOutcome.REFUTED}
    hints = [_crash_hint(request)] if Consistency.CRASH in refuted else []
    if Consistency.APP in refuted:
        hints += [_interval_hint(request), _retention_hint(request)]
    return tuple(filter(None, hints))


def _crash_hint(request: PolicyRequest) -> str:
    found = shortest_retention(_crash_timing(request), request.rule_of)
    if found is None:
        return "no retention up to 15 days is long enough for this latency"
    return f"--retention {spell(found)} keeps a crash-consistent point usable at every instant"


def _interval_hint(request: PolicyRequest) -> str:
    asked = request.timing.misses
    safe = [
        (spell(found), misses)
        for misses in range(asked, asked + HINTED_MISSES)
        if (found := longest_interval(evolve(request.timing, misses=misses), request.rule_of))
    ]
    if not safe:
        return f"no --app-every is safe with {_misses(asked)} at this retention (theorem POL-T4)"
    first, *more = safe
    rest = "".join(f", --app-every {every} with {misses}" for every, misses in more)
    return f"--app-every {first[0]} is safe with {_misses(first[1])}{rest} (theorem POL-T4)"


def _retention_hint(request: PolicyRequest) -> str:
    found = shortest_retention(request.timing, request.rule_of)
    every, misses = spell(request.timing.interval_minutes), _misses(request.timing.misses)
    return f"--retention {spell(found)} makes --app-every {every} safe with {misses}" if found else ""


def _misses(count: int) -> str:
    return f"{count} miss" if count == 1 else f"{count} misses"
