"""Random small systems: every operation of the language in combinations that nobody would write.

Rule: the same seed gives the same system. Numbers stay in their range except where a raw step is drawn on purpose,
so that executors also have to agree on systems that are wrong.
"""

import random
from collections.abc import Callable, Iterator
from enum import StrEnum

from siteproof.model.language.action import Step, given
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.component import Component
from siteproof.model.language.expression import Bool, Effect, Int, Sym, all_of, any_of
from siteproof.model.language.sets import define
from siteproof.model.language.source import here
from siteproof.model.language.spec import Claim, System, Transition, about_steps

NUMBER_MAX = 3
RAW_PERCENT = 2


class Colour(StrEnum):
    """Values of the random systems' enumerations."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Cell(Component):
    """A component with one variable of each type and another number."""

    def __init__(self) -> None:
        """All at their first value."""
        super().__init__()
        self.on = self.flag()
        self.count = self.number(to=NUMBER_MAX)
        self.other = self.number(to=NUMBER_MAX - 1, initially=1)
        self.colour = self.symbol(Colour.RED)


@define
def is_calm(c: Cell) -> Bool:
    """A predicate with a name, for exporters."""
    return ~c.on & (c.count <= c.other)


class _Draw:
    """Draws expressions over cells."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)  # noqa: S311  (a choice that can be repeated, nothing secret)
        self.cells = [Cell() for _ in range(self.source.randint(1, 2))]
        for number, cell in enumerate(self.cells):
            cell.place(f"cell[{number}]")

    def cell(self) -> Cell:
        return self.source.choice(self.cells)

    def guard(self, depth: int = 2) -> Bool:
        leaves: list[Callable[[], Bool]] = [
            lambda: self.cell().on,
            lambda: is_calm(self.cell()),
            lambda: self.cell().colour == self.symbol(0),
            lambda: self.number(0) < self.number(depth),
            lambda: self.number(0) <= self.number(depth),
            lambda: self.number(depth) == self.number(0),
        ]
        if depth == 0:
            return self.source.choice(leaves)()
        inner: list[Callable[[], Bool]] = [
            lambda: all_of(self.guard(depth - 1) for _ in range(self.source.randint(1, 3))),
            lambda: any_of(self.guard(depth - 1) for _ in range(self.source.randint(1, 3))),
            lambda: ~self.guard(depth - 1),
            lambda: self.guard(depth - 1) == self.guard(depth - 1),
            lambda: self.guard(0).if_else(self.guard(depth - 1), self.guard(0)),
        ]
        return self.source.choice(leaves + inner * 2)()

    def number(self, depth: int = 1) -> Int:
        cell = self.cell()
        if depth == 0:
            return self.source.choice([cell.count, cell.other])
        made: list[Callable[[], Int]] = [
            lambda: cell.count + self.source.randint(0, 2),
            lambda: cell.other - cell.count,
            lambda: self.guard(0).if_else(cell.count, self.source.randint(0, 2)),
            lambda: cell.other,
        ]
        return self.source.choice(made)()

    def symbol(self, depth: int) -> Sym[Colour]:
        cell = self.cell()
        return cell.colour if depth == 0 else self.guard(0).if_else(self.source.choice(list(Colour)), cell.colour)

    def step(self) -> Step:
        cell = self.cell()
        effects: list[Callable[[], Effect]] = [
            lambda: cell.on.becomes(self.guard(1)),
            lambda: cell.colour.becomes(self.source.choice([self.symbol(1), self.symbol(0)])),
            lambda: cell.count.becomes(self._inside(cell.count, NUMBER_MAX)),
            lambda: cell.other.becomes(self._inside(cell.other, NUMBER_MAX - 1)),
        ]
        chosen = self.source.sample(effects, self.source.randint(1, 3))
        return given(self.guard()).then(*(effect() for effect in chosen))

    def _inside(self, place: Int, last: int) -> Int:
        if self.source.randrange(100) < RAW_PERCENT:
            return place + 1
        made: list[Callable[[], Int]] = [
            lambda: (place < last).if_else(place + 1, 0),
            lambda: (place == 0).if_else(last, place - 1),
            lambda: self.guard(0).if_else(self.source.randint(0, last), place),
            lambda: self.cell().other,
        ]
        return self.source.choice(made)()


def random_system(seed: int) -> System:
    """A system of one or two cells with three to eight transitions, three claims and one thing to reach."""
    draw = _Draw(seed)
    steps = [draw.step() for _ in range(draw.source.randint(3, 8))]
    transitions = tuple(
        Transition(f"X-{number}", f"step_{number}()", step.guard, step.effects, step.source)
        for number, step in enumerate(steps, 1)
    )
    variables = tuple(variable for cell in draw.cells for variable in cell.variables())
    claims = (*_claims(draw), about_steps(_of_steps(draw), transitions))
    return System(f"random_{seed}", {}, variables, transitions, claims, (), ())


def _claims(draw: _Draw) -> Iterator[Claim]:
    for number in (1, 2):
        guard = draw.guard(1) | draw.guard(1)
        yield Claim(f"I-{number}", ClaimKind.ALWAYS, f"claim_{number}", "Drawn.", "Drawn.", (("", guard),), here())
    yield Claim("I-1", ClaimKind.SOMETIMES, "goal", "Drawn.", "", (("", draw.guard(1)),), here())


def _of_steps(draw: _Draw) -> Claim:
    """What is before a step and what follows it in one sentence; of a step that changes nothing it may be false."""
    said = draw.guard(0) | draw.guard(1).next | (draw.number(0).next <= draw.number(0))
    of = draw.source.choice([(), (0, 1)])
    return Claim("I-3", ClaimKind.WHENEVER, "step_claim", "Drawn.", "Drawn.", (), here(), (("", said),), of)
