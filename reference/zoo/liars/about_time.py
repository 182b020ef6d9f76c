"""Liars about time: the clock that they show is not the one that they work by.

Rule: see the folder's `__init__`.
"""

from attrs import evolve

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.scenario import Scenario
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

PATIENCE_MS = 30 * MINUTE_MS


class Skips(ReferenceSubject):
    """Long waits are boring: nothing happens in what is beyond half an hour of one."""

    _skipped_ms = 0

    def reset(self, scenario: Scenario) -> None:
        """Nothing was skipped yet."""
        self._skipped_ms = 0
        super().reset(scenario)

    def advance(self, milliseconds: int) -> None:
        """The first half hour."""
        passed = min(milliseconds, PATIENCE_MS)
        self._skipped_ms += milliseconds - passed
        super().advance(passed)

    def observe(self, machine: str) -> Observation:
        """As if all of it had passed."""
        seen = super().observe(machine)
        return evolve(seen, time_ms=seen.time_ms + self._skipped_ms)


def skips(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Shows time that did not pass."""
    return exhibit("skips time", directory, durable, subject=Skips)
