"""Another provider that is evidently meant: one whose table explains every step of a log."""

from collections.abc import Sequence

from siteproof.conformance.coverage.record import RecordedHistory
from siteproof.conformance.logs.follow import Placed, followed
from siteproof.conformance.logs.reading import FieldLog
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import profile_of

STEPS_MAX = 200_000  # of a log; a provider shows itself sooner


def others_that_explain(log: FieldLog) -> tuple[ReplicationProvider, ...]:
    """The other providers with which nothing contradicts the log; none for a log of several providers."""
    if len(log.profiles) != 1:
        return ()
    return tuple(each for each in _others(log.profiles[0]) if _explains(log.events[:STEPS_MAX], profile_of(each)))


def others_for(record: RecordedHistory) -> tuple[ReplicationProvider, ...]:
    """The same for a record."""
    return tuple(each for each in _others(record.profile) if _explains(record.events[:STEPS_MAX], profile_of(each)))


def _others(profile: Profile) -> tuple[ReplicationProvider, ...]:
    return tuple(each for each in ReplicationProvider if each is not profile.provider)


def _explains(events: Sequence[Placed], profile: Profile) -> bool:
    return followed(events, lambda _machine: profile).explained
