"""Another provider that is evidently meant: one whose table explains every step of a log."""

from collections.abc import Sequence

from siteproof.conformance.coverage.events import Begin, ShownState
from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.conformance.coverage.record import RecordedHistory
from siteproof.conformance.logs.follow import Placed, followed
from siteproof.conformance.logs.reading import FieldLog
from siteproof.conformance.offers import offered
from siteproof.conformance.verdict import CaseResult, Report
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import profile_of

LISTED = "allowed operations in "  # how a failure begins to say what a list should have been (expected/lifecycle.py)
STEPS_MAX = 200_000  # of a log; a provider shows itself sooner


def others_that_explain(log: FieldLog) -> tuple[ReplicationProvider, ...]:
    """The other providers with which nothing contradicts the log; none for a log of several providers."""
    if len(log.profiles) != 1:
        return ()
    return tuple(each for each in _others(log.profiles[0]) if _explains(log.events[:STEPS_MAX], profile_of(each)))


def others_for(record: RecordedHistory) -> tuple[ReplicationProvider, ...]:
    """The same for a record."""
    return tuple(each for each in _others(record.profile) if _explains(record.events[:STEPS_MAX], profile_of(each)))


def others_meant(report: Report) -> tuple[ReplicationProvider, ...]:
    """The same for a run of the judge: what a subject showed and answered in all cases, each a life of its own."""
    histories = [each.history for each in report.results if each.history]
    events = [(str(number), event) for number, each in enumerate(histories) for event in (Begin(), *each)]
    lists = [each for each in report.results if each.expected.startswith(LISTED) and each.history]
    if not events or (not lists and _explains(events[:STEPS_MAX], report.profile)):
        return ()
    found = ((each, profile_of(each)) for each in _others(report.profile))
    fit = ((name, profile) for name, profile in found if all(_lists(each, profile, report) for each in lists))
    return tuple(name for name, profile in fit if _explains(events[:STEPS_MAX], profile))


def _lists(failed: CaseResult, profile: Profile, report: Report) -> bool:
    """Whether the list that was wrong is right in a state of this profile's that shows the same."""
    where, offers = lifecycle_map(profile), set(offered(report.description))
    shown = next(each for each in reversed(failed.history) if isinstance(each, ShownState))
    listed = set(failed.actual.split(", ")) - {"none"}
    return any({verb.value for verb in where.allowed(each) & offers} == listed for each in where.matching(shown))


def _others(profile: Profile) -> tuple[ReplicationProvider, ...]:
    return tuple(each for each in ReplicationProvider if each is not profile.provider)


def _explains(events: Sequence[Placed], profile: Profile) -> bool:
    return followed(events, lambda _machine: profile).explained
