"""Wrong groups: points that are not everybody's, and moves that are not everybody's.

Rule: see the folder's `__init__`.
"""

from collections.abc import Mapping

from attrs import evolve

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.groups import GroupCommand, SharedSelection
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Selection, Verb
from siteproof.reference import lifecycle, membership
from siteproof.reference.appliance import Appliance
from siteproof.reference.group_desk import GroupDesk
from siteproof.reference.machine import Machine
from siteproof.reference.membership import members
from siteproof.reference.replicator import Replicator
from siteproof.reference.rounds import Rounds
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.together import JointProcedure
from siteproof.reference.zoo.exhibit import exhibit


class WithoutOneRounds(Rounds):
    """Whoever answers takes part."""

    def circle(self, machine: Machine) -> tuple[Machine, ...]:
        """The others are left out, and that is wrong."""
        return tuple(each for each in members(self.replication.vault, machine.group) if self.can_join(each))


class WithoutOneReplicator(Replicator):
    """Holds such rounds."""

    rounds_type = WithoutOneRounds


class CallsThemShared(ReferenceSubject):
    """What was taken in a round is shown as shared, whoever was in it."""

    def observe(self, machine: str) -> Observation:
        """Points by the name of their group."""
        seen, kept = super().observe(machine), self.appliance.vault.machine(machine).listed
        groups = {point.name: point.group for point in kept}
        return evolve(seen, points=tuple(evolve(point, shared=groups[point.name]) for point in seen.points))


class OneByOneRounds(Rounds):
    """Each member is cut when it is its turn."""

    def ship_together(self, circle: tuple[Machine, ...]) -> bool:
        """What happens at the others while one is sent lies between their instants, and that is wrong."""
        return all(self.replication.sends(machine, lambda stream: stream.ship()) for machine in circle)


class OneByOneReplicator(Replicator):
    """Holds such rounds."""

    rounds_type = OneByOneRounds


class TwoPointsDesk(GroupDesk):
    """The last member takes the newest point that it has."""

    joint: Mapping[Verb, JointProcedure] = {}

    def part(self, machine: Machine, command: GroupCommand, point: str) -> Command:
        """Another point than the others', and that is wrong."""
        asked = super().part(machine, command, point)
        last = members(self.appliance.equipment.vault, command.group)[-1]
        newest = command.selection is SharedSelection.LATEST and point != "" and machine is last
        return evolve(asked, selection=Selection.LATEST_PROCESSED, point="") if newest else asked


class TwoPointsAppliance(Appliance):
    """Asks such a desk."""

    desk_type = TwoPointsDesk


class AloneAppliance(Appliance):
    """Knows no group when one machine is told to move."""

    def do(self, command: Command) -> Accepted:
        """What belongs to the group is done for one, and that is wrong."""
        machine = self.vault.machine(command.machine)
        if not machine.group or command.verb not in membership.TOGETHER:
            return super().do(command)
        lifecycle.admit(machine.regions, command.verb, self.profile)
        self._guard(machine, command)
        return Accepted(self._start(machine, command))


class LonelyJobs(GroupDesk):
    """A job for each member, which fails or succeeds by itself."""

    joint: Mapping[Verb, JointProcedure] = {}

    def do(self, command: GroupCommand) -> Accepted:
        """The others move on, and that is wrong."""
        circle = members(self.appliance.equipment.vault, command.group)
        doomed = {machine.name for machine in circle if machine.next_job_fails}
        for machine in circle:
            machine.next_job_fails = False
        accepted = super().do(command)
        for machine in circle:
            if machine.job is not None:
                machine.job.doomed = machine.name in doomed
        return accepted


class HalfMovedAppliance(Appliance):
    """Asks such a desk."""

    desk_type = LonelyJobs


class NoBoundAppliance(Appliance):
    """Whoever wants to be a member is one."""

    def do(self, command: Command) -> Accepted:
        """The bound is forgotten, and that is wrong."""
        if command.verb is Verb.ENABLE:
            self.profile = evolve(self.profile, group_members_max=len(self.vault.machines))
        return super().do(command)


class LateMember(Appliance):
    """A group can be named whenever a command is given."""

    def do(self, command: Command) -> Accepted:
        """It becomes a member without having been enabled as one, and that is wrong."""
        accepted = super().do(command)
        machine = self.vault.machine(command.machine)
        machine.group = command.group or machine.group
        return accepted


def without_one(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Shared without one."""
    return exhibit("without one", directory, durable, replicator=WithoutOneReplicator, subject=CallsThemShared)


def one_by_one(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Cuts one by one."""
    return exhibit("one by one", directory, durable, replicator=OneByOneReplicator)


def two_points(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Mixes two points."""
    return exhibit("two points", directory, durable, appliance=TwoPointsAppliance)


def alone(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Moves one member."""
    return exhibit("alone", directory, durable, appliance=AloneAppliance)


def half_moved(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Moves whom it can."""
    return exhibit("half moved", directory, durable, appliance=HalfMovedAppliance)


def no_bound(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Takes everybody."""
    return exhibit("no bound", directory, durable, appliance=NoBoundAppliance)


def late_member(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Takes members at any time."""
    return exhibit("late member", directory, durable, appliance=LateMember)
