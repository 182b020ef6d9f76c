"""What a case does with a replication group: form it, give it one command, follow production of every member.

Rule: as the lab: it acts and never judges; a set-up that cannot be reached is Inconclusive.
"""

from collections.abc import Sequence
from typing import Any

from attrs import evolve

from siteproof.conformance.grouped import member_command, selected, shared
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.verify import given
from siteproof.model.nouns.commands import Answer, Refusal
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.vocabulary import Protection, Verb

Members = Sequence[Machine]
NAME = "web-and-database"


def join(lab: Lab, members: Members, policy: ReplicationPolicy | None = None, group: str = NAME) -> None:
    """Enable machine after machine as members of one group."""
    for machine in members:
        after = lab.run(machine, Verb.ENABLE, policy=policy, group=group)
        given(after.regions.protection is Protection.PROTECTED, f"enable ended in {after.regions.protection.value}")
        given(after.group == group, f"{machine.name} shows the group {after.group or 'none'}, not {group}")


def ask(lab: Lab, verb: Verb, group: str = NAME, **fields: Any) -> Answer:
    """Give the group one command; an accepted job may still run."""
    return _give(lab, GroupCommand(verb, group, **fields))


def _give(lab: Lab, command: GroupCommand) -> Answer:
    return lab.tell(f"{command.verb.value} group {command.group}", lambda: lab.subject.do_group(command))


def run(lab: Lab, members: Members, verb: Verb, group: str = NAME, **fields: Any) -> tuple[Observation, ...]:
    """Give the group a command that the case needs, wait for its end, and follow production of every member."""
    command = GroupCommand(verb, group, **fields)
    priors = [lab.prior(machine) for machine in members]
    troubled = any(prior.troubled for prior in priors)  # what hinders one hinders the job of all
    priors = [evolve(prior, troubled=troubled) for prior in priors]
    point = selected(command, [prior.before for prior in priors])
    answer = _give(lab, command)
    said = answer.code.value if isinstance(answer, Refusal) else ""
    given(not said, f"the set-up needs {verb.value} of the group, which was refused with {said}")
    lab.settle()
    return tuple(
        lab.follow(machine, member_command(command, machine.name, point), prior)
        for machine, prior in zip(members, priors, strict=True)
    )


def points(lab: Lab, members: Members, group: str = NAME) -> tuple[RecoveryPoint, ...]:
    """The points that every member lists as shared, oldest first."""
    return shared([lab.observe(machine) for machine in members], group)


def next_point(lab: Lab, members: Members) -> RecoveryPoint:
    """Drain replication, let the next shared point be taken, and return it."""
    lab.settle()
    known = {point.name for point in points(lab, members)}
    lab.advance(minutes=lab.profile.crash_consistent_minutes)
    fresh = [point for point in points(lab, members) if point.name not in known]
    given(bool(fresh), f"no shared point appeared within {lab.profile.crash_consistent_minutes} min")
    return fresh[-1]
