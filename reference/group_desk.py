"""The group desk: takes a command for all members of a replication group and starts it as one job (domain §4).

Rule: every member's table and guards are asked before anything is touched; one refusal refuses it for all.
"""

from collections.abc import Mapping
from typing import Protocol

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.groups import GROUP_VERBS, GroupCommand
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Selection, Verb
from siteproof.reference import lifecycle, membership
from siteproof.reference.equipment import Equipment
from siteproof.reference.jobs import Work
from siteproof.reference.machine import Machine
from siteproof.reference.procedures import Procedure
from siteproof.reference.selection import CHOOSING
from siteproof.reference.together import JOINT, Joint, JointProcedure


class GroupedEquipment(Protocol):
    """What the desk asks of the appliance."""

    procedures: Mapping[Verb, Procedure]
    profile: Profile

    @property
    def equipment(self) -> Equipment:
        """The parts that a job works with."""
        ...

    def start(self, machine: Machine, command: Command, works: tuple[Work, ...], name: str, *, doomed: bool) -> None:
        """Begin a job of that name at that machine."""
        ...


class GroupDesk:
    """Commands for groups; the class attribute is where the zoo differs."""

    joint: Mapping[Verb, JointProcedure] = JOINT

    def __init__(self, appliance: GroupedEquipment) -> None:
        """Nothing was asked yet."""
        self.appliance = appliance

    def do(self, command: GroupCommand) -> Accepted:
        """One job of all members; Refused when a member refuses, or no shared point fits."""
        vault = self.appliance.equipment.vault
        circle = membership.members(vault, command.group)
        if not circle or command.verb not in GROUP_VERBS:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, f"{command.verb.value} of the group {command.group!r}")
        for machine in circle:
            lifecycle.admit(machine.regions, command.verb, self.appliance.profile)
        point = self.chosen(circle, command)
        name, doomed = vault.next_job(), any(machine.next_job_fails for machine in circle)
        commands = [self.part(machine, command, point) for machine in circle]
        for machine, part, works in zip(circle, commands, self.works(circle, commands), strict=True):
            self.appliance.start(machine, part, works, name, doomed=doomed)
        return Accepted(name)

    def chosen(self, circle: tuple[Machine, ...], command: GroupCommand) -> str:
        """The shared point that every member takes; none for a verb that takes none."""
        return membership.choose(circle, command.selection, command.point) if command.verb in CHOOSING else ""

    def part(self, machine: Machine, command: GroupCommand, point: str) -> Command:
        """What one member has to do."""
        selection = Selection.CUSTOM if point else Selection.LATEST
        return Command(
            command.verb,
            machine.name,
            selection,
            point,
            shutdown=command.shutdown,
            location=command.location,
            consistency=command.consistency,
        )

    def works(self, circle: tuple[Machine, ...], commands: list[Command]) -> list[tuple[Work, ...]]:
        """The works of every member: shared ones where all have to move or none."""
        equipment, verb = self.appliance.equipment, commands[0].verb
        if verb in self.joint:
            joint = Joint(self.joint[verb](equipment, circle, commands[0]))
            return [joint.shares() for _ in circle]
        procedure = self.appliance.procedures[verb]
        return [procedure(equipment, machine, part) for machine, part in zip(circle, commands, strict=True)]
