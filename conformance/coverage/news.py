"""What is new in a history: a state after a state or after a command, or a command in a state, never shown before.

Rule: only what was shown counts, so that a campaign keeps a bounded number of histories whatever the subject does.
"""

from collections.abc import Iterable

from attrs import define, field

from siteproof.conformance.coverage.events import Begin, Do, Event, ShownState, state_name


@define
class News:
    """Remembers what histories have shown so far."""

    _known: set[tuple[str, str]] = field(factory=set)

    def in_it(self, history: Iterable[Event]) -> bool:
        """Whether the history shows something new; from now on it is known."""
        before = len(self._known)
        self._known.update(_steps(history))
        return len(self._known) > before


def _steps(history: Iterable[Event]) -> Iterable[tuple[str, str]]:
    """Each state or answered command with what was known of its machine right before it."""
    last: dict[str, str] = {}
    for event in history:
        if isinstance(event, Begin):
            last.clear()
        elif isinstance(event, ShownState):
            yield last.get(event.machine, ""), (name := state_name(event))
            last[event.machine] = name
        elif isinstance(event, Do):
            before, said = last.get(event.machine, ""), f"{event.verb.value} {event.refused}".strip()
            yield before, said
            last[event.machine] = before if event.refused else f"{before.split(',', 1)[0]}, {said}"
