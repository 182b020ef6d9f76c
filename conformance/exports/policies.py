"""An exported policy in our units, and as the settings of a policy file.

Rule: units are the provider's: most export minutes, Hyper-V hours and seconds. A value that is absent stays absent.
"""

from typing import Any

from attrs import frozen

from siteproof.conformance.exports.things import Thing
from siteproof.model.spec.providers.provider import ProviderData

Names = tuple[str, str, str]
RETENTION: Names = ("recoveryPointHistoryDurationInHours", "recoveryPointHistoryInMinutes", "recoveryPointHistory")
APP: Names = (
    "applicationConsistentSnapshotFrequencyInHours",
    "appConsistentFrequencyInMinutes",
    "applicationConsistentSnapshotFrequency",
)
"""The fields of a span: in hours, in minutes, in the provider's unit."""


@frozen
class PolicyTimes:
    """Minutes; None was not exported. App-consistent 0 means off, threshold 0 or None that there is none."""

    retention_minutes: int | None
    app_minutes: int | None
    crash_seconds: int | None
    threshold_minutes: int | None
    way_back: bool

    @property
    def crash_minutes(self) -> int:
        """The crash-consistent interval, rounded up; 0 when it was not exported."""
        return -(-(self.crash_seconds or 0) // 60)


def times_of(policy: Thing, provider: ProviderData | None) -> PolicyTimes:
    """The times of an exported policy."""
    scale = 60 if provider is not None and provider.policy.exported_in == "hours" else 1
    crash = _first(policy, "crashConsistentFrequencyInMinutes")
    seconds = (
        crash * 60 if crash is not None else _first(policy, "replicationInterval", "replicationFrequencyInSeconds")
    )
    return PolicyTimes(
        _span(policy, RETENTION, scale),
        _span(policy, APP, scale),
        seconds,
        _first(policy, "recoveryPointThresholdInMinutes", "rpoWarningThresholdInMinutes"),
        _is_back(policy, provider),
    )


def settings_of_policy(policy: Thing, provider: ProviderData | None) -> dict[str, Any]:
    """What a policy file would say in its place."""
    times, name = times_of(policy, provider), policy.name
    printable = "".join(each for each in name if each.isprintable())[:80]
    found: dict[str, Any] = {"name": printable} if printable else {}
    if provider is not None:
        found["provider"] = provider.name.value
    if times.way_back:
        found["way_back"] = True
    for key, minutes in (
        ("retention", times.retention_minutes),
        ("app_consistent_every", times.app_minutes),
        ("rpo_threshold", times.threshold_minutes or None),
        ("crash_consistent_every", times.crash_minutes or None),
    ):
        if minutes is not None:
            found[key] = f"{minutes}m" if minutes else "0"
    return found


def _is_back(policy: Thing, provider: ProviderData | None) -> bool:
    told = (policy.text("instanceType") or "").casefold()
    return provider is not None and told in {each.casefold() for each in provider.back}


def _span(policy: Thing, names: Names, scale: int) -> int | None:
    """Minutes from the field that says hours, the one that says minutes, or those that leave it to the provider."""
    for name, factor in ((names[0], 60), (names[1], 1), (names[2], scale)):
        found = _first(policy, name)
        if found is not None:
            return found * factor
    return None


def _first(policy: Thing, *names: str) -> int | None:
    found = (policy.number(name) for name in names)
    return next((int(each) for each in found if each is not None), None)
