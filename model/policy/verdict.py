"""The verdict on one policy: the seed's rules decide, stronger theorems advise (DOMAIN.md §1, Precedence).

Every refutation carries a calendar that the simulator, which knows no theorem, has confirmed.
"""

from enum import StrEnum

from attrs import evolve, frozen

from siteproof.model.policy.calendar import Calendar
from siteproof.model.policy.duration import spell
from siteproof.model.policy.nearest import longest_interval, shortest_retention
from siteproof.model.policy.request import PolicyRequest, Thinning
from siteproof.model.policy.witness import Witness, breaking_run

HINTED_MISSES = 2  # hints speak of the misses asked for and of one more


class Outcome(StrEnum):
    """What is said of one requirement or theorem."""

    PASS = "pass"  # noqa: S105  (a verdict, no password)
    REFUTED = "refuted"
    NOT_APPLICABLE = "not applicable"


@frozen
class Finding:
    """One line of the verdict. Advisories never decide it; a calendar comes with what is refuted by a run.

    `timed` says that it depends on D and m, which are then printed beside it (SP-POL-10).
    """

    id: str
    sentence: str
    outcome: Outcome
    advisory: bool = False
    theorem: str = ""
    calendar: Calendar | None = None
    timed: bool = False


@frozen
class Verdict:
    """All findings; `margin` is how many misses in a row are survived (-1: not even none; None: nothing to survive)."""

    request: PolicyRequest
    findings: tuple[Finding, ...]
    margin: int | None = None
    hints: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Whether no requirement is refuted, advisories aside."""
        return not any(each.outcome is Outcome.REFUTED and not each.advisory for each in self.findings)

    @property
    def advised(self) -> bool:
        """Whether no advisory is refuted either."""
        return not any(each.outcome is Outcome.REFUTED for each in self.findings)


def judge(request: PolicyRequest) -> Verdict:
    """Judge a policy whose single values are in range (`request_of` has seen to that)."""
    if not request.policy.app_consistent_minutes:
        return Verdict(request, (*_ranges(request), _seed_rule(request, None), _always_usable(request, None)))
    run = breaking_run(request.timing, request.rule)
    findings = (*_ranges(request), _seed_rule(request, run), _always_usable(request, run))
    verdict = Verdict(request, findings, run.misses - 1)
    return verdict if verdict.advised else evolve(verdict, hints=_hints(request))


def confirmed_calendar(request: PolicyRequest, run: Witness) -> Calendar:
    """The simulator's calendar of the run; it must show the gap that z3 claims, to the minute."""
    shown = run.calendar(request.rule, request.timing.latency_minutes)
    assert shown.gaps == (run.gap,), (shown.gaps, run.gap)
    return shown


def _ranges(request: PolicyRequest) -> tuple[Finding, ...]:
    seed = request.profile.claims_seed
    fixed = (
        "crash-consistent points come every 5 min" if seed else "crash-consistent interval, profile labelled non-seed"
    )
    return (
        Finding("SP-RET-2", "the retention is at most 15 days", Outcome.PASS),
        Finding("SP-POL-4", "the app-consistent interval is off or 1 to 12 h", Outcome.PASS),
        Finding("SP-PT-1", fixed, Outcome.PASS if seed else Outcome.NOT_APPLICABLE),
    )


def _seed_rule(request: PolicyRequest, run: Witness | None) -> Finding:
    sentence = "the app-consistent interval must be less than the retention"
    if run is None:
        return Finding("SP-POL-5", sentence, Outcome.NOT_APPLICABLE)
    if request.timing.interval_minutes < request.timing.retention_minutes:
        return Finding("SP-POL-5", sentence, Outcome.PASS, timed=True)
    calendar = confirmed_calendar(request, run)
    return Finding("SP-POL-5", sentence, Outcome.REFUTED, False, "POL-T3", calendar, timed=True)


def _always_usable(request: PolicyRequest, run: Witness | None) -> Finding:
    """The stronger theorem: POL-T1 and T2 under plain age, POL-T26 and T27 under the published tiers."""
    plain = request.thinning is Thinning.PLAIN
    requirement, (proof, refutation) = (
        ("SP-POL-8", ("POL-T1", "POL-T2")) if plain else ("SP-POL-11", ("POL-T26", "POL-T27"))
    )
    sentence = "an app-consistent point is usable at every instant"
    if run is None:
        return Finding(requirement, sentence, Outcome.NOT_APPLICABLE, True, proof)
    if request.timing.misses < run.misses:
        return Finding(requirement, sentence, Outcome.PASS, True, proof, timed=True)
    calendar = confirmed_calendar(request, run)
    return Finding(requirement, sentence, Outcome.REFUTED, True, refutation, calendar, timed=True)


def _hints(request: PolicyRequest) -> tuple[str, ...]:
    return tuple(hint for hint in (_interval_hint(request), _retention_hint(request)) if hint)


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
