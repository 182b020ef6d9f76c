# ruff: noqa: E501  (the mistakes are a literal table)
"""Thirteen ordinary modelling mistakes, and some more, are stopped where they are written (docs/engine.md, The language)."""

import enum
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from siteproof.model.language import Component, SpecError, Sym, all_of, exists, for_each, given
from siteproof.model.language.evaluate import evaluate


class Phase(enum.Enum):
    """A small life."""

    COPYING = "copying"
    PROTECTED = "protected"


class Colour(enum.Enum):
    """Another enumeration."""

    RED = "red"


class Machine(Component):
    """Something to make mistakes with."""

    def __init__(self) -> None:
        super().__init__()
        self.place("machine")
        self.phase: Sym[Phase] = self.symbol(Phase.COPYING)
        self.captures = self.flag()
        self.link_up = self.flag()
        self.source = self.numbers(2, to=2)
        self.dirty = self.flags(2)


m = Machine()

# fmt: off
MISTAKES: list[tuple[str, Callable[[], object], str]] = [
    # each mistake                        as it is written                                       what the answer speaks of
    ("and between guards",      lambda: m.captures and m.link_up,                        "`and` between two guards"),  # type: ignore[redundant-expr]
    ("or between guards",       lambda: m.captures or m.link_up,                    "`or` between two guards"),  # type: ignore[redundant-expr]
    ("in for a choice",         lambda: m.phase in (Phase.PROTECTED, Phase.COPYING),     "is_in"),
    ("not any of many",         lambda: not any(m.dirty),                                "any"),
    ("all of many",             lambda: all(x == 0 for x in m.source),                   "for_each"),
    ("a chained comparison",    lambda: 0 <= m.source[0] < 2,                            "chained comparison"),
    ("if on a guard",           lambda: "a" if m.phase == Phase.COPYING else "b",        "then(a, b)"),
    ("the wrong enumeration",   lambda: m.phase == Colour.RED,                           "Colour.RED"),
    ("a limit out of range",    lambda: m.source[0] < 9,                                 "holds 0..2"),
    ("a value out of range",    lambda: m.source[0].becomes(7),                          "the new value is 7..7"),
    ("a number for a flag",     lambda: m.captures.becomes(m.source[0]),                 "expected a guard"),  # type: ignore[arg-type]
    ("a foreign member",        lambda: m.phase.becomes(Colour.RED),                     "expected a Phase"),  # type: ignore[arg-type]
    ("a misspelt variable",     lambda: m.phsae,                                         "did you mean phase"),  # type: ignore[attr-defined]
    # and more than the thirteen
    ("not of one",              lambda: not m.captures,                                  "write  ~(m.captures)"),
    ("& before ==",             lambda: (m.phase == Phase.COPYING & m.captures),         "binds tighter"),
    ("two values at once",      lambda: given(m.captures).then(m.captures.becomes(True), m.captures.becomes(False)), "two things"),
    ("identity for equality",  lambda: given(m.captures & (m.phase is Phase.COPYING)), "got False"),  # type: ignore[operator,comparison-overlap]
    ("an effect on a formula",  lambda: (m.source[0] + 1).becomes(1),                    "is not a variable"),
    ("a choice of two kinds",   lambda: m.captures.if_else(m.source[0], m.dirty[0]),        "expected a value like"),  # type: ignore[call-overload]
    ("a truth as a number",     lambda: m.source[0] == True,                             "expected a number"),  # noqa: E712  (the mistake)
    ("a guard is no effect",    lambda: given(m.captures).then(m.link_up),               "is not an effect"),  # type: ignore[arg-type]
]
# fmt: on


@pytest.mark.parametrize(("mistake", "answer"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_stopped_at_its_line(mistake: Callable[[], object], answer: str) -> None:
    """The error names file and line of the mistake and what is wrong or what to write instead."""
    with pytest.raises(SpecError) as stopped:
        mistake()
    line = inspect.getsourcelines(mistake)[1]
    assert f"{Path(__file__).name}:{line}  " in str(stopped.value)
    assert answer in str(stopped.value)


def test_the_caret_stands_under_the_operator() -> None:
    """A mistake is answered with a sentence, its line, and a hint under the word that is wrong."""
    with pytest.raises(SpecError) as stopped:
        _ = m.captures and m.link_up  # type: ignore[redundant-expr]
    sentence, line, hint = str(stopped.value).splitlines()
    assert sentence.endswith("`and` between two guards would forget the left one.")
    assert "m.captures and m.link_up" in line
    assert hint.index("^^^") == line.index("and")
    assert hint.endswith("write  m.captures & m.link_up")


def test_assigning_to_a_variable_is_stopped() -> None:
    """`m.captures = True` changes nothing in a specification; `becomes` does."""
    with pytest.raises(SpecError, match="cannot be assigned"):
        m.captures = True  # type: ignore[assignment]


def test_numbers_have_no_sign_bit_and_no_width() -> None:
    """3 < 9 holds and 15 + 1 is 16: numbers are whole numbers, not machine words."""
    machine = Machine()
    big = machine.number(to=15)
    assert big.variable is not None
    assert evaluate(big + 1, {big.variable: 15}) == 16
    assert evaluate(big < 9, {big.variable: 3}) is True


def test_claims_over_no_items_have_their_neutral_value() -> None:
    """For each of none is true, one of none is false."""
    assert evaluate(for_each((), lambda flag: flag), {}) is True
    assert evaluate(exists((), lambda flag: flag), {}) is False
    assert evaluate(all_of(()), {}) is True
