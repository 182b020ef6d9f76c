"""Needs from the command line, and a plan as lines for a terminal and as plain data for JSON."""

from collections.abc import Iterable
from typing import Any

from attrs import asdict, evolve

from siteproof.model.advice.policy.duration import BadDurationError, parse_minutes, spell
from siteproof.model.advice.policy.plan import Needs, NoPlan, PolicyPlan, cheapest
from siteproof.model.advice.policy.request import ANY_MINUTES, PolicyRequest
from siteproof.model.nouns.policy import DAY_MINUTES, RETENTION_DAYS_MAX
from siteproof.model.nouns.problem import Problem

__all__ = ["answered", "as_data", "as_lines", "cheapest", "found", "needs_of", "options"]
FIFTEEN_DAYS = RETENTION_DAYS_MAX * DAY_MINUTES


def needs_of(*, rpo: str, keep: str, granularity: Iterable[str], app_rpo: str, latency: str, misses: int) -> Needs:
    """Read the flags of `policy plan`; Problem names the flag that is wrong."""
    kept = _span("--keep", keep, 0, ANY_MINUTES)
    return Needs(
        rpo_minutes=_span("--rpo", rpo, 1),
        keep_minutes=kept,
        granularity=tuple(_granularity(each, kept) for each in granularity),
        app_rpo_minutes=_span("--app-rpo", app_rpo, 0),
        latency_minutes=_span("--latency", latency, 1),
        misses=misses,
    )


def answered(needs: Needs) -> PolicyPlan | NoPlan:
    """The cheapest policy; none where what is to be kept is beyond the range that a requirement gives a retention."""
    asked = PolicyRequest()
    breaches = evolve(asked, policy=evolve(asked.policy, retention_minutes=needs.keep_minutes)).breaches
    refuted = tuple(f"REFUTED  {each.requirement}  keep {each.text}" for each in breaches)
    return NoPlan(refuted) if refuted else cheapest(needs)


def found(answer: PolicyPlan | NoPlan) -> bool:
    """Whether there is a policy, and it is proved to be the cheapest."""
    return isinstance(answer, PolicyPlan) and answer.minimal


def options(needs: Needs) -> str:
    """The needs on one line."""
    gaps = " ".join(f"{spell(gap)}@{spell(age)}" for gap, age in needs.granularity) or "any"
    return (
        f"rpo {spell(needs.rpo_minutes)} · keep {spell(needs.keep_minutes)} · granularity {gaps} · app-rpo "
        f"{spell(needs.app_rpo_minutes)} · latency {spell(needs.latency_minutes)} · misses {needs.misses}"
    )


def as_lines(needs: Needs, answer: PolicyPlan | NoPlan) -> list[str]:
    """The policy as a file that `policy check` reads, its cost and what was proved; or what contradicts itself."""
    if isinstance(answer, NoPlan):
        return ["# NO POLICY meets these needs together:", *(f"#   {each}" for each in answer.conflict)]
    proof = "proved: nothing cheaper meets the needs" if answer.minimal else "UNDECIDED: a cheaper one was not excluded"
    cost = f"{answer.points} crash-consistent points stored, {answer.snapshots_in_5_days / 5:g} app-consistent a day"
    return [*(f"{key} = {value}" for key, value in _settings(needs, answer).items()), f"# cost: {cost}", f"# {proof}"]


def as_data(needs: Needs, answer: PolicyPlan | NoPlan) -> dict[str, Any]:
    """The same as plain data; minutes."""
    return {"needs": asdict(needs), "found": found(answer), **asdict(answer)}


def _settings(needs: Needs, answer: PolicyPlan) -> dict[str, Any]:
    every = spell(answer.interval_minutes) if answer.interval_minutes else "off"
    return {
        "retention": f'"{spell(answer.retention_minutes)}"',
        "app_consistent_every": f'"{every}"',
        "rpo_threshold": f'"{spell(needs.rpo_minutes)}"',
        "latency": f'"{spell(needs.latency_minutes)}"',
        "tolerated_misses": needs.misses,
    }


def _span(flag: str, text: str, lowest: int, most: int = FIFTEEN_DAYS) -> int:
    try:
        minutes = parse_minutes(text)
    except BadDurationError as error:
        meant = f'did you mean "{error.nearest}"? ' if error.nearest else ""
        raise Problem(f"{flag} {text[:60]!r} is not allowed", str(error), f"{meant}write for example 12h") from None
    if not lowest <= minutes <= most:
        cause = f"{spell(minutes)} is {'more' if minutes else 'less'} than allowed"
        raise Problem(f"{flag} {text[:60]!r} is not allowed", cause, f"{flag} is {spell(lowest)} to 15d")
    return minutes


def _granularity(text: str, keep_minutes: int) -> tuple[int, int]:
    gap, at, age = text.partition("@")
    return _span("--granularity", gap, 1), _span("--granularity", age, 1) if at else keep_minutes
