"""The regions of one machine as variables, and how the values of a table are read and set there."""

from collections.abc import Iterable, Iterator

from siteproof.model.language import Bool, Component, Effect, all_of, any_of
from siteproof.model.language.table import REGION_OF, Change, Value, Where
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover


class LifecycleMachine(Component):
    """The regions of one machine."""

    def __init__(self) -> None:
        """Unprotected, on premises."""
        super().__init__()
        self.protection = self.symbol(Protection.UNPROTECTED)
        self.direction = self.symbol(Direction.FORWARD)
        self.active = self.symbol(Site.PRIMARY)
        self.test_failover = self.symbol(TestFailover.NONE)
        self.resync = self.symbol(Resync.NONE)

    def has(self, value: Value) -> Bool:
        """The region (or the fact) of this value has it."""
        guard = getattr(self, REGION_OF[type(value)]) == value
        assert isinstance(guard, Bool)
        return guard

    def lies_in(self, where: Where, regions: Iterable[str] | None = None) -> Bool:
        """The machine's regions (or only some of them) lie in a set of states."""
        chosen = where.fits if regions is None else {name: where.fits[name] for name in regions if name in where.fits}
        return all_of(any_of(self.has(value) for value in sorted(values)) for values in chosen.values())

    def moves(self, change: Change) -> Iterator[Effect]:
        """The named regions take the named values."""
        for value in change:
            effect = getattr(self, REGION_OF[type(value)]).becomes(value)
            assert isinstance(effect, Effect)
            yield effect

    def admits(self, change: Change) -> tuple[Bool, ...]:
        """What the end of a phase takes beside the regions; here nothing."""
        del change
        return ()
