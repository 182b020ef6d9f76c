"""A case of the judge: one sentence, the requirements it witnesses, what it needs from the subject, and a function.

Rule: a case is data plus one function of a Lab. It never knows which subject it judges, and it passes only when at
least one check of it really saw what its requirement speaks of; everything else is inconclusive.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any

from attrs import astuple, field, frozen

from siteproof.conformance import circumstances, verify
from siteproof.conformance.auditor import closing
from siteproof.conformance.lab import Lab
from siteproof.conformance.worlds.world import DIMENSIONS
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import Capability
from siteproof.model.spec.registry.requirements import Level


@frozen
class Case:
    """One case; `run(lab)` returns when it passed.

    It raises verify.Failed, verify.Inconclusive or verify.NonStrict, nouns' Unsupported, or whatever a broken subject
    raises. `on_bytes` cases are data requirements: only checks of bytes that the judge read back itself witness them.
    `fixes` names what the case cannot bear of a world (worlds/world.py): `size`, or only `past=aged`. `bears` names the
    dimensions of which it bears also what needs consent: `way` back.
    """

    id: str
    sentence: str
    requires: tuple[str, ...]
    level: Level
    needs: tuple[Capability, ...]
    chapter: str
    on_bytes: bool
    function: Callable[[Lab], None] = field(repr=False)
    fixes: tuple[str, ...] = ()
    bears: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        """A case of the suite is pickled as its id, so that any process of the same version has it."""
        return (find, (self.id,)) if self.travels else (type(self), astuple(self, recurse=False))

    @property
    def travels(self) -> bool:
        """Whether it is a case of the suite, and not one that was made for this run alone."""
        return _REGISTER.get(self.id) is self

    def run(self, lab: Lab) -> None:
        """Judge the lab's subject by this case."""
        try:
            self._run(lab)
        except verify.Failed as failed:
            failed.of = circumstances.requirement(lab, failed)
            raise

    def _run(self, lab: Lab) -> None:
        with verify.judging(lab.witnessed, self.requires, on_bytes=self.on_bytes):
            try:
                self.function(lab)
            except Refused as refused:  # a case catches the refusals that it expects
                of = circumstances.refused(lab)
                raise verify.Failed("an answer", f"refused with {refused}", self._last_step(lab), of) from refused
        if not lab.witnessed:
            raise verify.Inconclusive(self._without_witness())
        closing.audit(lab)

    @staticmethod
    def _last_step(lab: Lab) -> str:
        return f"after {lab.trace[-1].text}" if lab.trace else ""

    def _without_witness(self) -> str:
        return "no bytes were read back" if self.on_bytes else "the case ended without a witness"


__all__ = ["Case", "Level", "all_cases", "case", "find", "spelled"]

PREFIX = "C-"  # a requirement is SP-RES-4, a rule RES-4, a case C-RES-4: one id is one thing
_REGISTER: dict[str, Case] = {}


def case(
    id: str,  # noqa: A002  (a case's id is called id everywhere it is shown)
    requires: Iterable[str] = (),
    level: Level = Level.MUST,
    needs: Iterable[Capability] = (),
    *,
    on_bytes: bool = False,
    fixes: Iterable[str] = (),
    bears: Iterable[str] = (),
) -> Callable[[Callable[[Lab], None]], Callable[[Lab], None]]:
    """Register the decorated function as a case; its docstring's first line is the case's sentence."""

    def register(function: Callable[[Lab], None]) -> Callable[[Lab], None]:
        said = (id, _sentence(function), tuple(requires), level, tuple(needs), _chapter(function))
        _add(Case(*said, on_bytes, function, tuple(fixes), tuple(bears)))
        return function

    return register


def all_cases() -> tuple[Case, ...]:
    """Every case of conformance/cases, ordered by chapter and then by id."""
    _know_them()
    return _in_order()


@functools.cache
def _in_order() -> tuple[Case, ...]:
    """Sorted once, until another case is registered: whoever prints or counts asks hundreds of times."""
    return tuple(sorted(_REGISTER.values(), key=lambda each: (each.chapter, _natural(each.id))))


@functools.cache
def _know_them() -> None:
    package = importlib.import_module("siteproof.conformance.cases")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def find(case_id: str) -> Case:
    """The case of that id; KeyError when there is none."""
    if case_id not in _REGISTER:
        all_cases()
    return _REGISTER[case_id]


def spelled(name: str, cases: Iterable[Case]) -> Case | None:
    """The case that `name` means, in upper or lower case, with the prefix or (as before there was one) without it."""
    known = {each.id.casefold(): each for each in cases}
    return known.get(name.casefold()) or known.get(f"{PREFIX}{name}".casefold())


def _add(new: Case) -> None:
    known = _REGISTER.get(new.id)
    assert known is None or known.chapter == new.chapter, f"two cases are called {new.id}"
    assert new.requires, f"case {new.id} names no requirement"
    named = {each.partition("=")[0] for each in new.fixes}
    assert named <= set(DIMENSIONS), f"case {new.id} fixes what no world has"
    _REGISTER[new.id] = new
    _in_order.cache_clear()


def _sentence(function: Callable[[Lab], None]) -> str:
    assert function.__doc__, f"case {function.__name__} needs a sentence"
    return function.__doc__.strip().splitlines()[0]


def _chapter(function: Callable[[Lab], None]) -> str:
    return function.__module__.rpartition(".")[2]


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    parts = text.replace(".", "-").split("-")
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in parts)
