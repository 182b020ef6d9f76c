"""Checks of policies: ranges, theorems, and names that say something else than the values."""

import re
from collections.abc import Iterator

from siteproof.conformance.audit.check import AuditScene, Observed, Severity, check, span
from siteproof.conformance.exports.policies import PolicyTimes, settings_of_policy, times_of
from siteproof.model.advice.policy.request import request_of
from siteproof.model.advice.policy.verdict import PolicyOutcome, judge
from siteproof.model.nouns.problem import Problem

MINUTE_MS = 60_000
_UNITS = {"minute": 1, "min": 1, "m": 1, "hour": 60, "hr": 60, "h": 60, "day": 1440, "d": 1440}
_SAID = re.compile(r"(?<![a-z0-9.])(\d{1,5})[\s_-]*(minute|min|hour|hr|day|h|d)s?(?![a-z])", re.IGNORECASE)


@check(
    "AUD-POLICY",
    Severity.ERROR,
    "SP-RET-2",
    "SP-POL-4",
    "SP-POL-5",
    "SP-PT-1",
    remedy="change the policy; siteproof policy "
    "check judges it with a calendar, siteproof policy plan finds the cheapest that meets your needs",
)
def policies_keep_the_rules(scene: AuditScene) -> Iterator[Observed]:
    """A policy is within its provider's ranges, and an app-consistent point is usable at every instant."""
    for policy in scene.vault.policies:
        provider = scene.vault.provider(policy)
        times = times_of(policy, provider)
        if times.retention_minutes is None and not times.way_back:
            continue  # nothing was exported that could be judged
        try:
            verdict = judge(request_of(settings_of_policy(policy, provider)))
        except Problem as problem:
            yield Observed(policy, "providerSpecificDetails", f"{policy.name}: {problem.problem}, {problem.cause}")
            continue
        for each in verdict.findings:
            if each.outcome is PolicyOutcome.REFUTED:
                severity = Severity.WARNING if each.advisory else None
                yield Observed(policy, each.id, f"{policy.name}: not true: {each.sentence} ({each.id})", severity)


@check(
    "AUD-NAME",
    Severity.WARNING,
    "SP-RET-1",
    remedy="rename the policy or change its value: somebody will trust the name",
)
def names_say_the_values(scene: AuditScene) -> Iterator[Observed]:
    """The name of a policy does not contradict its values."""
    for policy in scene.vault.policies:
        times = times_of(policy, scene.vault.provider(policy))
        said = {int(number) * _UNITS[unit.casefold()] for number, unit in _SAID.findall(policy.name)}
        values = _values(times)
        if said and values and times.retention_minutes is not None and not said <= values:
            wrong = ", ".join(span(each * MINUTE_MS) for each in sorted(said - values))
            kept = span(times.retention_minutes * MINUTE_MS)
            yield Observed(policy, "name", f"the policy {policy.name!r} says {wrong} and keeps {kept}")


def _values(times: PolicyTimes) -> set[int]:
    found = (times.retention_minutes, times.app_minutes, times.crash_minutes or None, times.threshold_minutes)
    return {each for each in found if each is not None}
