"""Administration: policy, appliance and components of a machine, and a protection that ends without its source.

Rule: a table of its own, written from the domain and not from the model; only a forced disable moves the regions.
"""

from typing import Protocol

from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Accepted
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import ReplicationPolicy, check_policy
from siteproof.model.nouns.vocabulary import Direction, Place, Protection, Site, TestFailover
from siteproof.reference.equipment import Equipment
from siteproof.reference.fleet import Fleet
from siteproof.reference.jobs import JobState
from siteproof.reference.lifecycle import BUSY, COMPARING, DRILL_BUSY, DRILL_WAITS
from siteproof.reference.machine import Machine
from siteproof.reference.protection import remove_host

P = Protection
UNSETTLED = frozenset(
    {
        P.ENABLING_FAILED,
        P.INITIAL_REPLICATION,
        P.INITIAL_REPLICATION_FAILED,
        P.FAILOVER_FAILED,
        P.DISABLING_FAILED,
    }
)
AT_HOME_AGAIN = frozenset(
    {P.FAILED_OVER, P.COMMIT_FAILED, P.COMMITTED, P.CANCEL_FAILED, P.REPROTECT_FAILED, P.DISABLING_FAILED}
)


class AdministeredAppliance(Protocol):
    """What administration asks of the appliance."""

    @property
    def equipment(self) -> Equipment:
        """The parts that a job works with."""
        ...

    @property
    def fleet(self) -> Fleet:
        """The appliances of the site."""
        ...


class AdminDesk:
    """The administrative commands of one appliance; its methods are where the zoo differs."""

    def __init__(self, appliance: AdministeredAppliance) -> None:
        """Nothing was asked yet."""
        self.appliance = appliance

    @property
    def equipment(self) -> Equipment:
        """The parts of the appliance."""
        return self.appliance.equipment

    def do(self, command: AdminCommand) -> Accepted:
        """Carry it out; Refused when the table or what it needs says no."""
        machine = self.equipment.vault.machine(command.machine)
        admit(machine.regions, command.verb)
        if command.verb is AdminVerb.EDIT_POLICY:
            self.edit(machine, check_policy(command.policy or self.equipment.policy))
        elif command.verb is AdminVerb.SWITCH_APPLIANCE:
            self.appliance.fleet.switch(machine, command.appliance)
        elif command.verb is AdminVerb.UPDATE_COMPONENTS:
            self.appliance.fleet.update(machine)
        else:
            self.require_gone(machine)
            self.force(machine)
        self.equipment.vault.keep(machine)
        return Accepted(self.equipment.vault.next_job())

    def edit(self, machine: Machine, policy: ReplicationPolicy) -> None:
        """From the next point on that policy counts; nothing is pruned before, and nothing comes back."""
        former, machine.policy = machine.policy, policy
        if machine.regions.protection is P.UNPROTECTED:
            machine.preset = policy
        elif former.app_consistent_minutes != policy.app_consistent_minutes:
            self.equipment.replicator.rhythm.change(machine)

    def require_gone(self, machine: Machine) -> None:
        """Refused while the source answers: then an ordinary disable ends the protection."""
        if machine.site_up:
            raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, "the source answers")

    def force(self, machine: Machine) -> None:
        """The protection ends, its points are deleted, and the agent is left to itself."""
        if machine.job is not None:
            machine.job.stop()
            machine.job.state = JobState.FAILED
        machine.job, machine.chosen, machine.group = None, "", ""
        self.equipment.replicator.end(machine)
        for place in (Place.TEST, Place.RECOVERY):
            remove_host(self.equipment, machine, place)
        machine.regions = Regions()


def admit(regions: Regions, verb: AdminVerb) -> None:
    """Return when the state takes the command; a running job goes before a drill, a drill before the table."""
    forward = regions.direction is Direction.FORWARD and regions.active is Site.PRIMARY
    if verb is AdminVerb.EDIT_POLICY and forward and _editable(regions):
        return
    if verb is AdminVerb.FORCE_DISABLE and _forcible(regions, forward=forward):
        return
    if verb is AdminVerb.SWITCH_APPLIANCE and forward and _at_rest(regions):
        return
    if verb is AdminVerb.UPDATE_COMPONENTS:
        return
    state = f"{verb.value} in {regions.protection.value}"
    if regions.protection in BUSY or regions.test_failover in DRILL_BUSY or regions.resync in COMPARING:
        raise Refused(ErrorCode.OPERATION_CONFLICT, state)
    if regions.test_failover in DRILL_WAITS:
        raise Refused(ErrorCode.TEST_FAILOVER_CLEANUP_PENDING, state)
    raise Refused(ErrorCode.OPERATION_NOT_ALLOWED, state)


def _at_rest(regions: Regions) -> bool:
    """Protected, with no drill and no comparison under way."""
    still = regions.test_failover is TestFailover.NONE and regions.resync not in COMPARING
    return regions.protection is P.PROTECTED and still


def _editable(regions: Regions) -> bool:
    if regions.protection is P.PROTECTED:
        return regions.test_failover not in DRILL_BUSY
    return regions.protection is P.UNPROTECTED or regions.protection in UNSETTLED


def _forcible(regions: Regions, *, forward: bool) -> bool:
    if not forward:
        home = regions.direction is Direction.REVERSE and regions.active is Site.RECOVERY
        return home and regions.protection in AT_HOME_AGAIN
    if regions.protection is P.PROTECTED:
        return regions.test_failover is TestFailover.NONE
    return regions.protection in UNSETTLED
