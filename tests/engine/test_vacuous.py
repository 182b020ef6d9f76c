"""What says nothing is found: idle effects, rules that never happen, variables that nobody writes or reads."""

import pytest

from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.explore.vacuous import vacuous
from siteproof.model.language import Bool, Component, Part, Spec, Step, action, always, given
from siteproof.model.spec.registry.specs import RIGHT

CONSEQUENCES = frozenset(
    {
        *("ADM-7.3 machine.disk", "ADM-7.3 machine.oldest", "LC-6.1 machine.disk", "LC-9.7 machine.oldest"),
        *("LC-10.1 machine.disk", "LC-10.1 machine.oldest", "LC-10.2 machine.disk", "LC-10.2 machine.oldest"),
        "LC-12.3 machine.disk",
    }
)
"""What a command or a region's value means for disks and points is written once, for every row that has it; in these
there is no such disk or point any more, or it is kept already."""


class Idle(Component):
    """Variables of every kind of idleness."""

    def __init__(self) -> None:
        super().__init__()
        self.works = self.flag()
        self.noted = self.history.flag()
        self.stays = self.flag()
        self.unread = self.flag()
        self.unwritten = self.flag()


@action("V-1")
def note(idle: Idle) -> Step:
    """Works, and notes what its guard excludes."""
    return given(~idle.works).then(
        idle.works.becomes(True),
        idle.noted.becomes(idle.noted | idle.works),
        idle.stays.becomes(False),
        idle.unread.becomes(True),
    )


@action("V-2")
def never(idle: Idle) -> Step:
    """Waits for what never comes."""
    return given(idle.stays & idle.unwritten).then(idle.works.becomes(False))


@always("V-3", why="it is a test")
def nothing_is_noted(idle: Idle) -> Bool:
    """True because nothing can be noted."""
    return ~idle.noted


def test_every_kind_of_idleness_is_named() -> None:
    """A noting effect, one that says again what holds, a rule, a variable without a writer, one without a reader."""
    spec = Spec("idle", "", (Part(lambda _bounds: Idle(), Idle),), (note, never), (nothing_is_noted,))
    found = vacuous(Search(spec.system()).run())
    assert found.effects == ("V-1 idle.noted",)
    assert found.restated == ("V-1 idle.stays", "V-2 idle.works")
    assert found.guards == ("V-2",)
    assert found.unwritten == ("idle.unwritten",)
    assert found.unread == ("idle.unread",)


@pytest.mark.parametrize("spec", RIGHT.values(), ids=lambda spec: spec.name)
def test_nothing_in_a_right_design_says_nothing(spec: Spec) -> None:
    """At the default bounds each computed effect changes something, each rule happens, each variable has its use.

    Rows of a table share what follows from them, so that some of it is idle in some of them: these are named.
    """
    found = vacuous(Search(spec.system()).run())
    assert set(found.effects) == (CONSEQUENCES if spec.name == "administration" else set())
    assert (found.guards, found.unwritten, found.unread) == ((), (), ())
