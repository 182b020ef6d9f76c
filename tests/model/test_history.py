"""What only remembers what happened is marked as such, and no step can depend on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from siteproof.model.language import Action, Component, Part, Spec, SpecError, Step, action, given
from siteproof.model.spec.registry.specs import RIGHT


class Door(Component):
    """A door, and what an auditor remembers of it."""

    def __init__(self) -> None:
        super().__init__()
        self.open = self.flag()
        self.opened = self.history.number(to=2)
        self.ever = self.history.flags(1)


@action("H-1")
def open_up(door: Door) -> Step:
    """What is remembered may depend on what is remembered."""
    return given(~door.open).then(door.open.becomes(True), door.ever[0].becomes(door.ever[0] | (door.opened == 2)))


@action("H-1")
def open_once(door: Door) -> Step:
    """A door has no auditor."""
    return given(~door.open & ~door.ever[0]).then(door.open.becomes(True))


@action("H-1")
def close_again(door: Door) -> Step:
    """Nor does what becomes of it."""
    return given(door.open).then(door.open.becomes(door.opened == 1))


def _built(what: Action) -> Callable[[], object]:
    return Spec("door", "", (Part(lambda _bounds: Door(), Door),), (what,), ()).system


@pytest.mark.parametrize(
    ("what", "answer"),
    [(open_once, "a guard reads door.ever[0]"), (close_again, "the new value of door.open reads door.opened")],
    ids=["guard", "effect"],
)
def test_a_step_that_depends_on_history_is_stopped(what: Action, answer: str) -> None:
    """The error names the variable and the line that reads it."""
    with pytest.raises(SpecError) as stopped:
        _built(what)()
    assert answer in str(stopped.value)
    assert Path(stopped.value.source.path).name == Path(__file__).name
    assert "return given(" in stopped.value.source.text()


def test_history_may_be_written_and_read_by_history() -> None:
    """Remembering is no decision."""
    _built(open_up)()


def test_the_chapters_say_what_is_history() -> None:
    """So many families only remember; whatever they are told by, no step asks them."""
    found = {
        f"{spec.name}: {str(variable).partition('[')[0]}"
        for spec in RIGHT.values()
        for variable in spec.system().variables
        if variable.history
    }
    assert "administration: machine.gap" in found
    assert "pipeline: agent.failed" in found
    assert len(found) > 5
