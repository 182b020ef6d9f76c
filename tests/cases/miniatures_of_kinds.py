"""Miniatures of retention and of machine kinds: the honest fake, wrong in exactly one promise each.

Rule: as in miniatures.py, which has the others and the table of who has to catch them.
"""

from attrs import evolve

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import DAY_MINUTES
from siteproof.model.nouns.vocabulary import (
    MachineKind,
    Verb,
)
from siteproof.model.spec.retention_rule import EVERYTHING, RetentionRule, published_rule
from siteproof.model.theorems.keep import kept
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine


class FollowsTheShorterRow(FakeSubject):
    """36 hours are hourly still, and below a day nothing is thinned: the retention is rounded down."""

    def prune(self, m: FakeMachine) -> None:
        """Whole days only."""
        minutes = m.policy.retention_minutes
        whole = minutes // DAY_MINUTES * DAY_MINUTES
        tiers = published_rule(whole).tiers if whole else EVERYTHING
        left = {point.name for point in kept([p for p, _ in m.points], self.now_ms, RetentionRule(minutes, tiers))}
        m.points = [each for each in m.points if each[0].name in left]


class ThinsAWeekOldPointLikeAYoungOne(FakeSubject):
    """Beyond day seven it goes on with one point in two hours."""

    def prune(self, m: FakeMachine) -> None:
        """One table is enough."""
        rule = RetentionRule(m.policy.retention_minutes, published_rule(7 * DAY_MINUTES).tiers)
        left = {point.name for point in kept([point for point, _ in m.points], self.now_ms, rule)}
        m.points = [each for each in m.points if each[0].name in left]


class KeepsOneAtRetentionZero(FakeSubject):
    """The newest point stays listed although the policy stores none."""

    def prune(self, m: FakeMachine) -> None:
        """Better safe than sorry."""
        if m.policy.retention_minutes:
            super().prune(m)
        else:
            m.points = m.points[-1:]


class CopiesPhysicalMachinesOnce(FakeSubject):
    """The driver that tracks changes is there for VMware machines only."""

    def track(self, machine: FakeMachine, disk: str, block: int, data: bytes) -> None:
        """Nothing of a physical machine travels after its initial copy."""
        if machine.spec.kind is MachineKind.VMWARE:
            super().track(machine, disk, block, data)


class OffersPhysicalMachinesLess(FakeSubject):
    """A physical machine cannot be drilled."""

    def observe(self, machine: str) -> Observation:
        """No test failover in the list."""
        seen = super().observe(machine)
        less = tuple(verb for verb in seen.allowed if verb is not Verb.TEST_FAILOVER)
        return seen if self.machines[machine].spec.kind is MachineKind.VMWARE else evolve(seen, allowed=less)
