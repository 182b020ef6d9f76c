"""Watches what passes between a case and its subject: which lifecycle states were shown, which verbs tried in them.

Rule: watching changes nothing. It never asks the subject anything by itself and never judges.
"""

from collections import Counter
from typing import Any

from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.needs import capability_of
from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.subject import Capability, Unsupported
from siteproof.model.nouns.vocabulary import Resync, TestFailover

UNSEEN = "unseen"


class Watch(Carrier):
    """A carrier around a carrier that counts states and attempts of one case."""

    def __init__(self, inner: Carrier) -> None:
        """Calls go to `inner`; `visited` and `attempted` hold the counts, `denied` what was last unsupported."""
        self._inner = inner
        self._last: dict[str, str] = {}
        self.visited: Counter[str] = Counter()
        self.attempted: Counter[str] = Counter()
        self.denied: Capability | None = None

    def call(self, op: str, *arguments: Any) -> Any:
        """See Carrier."""
        try:
            answer = self._inner.call(op, *arguments)
        except Unsupported:
            self.denied = capability_of(op, arguments)
            raise
        if op == "reset":
            self._last.clear()
        elif isinstance(answer, Observation):
            self._saw(answer)
        elif op == "do":
            self._tried(arguments[0], accepted=isinstance(answer, Accepted))
        return answer

    def abandon(self) -> None:
        """See Carrier."""
        self._inner.abandon()

    def _saw(self, observation: Observation) -> None:
        state = state_name(observation.regions)
        if self._last.get(observation.machine) != state:
            self.visited[state] += 1
        self._last[observation.machine] = state

    def _tried(self, command: Command, *, accepted: bool) -> None:
        state = self._last.get(command.machine, UNSEEN)
        self.attempted[f"{state} {command.verb.value} {'accepted' if accepted else 'refused'}"] += 1
        if accepted:
            self._last.pop(command.machine, None)


def state_name(regions: Regions) -> str:
    """One word for the regions: `forward/primary/protected`, with `+test:…` and `+resync:…` where they are not none."""
    test = "" if regions.test_failover is TestFailover.NONE else f"+test:{regions.test_failover.value}"
    resync = "" if regions.resync is Resync.NONE else f"+resync:{regions.resync.value}"
    return f"{regions.direction.value}/{regions.active.value}/{regions.protection.value}{test}{resync}"
