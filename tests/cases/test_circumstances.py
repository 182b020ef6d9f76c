"""Wrong bytes are called by what had happened to the machine that shows them, not by the first id of the case."""

import pytest

from siteproof.conformance.case import find
from siteproof.conformance.lab import Lab
from siteproof.conformance.verify import Failed
from siteproof.conformance.worlds.plan import EFFORTS, Depth
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Write
from siteproof.model.nouns.vocabulary import Consistency, Direction, Place, Verb
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine


class LocksWhatTookOver(FakeSubject):
    """The machine that took over cannot be written."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Not there."""
        regions = self.machines[address.machine].regions
        if address.place is Place.ACTIVE and self.running(self.machines[address.machine])[0] is Place.RECOVERY:
            raise Refused(ErrorCode.TARGET_INTERNAL_ERROR, f"read-only since {regions.protection.value}")
        super().write(address, writes)


class MixesTwoPoints(FakeSubject):
    """A copy has the upper half of the newest point, whichever was asked for."""

    def build(self, m: FakeMachine, place: Place, command: Command) -> None:
        """Half and half."""
        super().build(m, place, command)
        for name, data in m.copies[place].items():
            newest = m.points[-1][1][name]
            data[len(data) // 2 :] = newest[len(data) // 2 :]


class ForgetsWhatAPointHeld(FakeSubject):
    """When points are thinned, an older one gets half of its bytes from the newest."""

    def prune(self, m: FakeMachine) -> None:
        """And that is seen only when it is restored."""
        count = len(m.points)
        super().prune(m)
        if len(m.points) < count:
            newest, oldest = m.points[-1][1], m.points[0][1]
            for name, data in oldest.items():
                oldest[name] = data[: len(data) // 2] + newest[name][len(data) // 2 :]


class DrillsAlone(FakeSubject):
    """No point is taken while a drill runs."""

    def takes_points(self, m: FakeMachine) -> bool:
        """One thing at a time."""
        return Place.TEST not in m.copies and super().takes_points(m)


class ListsHalfAComparison(FakeSubject):
    """A comparison that fails leaves half of what was dirty, and a point of that."""

    def failed(self, m: FakeMachine, command: Command) -> Regions:
        """The lower blocks have arrived."""
        if command.verb is Verb.RESYNCHRONIZE and m.regions.direction is Direction.FORWARD:
            for disk, blocks in m.dirty.items():
                for block in sorted(blocks)[: len(blocks) // 2]:
                    part = slice(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
                    m.replica[disk][part] = m.source[disk][part]
            self.take_point(m, Consistency.CRASH)
        return super().failed(m, command)


@pytest.mark.parametrize(
    ("wrong", "case_id", "named"),
    [
        (LocksWhatTookOver, "C-FB-3", "SP-FO-13"),
        (MixesTwoPoints, "C-DRL-11", "SP-DRL-2"),
        (ForgetsWhatAPointHeld, "C-PT-8", "SP-RET-16"),
        (DrillsAlone, "C-DRL-3", "SP-DRL-5"),
        (ListsHalfAComparison, "C-AFT-14", "SP-RES-27"),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_contradiction_is_called_by_what_had_happened(wrong: type[FakeSubject], case_id: str, named: str) -> None:
    """The requirement that is broken is the one named, whatever the case asks first."""
    with pytest.raises(Failed) as failed:
        find(case_id).run(Lab(wrong(), CORE, 0, None, EFFORTS[Depth.STANDARD].breadth))
    assert failed.value.of == named
