"""Small specifications whose gaps, ranges and traces are known by counting on fingers."""

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Spec,
    Step,
    action,
    always,
    bound,
    given,
    sometimes,
)


class Tank(Component):
    """A level that rises to the tank's size."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.size = bound(bounds, "size")
        self.level = self.number(to=self.size)
        self.leaks = self.flag()


@action("T-1")
def fill(t: Tank) -> Step:
    """Fill while there is room."""
    return given(t.level < t.size).then(t.level.becomes(t.level + 1))


@action("T-2")
def overfill(t: Tank) -> Step:
    """Fill without looking."""
    return given(~t.leaks).then(t.level.becomes(t.level + 1))


@action("T-3")
def spring_a_leak(t: Tank) -> Step:
    """A full tank may leak."""
    return given(t.leaks & (t.level == t.size)).then(t.level.becomes(0))


@always("T-4", why="it is a test")
def never_full_of_five(t: Tank) -> Bool:
    """The level stays below five."""
    return t.level <= 4


@always("T-5", why="it is a test")
def what_leaks_is_empty(t: Tank) -> Bool:
    """True, since nothing ever leaks, and not inductive: filling a leaking tank would break it."""
    return t.leaks.implies(t.level == 0)


@sometimes("T-4")
def it_gets_full(t: Tank) -> Bool:
    """The size is reached."""
    return t.level == t.size


PARTS = (Part(Tank, Tank),)
TANK = Spec("tank", "", PARTS, (fill,), (never_full_of_five, it_gets_full), {"size": 4})
CARELESS = Spec("careless", "", PARTS, (overfill,), (), {"size": 3})
LEAKY = Spec("leaky", "", PARTS, (fill, spring_a_leak), (what_leaks_is_empty,), {"size": 4})
