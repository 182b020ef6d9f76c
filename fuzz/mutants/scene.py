"""The scene of one subject: its facts, and what becomes of a call that is intercepted there.

Rule: outside of a scene an intercepted call is what it always was, so an honest subject may live beside a mutant. While
a trigger looks at the subject nothing is intercepted.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import define, field

from siteproof.fuzz.mutants.calls import PendingCall
from siteproof.fuzz.mutants.facts import Facts
from siteproof.fuzz.mutants.strike import Striker
from siteproof.fuzz.mutants.triggers import TRIGGERS
from siteproof.fuzz.mutants.words import Mutant

_HERE = threading.local()


@define(eq=False)
class StruckScene:
    """`watched` are mutants whose triggers are only looked at; the `striker` (None: nobody) really strikes."""

    facts: Facts
    striker: Striker | None = None
    watched: dict[str, list[Mutant]] = field(factory=dict)
    _looking: bool = False

    @property
    def busy(self) -> bool:
        """Whether a trigger is looking at the subject just now."""
        return self._looking

    @contextmanager
    def entered(self) -> Iterator[None]:
        """While this is open, what happens in this thread happens in this scene."""
        before = here()
        _HERE.scene = self
        try:
            yield
        finally:
            _HERE.scene = before

    def meet(self, call: PendingCall) -> Any:
        """Let the call happen, as it should or not."""
        self.facts.calls[call.target] += 1
        call.number = self.facts.calls[call.target]
        for mutant in self.watched.get(call.target, ()):
            if mutant.id not in self.facts.fired and self._holds(mutant, call):
                self.facts.fired.add(mutant.id)
        if self.striker is None or self.striker.mutant.target != call.target:
            return call.happen()
        if self._holds(self.striker.mutant, call):
            self.facts.fired.add(self.striker.mutant.id)
            return self.striker.strike(call, self.facts.swaps)
        return self.striker.pass_by(call)

    def _holds(self, mutant: Mutant, call: PendingCall) -> bool:
        self._looking = True
        try:
            return TRIGGERS[mutant.trigger](call, self.facts, mutant.amount)
        finally:
            self._looking = False


def here() -> StruckScene | None:
    """The scene in which this thread is."""
    return getattr(_HERE, "scene", None)


def by_target(mutants: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    """The mutants that strike at each target."""
    found: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        found.setdefault(mutant.target, []).append(mutant)
    return found


Original = Callable[..., Any]
