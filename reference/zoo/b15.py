"""B15: a forced promotion hides a split brain (happened in Ceph, issue 17979).

When the source cannot be reached and a failover is forced, the old machine goes on running. It is shown as off, and
nobody is told.
"""

from attrs import evolve

from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.vocabulary import Place, Verb
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

BOTH = {Place.PRIMARY, Place.RECOVERY}


class Discreet(ReferenceSubject):
    """Does not speak of the old side."""

    _forced: set[str]

    def reset(self, scenario: Scenario) -> None:
        """Nothing to hide yet."""
        self._forced = set()
        super().reset(scenario)

    def do(self, command: Command) -> Answer:
        """Remember who was forced."""
        if command.verb is Verb.FAIL_OVER and not self.appliance.vault.machine(command.machine).link.up:
            self._forced.add(command.machine)
        return super().do(command)

    def observe(self, machine: str) -> Observation:
        """Leave the old side out, and that is wrong."""
        seen = super().observe(machine)
        if machine not in self._forced or not set(seen.running) >= BOTH:
            return seen
        told = tuple(event for event in seen.events if event.code is not ErrorCode.STALE_GENERATION)
        return evolve(seen, running=tuple(place for place in seen.running if place is not Place.PRIMARY), events=told)


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B15."""
    return exhibit("B15", directory, durable, subject=Discreet)
