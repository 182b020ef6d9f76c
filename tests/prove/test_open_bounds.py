"""What may be left open in a proof: designs which are wrong at some value only, and are therefore refused."""

import pytest

from siteproof.model.engines.explore.exploration import report
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.interference import second_opinion
from siteproof.model.language import Bool, Bounds, Component, Part, Spec, Step, action, all_of, always, bound, given
from siteproof.model.nouns.problem import ExitCode, Problem


class Reader(Component):
    """A number with a limit that is read off the bounds."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.x = self.number(to=9)
        self.limit = bound(bounds, "readers") if bounds["mode"] == 1 else 2
        self.few = 2 if bounds["v"] <= 3 or bounds["mode"] == 1 else 7


@action("O-1")
def count_readers(r: Reader) -> Step:
    """Count to the number of readers."""
    return given(r.x < r.limit).then(r.x.becomes(r.x + 1))


@action("O-2")
def count_far(r: Reader) -> Step:
    """Count to two, or to seven where there are many versions."""
    return given(r.x < r.few).then(r.x.becomes(r.x + 1))


@always("O-3", why="a toy")
def at_most_two(r: Reader) -> Bool:
    """Nothing counts further."""
    return r.x <= 2


class Hub(Component):
    """A place for each of several readers, and a turn."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.places = self.flags(bounds["readers"])
        self.turn = self.number(to=9)


@action("O-4", place="readers")
def take(h: Hub, place: int) -> Step:
    """Take a place."""
    return given(~h.places[place]).then(h.places[place].becomes(True))


@action("O-5", place="readers")
def turn(h: Hub, place: int) -> Step:
    """It is the turn of this one."""
    return given(h.turn == 0).then(h.turn.becomes(place))


@always("O-6", why="a toy")
def one_place_and_no_turn(h: Hub) -> Bool:
    """The first place only, and nobody's turn."""
    return all_of(~place for place in h.places[1:]) & (h.turn == 0)


READERS = Part(Reader, Reader, "readers")
USUAL = {"readers": 2, "v": 2, "mode": 1}
COUNTED = Spec("counted", "", (READERS,), (count_readers,), (at_most_two,), USUAL)
SHARED = Spec("shared", "", (Part(Hub, Hub), READERS), (take, turn), (one_place_and_no_turn,), USUAL)
MODED = Spec("moded", "", (READERS,), (count_far,), (at_most_two,), {**USUAL, "mode": 2})
MODE_GIVEN = Spec("mode_given", "", (READERS,), (count_far,), (at_most_two,), USUAL)


def broken(spec: Spec, **bounds: int) -> bool:
    """Whether the explorer finds a violation at these bounds."""
    return bool(report(Search(spec.system(bounds)).run()).violated)


@pytest.mark.parametrize(("spec", "at"), [(COUNTED, 3), (SHARED, 2)], ids=["as a number", "as an index"])
def test_a_count_that_is_more_than_a_count_is_not_left_open(spec: Spec, at: int) -> None:
    """One of them is fine and several are not: a proof at one says nothing, and the second opinion keeps silent."""
    assert broken(spec, readers=at)
    with pytest.raises(Problem, match="every number of readers") as refused:
        prove(spec, {}, ("readers",))
    assert refused.value.code is ExitCode.CANNOT_JUDGE
    assert second_opinion(spec).opinions == ()


def test_a_bound_that_changes_the_design_at_a_large_value_is_not_left_open() -> None:
    """Two and three are alike, four is not."""
    assert not broken(MODED, v=3)
    assert broken(MODED, v=4)
    with pytest.raises(Problem, match="cannot be left open"):
        prove(MODED, {}, ("v",))


def test_what_may_be_left_open_is_asked_beside_the_bounds_that_are_given() -> None:
    """A bound that is idle in the usual mode may matter in the given one."""
    assert prove(MODE_GIVEN, {}, ("v",)).proved
    with pytest.raises(Problem, match="cannot be left open"):
        prove(MODE_GIVEN, {"mode": 2}, ("v",))


class Row(Component):
    """A number for each block."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.numbers_ = self.numbers(bounds["n"], to=9)
        self.size = bounds["n"]


@action("O-7", block="n")
def step(r: Row, block: int) -> Step:
    """Up to two, or to one where there are nine blocks or more."""
    to = 1 if r.size >= 9 else 2
    return given(r.numbers_[block] < to).then(r.numbers_[block].becomes(r.numbers_[block] + 1))


def _claim(rule: str, to: int, wide: int) -> object:
    @always(rule, why="a toy")
    def same(r: Row) -> Bool:
        """No number is too large."""
        return all_of(n <= (wide if r.size >= 9 else to) for n in r.numbers_)

    return same


def test_two_claims_of_one_name_do_not_hide_each_other() -> None:
    """The first is wrong at small sizes only, the second is like its template everywhere."""
    spec = Spec("row", "", (Part(Row, Row),), (), (_claim("O-8", 1, 2), _claim("O-9", 2, 2)), {"n": 2})  # type: ignore[arg-type]
    with pytest.raises(Problem, match="not uniform"):
        prove(spec, {}, ("n",))


def test_two_actions_of_one_rule_and_name_are_refused() -> None:
    """One of them would be left out of the proof."""
    spec = Spec("row", "", (Part(Row, Row),), (step, step), (_claim("O-9", 2, 2),), {"n": 2})  # type: ignore[arg-type]
    with pytest.raises(Problem, match="every number of n"):
        prove(spec, {}, ("n",))
