"""Promises: what happens in the end, if what can go on does go on.

Rule: a promise names what has to be fair. `fair` actions do not wait for ever while they are possible all the time;
`strong` ones not even while they are possible again and again; `ceases` are trouble that ends at some time.
"""

from collections.abc import Callable, Collection, Mapping

from attrs import field, frozen

from siteproof.model.language.action import Action
from siteproof.model.language.claims import ClaimKind, Property, property_of
from siteproof.model.language.expression import Bool
from siteproof.model.language.source import SpecError, here


@frozen(eq=False)
class Leads:
    """Whenever `begins` holds, then at that moment or later `ends` holds."""

    begins: Bool
    ends: Bool


@frozen(eq=False)
class Begins:
    """A promise that waits for its end."""

    begins: Bool

    def comes(self, ends: Bool, *, unless: Bool | None = None) -> Leads:
        """What comes in the end; where `unless` comes first, nothing was promised."""
        return Leads(self.begins, ends if unless is None else ends | unless)


def after(begins: Bool) -> Begins:
    """Whenever this holds."""
    return Begins(begins)


@frozen(eq=False)
class Fairness:
    """Rule ids of the actions that a promise counts on."""

    fair: frozenset[str] = frozenset()
    strong: frozenset[str] = frozenset()
    ceases: frozenset[str] = frozenset()


@frozen(eq=False)
class Eventually(Property):
    """A promise, to be instantiated like any other claim, and for each value of its `indexes` (bounds by name)."""

    fairness: Fairness = field(factory=Fairness)
    indexes: Mapping[str, str] = field(factory=dict)


def eventually(
    rule: str,
    *,
    why: str,
    fair: Collection[Action],
    strong: Collection[Action] = (),
    ceases: Collection[Action] = (),
    needs: Mapping[str, int] | None = None,
    **indexes: str,
) -> Callable[[Callable[..., Leads]], Eventually]:
    """Declare what happens in the end (with bounds of at least `needs`); `why` says what it costs when it does not."""
    source = here()
    if not why:
        raise SpecError(f"{rule} does not say why it matters", "give it  why=...", source)
    fairness = Fairness(*(frozenset(action.rule for action in each) for each in (fair, strong, ceases)))

    def declare(build: Callable[..., Leads]) -> Eventually:
        made = property_of(rule, ClaimKind.EVENTUALLY, why, needs or {}, source, build)
        facts = (made.rule, made.kind, made.name, made.doc, made.why, made.build, made.needs, made.source)
        return Eventually(*facts, fairness=fairness, indexes=indexes)

    return declare
