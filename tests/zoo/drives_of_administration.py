"""Drives of exhibits that are wrong with administration.

Rule: see drives.py.
"""

from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Accepted
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.vocabulary import Consistency
from tests.reference.bench import Bench
from tests.zoo.drives import shows

SHORT = ReplicationPolicy(retention_minutes=60)


def edit(bench: Bench, policy: ReplicationPolicy) -> None:
    """Edit the policy of the protected machine."""
    bench.subject.administer(AdminCommand(AdminVerb.EDIT_POLICY, "web", policy))


@shows("A1")
def prunes_when_it_is_edited(bench: Bench) -> bool:
    """Shorten the retention after a hundred minutes, and look at once."""
    bench.protected()
    before = len(bench.minutes(100).points)
    edit(bench, SHORT)
    return len(bench.seen.points) < before


@shows("A2")
def keeps_the_old_policy(bench: Bench) -> bool:
    """Shorten the retention after a hundred minutes, and wait for the next points."""
    bench.protected()
    bench.minutes(100)
    edit(bench, SHORT)
    seen = bench.minutes(11)
    return seen.points[-1].taken_at_ms - seen.points[0].taken_at_ms > 70 * 60_000


@shows("A3")
def forgets_the_interval(bench: Bench) -> bool:
    """Ask for application-consistent points every hour."""
    bench.protected()
    edit(bench, ReplicationPolicy(app_consistent_minutes=60))
    return all(point.consistency is Consistency.CRASH for point in bench.minutes(70).points)


@shows("A4")
def forces_a_source_that_answers(bench: Bench) -> bool:
    """Force the disable of a machine whose site is well."""
    bench.protected()
    return isinstance(bench.subject.administer(AdminCommand(AdminVerb.FORCE_DISABLE, "web")), Accepted)
