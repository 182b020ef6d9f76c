"""What a group does as one: works that all members share, so that either every one of them moves or none does.

Rule: whatever can fail is done for all members before anything is changed for the first one (domain §4; B16).
"""

from collections.abc import Callable, Mapping

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.vocabulary import Place, Verb
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.equipment import Equipment
from siteproof.reference.failover import built, exchange, reserve, take_over
from siteproof.reference.host import Host
from siteproof.reference.jobs import JobFailed, Work
from siteproof.reference.machine import Machine
from siteproof.reference.reprotection_server import arrive, catch_up, quiesce

Members = tuple[Machine, ...]
JointProcedure = Callable[[Equipment, Members, Command], tuple[Work, ...]]
FAILURES = (JobFailed, StoreFailed, CorruptLog)


class Joint:
    """Works that are done once for all members: whoever comes first does it, and its outcome is everybody's."""

    def __init__(self, works: tuple[Work, ...]) -> None:
        """Nothing is done yet."""
        self.works = works
        self._outcomes: dict[int, Exception | None] = {}

    def shares(self) -> tuple[Work, ...]:
        """The works of one member, one for each phase."""
        return tuple(lambda phase=phase: self._do(phase) for phase in range(len(self.works)))

    def _do(self, phase: int) -> None:
        if phase not in self._outcomes:
            self._outcomes[phase] = None
            try:
                self.works[phase]()
            except FAILURES as failure:
                self._outcomes[phase] = failure
        outcome = self._outcomes[phase]
        if outcome is not None:
            raise outcome


def fail_over(appliance: Equipment, circle: Members, command: Command) -> tuple[Work, ...]:
    """Stop replication of all; build every machine from its part of the point, then start them all."""
    for machine in circle:
        reserve(machine, command)

    def stop() -> None:
        for machine in circle:
            appliance.replicator.stop(machine)

    def start() -> None:
        for machine, host in _built(appliance, circle, Place.RECOVERY):
            take_over(appliance, machine, host, shutdown=command.shutdown)

    return stop, start


def change_recovery_point(appliance: Equipment, circle: Members, command: Command) -> tuple[Work, ...]:
    """Build every machine anew from its part of another point, then put them all in place."""
    for machine in circle:
        reserve(machine, command)

    def rebuild() -> None:
        for machine, host in _built(appliance, circle, Place.RECOVERY):
            exchange(appliance, machine, host)

    return (rebuild,)


def fail_back(appliance: Equipment, circle: Members, command: Command) -> tuple[Work, ...]:
    """Copy what is pending; shut all cloud machines down, copy the rest, start all at the site."""

    def copy_pending() -> None:
        for machine in circle:
            catch_up(appliance, machine)

    def start() -> None:
        clouds = [machine.hosts[Place.RECOVERY] for machine in circle]
        try:
            for machine in circle:
                quiesce(machine)
            for cloud in clouds:
                cloud.running = False
            for machine in circle:
                catch_up(appliance, machine)
                safety = appliance.replicator.add_point(machine, command.consistency, appliance.now_ms)
                machine.chosen = safety.name
            hosts = _built(appliance, circle, Place.PRIMARY)
        except FAILURES:
            for cloud in clouds:
                cloud.running = True
            raise
        for machine, host in hosts:
            arrive(machine, host, machine.chosen)

    return copy_pending, start


def _built(appliance: Equipment, circle: Members, place: Place) -> list[tuple[Machine, Host]]:
    """A machine of every member from its chosen point; when one cannot be made, none is left."""
    hosts: list[tuple[Machine, Host]] = []
    try:
        hosts.extend((machine, built(appliance, machine, machine.chosen, place)) for machine in circle)
    except JobFailed:
        for _, host in hosts:
            host.remove(appliance.stores.side(place))
        raise
    return hosts


JOINT: Mapping[Verb, JointProcedure] = {
    Verb.FAIL_OVER: fail_over,
    Verb.CHANGE_RECOVERY_POINT: change_recovery_point,
    Verb.FAIL_BACK: fail_back,
}
"""The verbs whose works are shared; in the others every member does its own."""
