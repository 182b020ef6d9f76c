"""A part of the system that owns variables: a machine, a site, a retention slot.

Rule: variables and inner parts are assigned to attributes once, in the constructor, and take the attribute's name.
"""

import difflib
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, NoReturn

from siteproof.model.language.domain import TRUTH, Members, Range
from siteproof.model.language.expression import Bool, E, Expr, Int, IntLike, Op, Sym, as_int
from siteproof.model.language.source import SpecError, here
from siteproof.model.language.variable import Variable


class Declares:
    """Makes the variables of a component, which get their names from the attributes that they are assigned to."""

    _remembers = False

    def flag(self, *, initially: bool = False) -> Bool:
        """A truth value."""
        if not isinstance(initially, bool):
            raise SpecError(f"a flag is not {initially!r} at first", "write True or False", here())
        return Bool(Op.VARIABLE, variable=Variable(TRUTH, initially, self._remembers))

    def number(self, *, to: IntLike, initially: int = 0) -> Int:
        """A whole number from 0 to `to`, both included; `to` is a number or one of the system's bounds."""
        last = as_int(to)
        if not isinstance(last.constant, int):
            raise SpecError(f"{last} is not known in advance", "a range ends with a number or a bound", here())
        domain = Range(0, last.constant, last.label)
        if not domain.holds(initially):
            raise SpecError(f"{initially} is outside of {domain}", "start within the range", here())
        return Int(Op.VARIABLE, domain=domain, variable=Variable(domain, initially, self._remembers))

    def symbol(self, initially: E) -> Sym[E]:
        """A value of an enumeration."""
        if not isinstance(initially, Enum):
            raise SpecError(f"{initially!r} is of no enumeration", "write  Phase.FIRST  of a class Phase(Enum)", here())
        domain = Members(type(initially))
        return Sym(Op.VARIABLE, domain=domain, variable=Variable(domain, initially, self._remembers))

    def flags(self, count: int, *, initially: bool = False) -> tuple[Bool, ...]:
        """`count` truth values."""
        return tuple(self.flag(initially=initially) for _ in range(count))

    def numbers(self, count: int, *, to: IntLike, initially: int = 0) -> tuple[Int, ...]:
        """`count` whole numbers from 0 to `to`."""
        return tuple(self.number(to=to, initially=initially) for _ in range(count))


class HistoryVariables(Declares):
    """Makes variables that remember what happened, for claims to speak of."""

    _remembers = True


class Component(Declares):
    """A part of the system; subclasses declare their variables in `__init__`."""

    def __init__(self) -> None:
        """Nameless until a specification or an outer component gives it its place."""
        self.__dict__["_place"] = ("", None)

    def place(self, name: str, outer: "Component | None" = None) -> None:
        """Take a name within the system or within an outer component."""
        self.__dict__["_place"] = (name, outer)

    @property
    def path(self) -> str:
        """Full name, for example `machine[0].points[1]`."""
        name, outer = self.__dict__["_place"]
        return f"{outer.path}.{name}" if outer is not None else name

    @property
    def root(self) -> str:
        """The outermost component's name."""
        name, outer = self.__dict__["_place"]
        return str(outer.root if outer is not None else name)

    @property
    def history(self) -> HistoryVariables:
        """Where variables are declared that only claims read: a guard, or another variable's new value, cannot."""
        return HistoryVariables()

    def variables(self) -> Iterator[Variable]:
        """Every variable of this component and its inner parts, in the order of declaration."""
        for value in self.__dict__.values():
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Component) and item.__dict__["_place"][1] is self:
                    yield from item.variables()
                elif isinstance(item, Expr) and item.variable is not None and item.variable.owner is self:
                    yield item.variable

    def __setattr__(self, name: str, value: object) -> None:
        self.__dict__.setdefault("_place", ("", None))  # whoever forgot super().__init__() meant nothing by it
        if name in self.__dict__:
            raise SpecError(f"`{name}` is a variable and cannot be assigned", f"write  {name}.becomes(value)", here())
        if isinstance(value, tuple):
            for number, item in enumerate(value):
                self._adopt(f"{name}[{number}]", item)
        else:
            self._adopt(name, value)
        self.__dict__[name] = value

    def _adopt(self, label: str, item: object) -> None:
        if isinstance(item, Component):
            item.place(label, self)
        elif isinstance(item, Expr) and item.variable is not None and item.variable.owner is None:
            item.variable.owner, item.variable.label = self, label

    if not TYPE_CHECKING:  # the type checker finds a misspelt variable by itself, if nothing pretends to be every name

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("__"):
                raise AttributeError(name)
            near = difflib.get_close_matches(name, [*self.__dict__, *dir(type(self))], n=3)
            hint = f"did you mean {', '.join(near)}?" if near else "declare it in the constructor"
            raise SpecError(f"{type(self).__name__} has no variable `{name}`", hint, here())
