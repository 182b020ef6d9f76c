"""What a failed job costs: the fewest commands that lead from where it failed to where it would have ended.

Rule: nothing is listed here; failures, commands and ends are read off the lifecycle's table (domain §1, 1-12).
"""

from collections.abc import Iterator

from attrs import frozen

from siteproof.model.language.table import Row, matching, moved
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.model.spec.lifecycle import table as lifecycle
from siteproof.model.spec.lifecycle.table import rows_of

COPY_FAILS = next(each for each in lifecycle.HAPPENINGS if Protection.INITIAL_REPLICATION_FAILED in each.to)


@frozen
class FailedJob:
    """A job that fails: where it was started, its rule, its command, and where the failure and a success lead.

    `by` is the rule that says so: the row itself, or the one of the initial copy that fails. `again` are the commands,
    each of which succeeds, from the failure to the success; None when none lead there.
    """

    before: Regions
    rule: str
    verb: Verb
    by: str
    failed: Regions
    success: Regions
    again: tuple[Verb, ...] | None


def failures(regions: Regions, profile: Profile = CORE) -> Iterator[FailedJob]:
    """Every way in which a job that is allowed in this state can fail, with the way on from there."""
    for row in matching(rows_of(profile), regions, profile):
        success = row.phases(regions)[-1]
        for by, failed in _failed(row, regions):
            yield FailedJob(regions, row.rule, row.verb, by, failed, success, way(failed, success, profile))


def _failed(row: Row, regions: Regions) -> Iterator[tuple[str, Regions]]:
    """The job as a whole fails in a phase of its own; an initial copy within it fails by the rule that it has."""
    phases = row.phases(regions)[:-1]
    if any(each.protection is not Protection.INITIAL_REPLICATION for each in phases) or not phases:
        yield row.rule, moved(regions, row.job.on_failure)
    for each in phases:
        if each.protection is Protection.INITIAL_REPLICATION:
            yield COPY_FAILS.rule, moved(each, COPY_FAILS.to)


def way(start: Regions, end: Regions, profile: Profile = CORE) -> tuple[Verb, ...] | None:
    """The fewest commands from a state to another one, when every job succeeds; None when no commands lead there.

    At least one command is given, also where nothing has moved.
    """
    ways: dict[Regions, tuple[Verb, ...]] = {start: ()}
    todo = [start]
    while todo:
        here = todo.pop(0)
        for verb in sorted(lifecycle.allowed_operations(here, profile)):
            there = lifecycle.settled(here, verb, profile)
            if there == end:
                return (*ways[here], verb)
            if there not in ways:
                ways[there] = (*ways[here], verb)
                todo.append(there)
    return None
