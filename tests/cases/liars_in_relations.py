"""Liars whose every sentence may be true, and who say another one in another run.

Rule: each is the honest fake with one event more, which nobody forbids; only the comparison of two runs shows why.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Regions
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine
from tests.cases.liars import caught_by


class TellsMore(FakeSubject):
    """An enable tells of churn where `odd` holds."""

    def odd(self, m: FakeMachine) -> bool:
        """Never."""
        del m
        return False

    def on_enable(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """One event more."""
        super().on_enable(m, command, end)
        if self.odd(m):
            m.events.append(Event(self.now_ms, ErrorCode.HIGH_CHURN, m.spec.name))


@caught_by("C-REL-1")
class MindsItsNeighbours(TellsMore):
    """Where there is another machine."""

    def odd(self, m: FakeMachine) -> bool:
        """Whether there is."""
        del m
        return len(self.machines) > 1


@caught_by("C-REL-2")
class MindsItsPlace(TellsMore):
    """Wherever a machine is not the first."""

    def odd(self, m: FakeMachine) -> bool:
        """Whether another one is."""
        return m is not next(iter(self.machines.values()))


@caught_by("C-REL-3")
class MindsItsName(TellsMore):
    """Where a name is long."""

    def odd(self, m: FakeMachine) -> bool:
        """Whether it is."""
        return len(m.spec.name) > len("one")
