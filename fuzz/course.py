"""A course: what all walks of a campaign have in common, as data that any process can take up.

Rule: opened anywhere, a course carries walk k out in the same way; it holds no open thing itself.
"""

from typing import Protocol

from attrs import define, field, frozen

from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.fuzz.actions import WalkAction
from siteproof.fuzz.against.beside import Beside
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.walk import Walk, meet, repeat, wander
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Description

TIMEOUT_SECONDS = 30.0
ROUND_WALKS = 16
ROUND_WALKS_MAX = 65_536


class Walking(Protocol):
    """A course that was opened: what it is asked to carry out happens here and now."""

    def describe(self) -> Description:
        """Who is walked with; Problem (cannot judge) when there is nobody."""
        ...

    def wander(self, number: int, guide: Guide) -> Walk:
        """Draw walk `number` under a guide, and carry it out."""
        ...

    def repeat(self, scenario: Scenario, actions: tuple[WalkAction, ...]) -> Walk:
        """Carry out a given list of actions."""
        ...

    def drop(self) -> None:
        """Let the present subjects go without asking them."""
        ...

    def close(self) -> None:
        """Close the subjects politely."""
        ...


@frozen
class WalkCourse:
    """Who walks (`against`: beside which other subject), by which seed, and how many actions a walk has at most.

    `round_walks` walks share one guide: more of them keep more workers busy, fewer of them learn faster.
    """

    target: SubjectAddress
    seed: int
    steps: int
    against: SubjectAddress | None = None
    round_walks: int = ROUND_WALKS

    def open(self) -> Walking:
        """Subjects are opened when the first walk needs them."""
        if self.against is not None:
            return Beside(self.target.factory(), self.against.factory(), self.seed, self.steps, TIMEOUT_SECONDS)
        return _Alone(self)


@define
class _Alone:
    """One subject, judged by the auditor."""

    course: WalkCourse
    _bench: Bench = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._bench = Bench(self.course.target.factory(), TIMEOUT_SECONDS)

    def describe(self) -> Description:
        self._bench.run(meet)
        return self._bench.run(lambda carrier: carrier.describe())

    def wander(self, number: int, guide: Guide) -> Walk:
        return wander(self._bench, self.course.seed, number, self.course.steps, guide)

    def repeat(self, scenario: Scenario, actions: tuple[WalkAction, ...]) -> Walk:
        return repeat(self._bench, scenario, actions, self.course.seed)

    def drop(self) -> None:
        self._bench.drop()

    def close(self) -> None:
        self._bench.close()
