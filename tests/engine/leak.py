"""Tanks that fill and drain measure by measure; one that bursts is noticed by a claim about steps."""

from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Spec,
    Step,
    action,
    always,
    for_each,
    given,
    sometimes,
    whenever,
)


class Tank(Component):
    """A level, and for each of its pipes whether it is open."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.level = self.number(to=3)
        self.pipes = self.flags(bounds["pipes"])
        self.seen = self.flag()


@action("K-1", pipe="pipes")
def turn_open(t: Tank, pipe: int) -> Step:
    """A pipe is opened."""
    return given(~t.pipes[pipe]).then(t.pipes[pipe].becomes(True))


@action("K-2")
def fill(t: Tank) -> Step:
    """Through open pipes comes one measure at a time."""
    return given(for_each(t.pipes, lambda pipe: pipe) & (t.level < 3)).then(t.level.becomes(t.level + 1))


@action("K-3")
def drain(t: Tank) -> Step:
    """One measure goes."""
    return given(t.level > 0).then(t.level.becomes(t.level - 1))


@action("K-3")
def burst(t: Tank) -> Step:
    """Everything goes at once."""
    return given(t.level > 1).then(t.level.becomes(0))


@action("K-4")
def look(t: Tank) -> Step:
    """Somebody looks; looking again changes nothing."""
    return given().then(t.seen.becomes(True))


@always("K-5", why="it is a test")
def never_more_than_three(t: Tank) -> Bool:
    """A claim about states beside the ones about steps."""
    return t.level <= 3


@whenever("K-6", why="it is a test")
def a_level_moves_by_one(t: Tank) -> Bool:
    """No step lowers the level by more than one measure."""
    return t.level <= t.level.next + 1


@whenever("K-7", why="it is a test")
def a_step_is_seen_or_changes_something_else(t: Tank) -> Bool:
    """False of a step that changes nothing: such a step keeps every claim."""
    return (~t.seen & t.seen.next) | (t.level.next != t.level) | ~for_each(t.pipes, lambda pipe: pipe)


@whenever("K-8", why="it is a test")
def an_open_pipe_stays_open(t: Tank) -> Bool:
    """One sentence about each pipe, before and after the step."""
    return for_each(t.pipes, lambda pipe: pipe.implies(pipe.next))


@sometimes("K-6")
def it_gets_full(t: Tank) -> Bool:
    """All the way up."""
    return t.level == 3


CLAIMS = (
    never_more_than_three,
    a_level_moves_by_one,
    an_open_pipe_stays_open,
    it_gets_full,
)
TIGHT = Spec(
    "tight",
    "Levels move by one measure.",
    (Part(Tank, Tank, "tanks"),),
    (turn_open, fill, drain, look),
    CLAIMS,
    {"tanks": 2, "pipes": 1},
)
LOOKING = Spec(
    "looking",
    "Looking again changes nothing.",
    TIGHT.parts,
    TIGHT.actions,
    (a_step_is_seen_or_changes_something_else,),
    {"tanks": 1, "pipes": 1},
)
LEAKING = TIGHT.but("leaking", "A tank bursts.", burst)
FAR = 4
"""Steps to the first burst: a pipe opens, two measures come, everything goes."""
