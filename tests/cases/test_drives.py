"""Drives catch kinds of mistakes that no case was written for: each wrong subject is one small change of the fake."""

import pytest

from siteproof.conformance.case import find
from siteproof.conformance.drivers import happenings
from siteproof.conformance.lab import Lab
from siteproof.conformance.verify import Failed
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Consistency, Place
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine

STANDARD = 2


class TakesWritesWhileOff(FakeSubject):
    """The old side goes on, and is shown as off."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Whoever asks."""
        if address.place is not Place.PRIMARY:
            super().write(address, writes)


class ThrowsDrillsAway(FakeSubject):
    """A test machine that nobody can change."""

    def store(self, machine: FakeMachine, address: DiskAddress, block: int, data: bytes) -> None:
        """Thank you."""
        if address.place is not Place.TEST:
            super().store(machine, address, block, data)


class ForgetsPins(FakeSubject):
    """After a crash of the target nobody knows what is in use."""

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """The pin is shown as before."""
        super().break_something(machine, fault)
        if fault.kind is FaultKind.TARGET_CRASH:
            machine.used = ""

    def prune(self, m: FakeMachine) -> None:
        """By age alone."""
        pinned = next((each for each in m.points if each[0].pinned), None)
        super().prune(m)
        if pinned and not m.used and self.now_ms - pinned[0].taken_at_ms > m.policy.retention_minutes * 60_000:
            m.points = [each for each in m.points if each[0].name != pinned[0].name]


class DropsWhatLatestMade(FakeSubject):
    """The source never heard of a point that a drill has made."""

    unknown = ""

    def build(self, m: FakeMachine, place: Place, command: Command) -> None:
        """Remember it."""
        before = m.made
        super().build(m, place, command)
        self.unknown = m.points[-1][0].name if m.made > before else self.unknown

    def prune(self, m: FakeMachine) -> None:
        """So it goes with the next one."""
        super().prune(m)
        m.points = [each for each in m.points if each[0].name != self.unknown or each[0].pinned]


class ComparesOneDisk(FakeSubject):
    """The first disk speaks for all."""

    def on_resynchronize(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """The others stay as they are."""
        others = {name: bytes(data) for name, data in list(m.replica.items())[1:]}
        super().on_resynchronize(m, command, end)
        for name, data in others.items():
            m.replica[name][: len(data)] = data


class SendsAPartAtATime(FakeSubject):
    """Of a long queue the low blocks go first, and a point is taken in between."""

    def ship(self, m: FakeMachine) -> None:
        """The rest goes after the next point."""
        late = {disk: set(sorted(blocks)[64:]) for disk, blocks in m.dirty.items()}
        kept = {disk: {b: bytes(m.replica[disk][b * 4096 : (b + 1) * 4096]) for b in late[disk]} for disk in late}
        travels = bool(m.dirty) and m.link_up
        super().ship(m)
        if travels and not m.dirty:
            for disk, blocks in kept.items():
                for block, data in blocks.items():
                    m.replica[disk][block * 4096 : (block + 1) * 4096] = data
            m.dirty = {disk: blocks for disk, blocks in late.items() if blocks}


class PutsABlinkAside(FakeSubject):
    """What was dirty when the link came back travels only after the next point."""

    aside: dict[str, set[int]]

    def reset(self, scenario: Scenario) -> None:
        """Nothing is put aside yet."""
        self.aside = {}
        super().reset(scenario)

    def break_something(self, machine: FakeMachine, fault: Fault) -> None:
        """It is not dirty any more, and did not travel."""
        super().break_something(machine, fault)
        if fault.kind is FaultKind.LINK_UP:
            self.aside, machine.dirty = machine.dirty, {}

    def take_point(self, m: FakeMachine, consistency: Consistency) -> RecoveryPoint:
        """And now it is again."""
        point = super().take_point(m, consistency)
        for disk, blocks in self.aside.items():
            m.dirty.setdefault(disk, set()).update(blocks)
        self.aside = {}
        return point


WRONG: tuple[tuple[type[FakeSubject], str, tuple[str, ...]], ...] = (
    (TakesWritesWhileOff, "C-DRV-2", ("SP-FO-16",)),
    (ThrowsDrillsAway, "C-DRV-2", ("SP-DRL-2",)),
    (ForgetsPins, "C-DRV-4", ("SP-RET-11",)),
    (DropsWhatLatestMade, "C-DRV-2", ("SP-RET-3",)),
    (ComparesOneDisk, "C-DRV-37", ("SP-REP-18",)),
    (SendsAPartAtATime, "C-DRV-2", ("SP-FO-1", "SP-REP-6", "SP-REP-18", "SP-REP-21")),
    (PutsABlinkAside, "C-DRV-2", ("SP-REP-13", "SP-REP-18", "SP-REP-21", "SP-REP-6")),
)


def driven(subject: FakeSubject, case_id: str) -> None:
    """The case at standard depth, in the plain world."""
    find(case_id).run(Lab(subject, CORE, 0, None, STANDARD))


@pytest.mark.parametrize(("wrong", "case_id", "named"), WRONG, ids=lambda each: getattr(each, "__name__", None))
def test_a_drive_runs_into_what_no_case_was_written_for(
    wrong: type[FakeSubject], case_id: str, named: tuple[str, ...]
) -> None:
    """It says what happened in which state, and names the requirement, or a near one, that is broken."""
    with pytest.raises(Failed) as failed:
        driven(wrong(), case_id)
    assert failed.value.of in named
    assert "in the state" in failed.value.detail


@pytest.mark.parametrize("case_id", sorted({case_id for _, case_id, _ in WRONG}))
def test_an_honest_subject_comes_through_every_drive(case_id: str) -> None:
    """What the wrong ones fail the honest one passes."""
    driven(FakeSubject(), case_id)


def test_every_happening_strikes_in_every_kind_of_rounds() -> None:
    """At standard depth every light one strikes on every road, and every heavy one on every fourth road."""
    lab = Lab(FakeSubject(), CORE, 0, None, STANDARD)
    for number in range(8):
        struck = {each.name for pair in happenings.rounds(lab, number)[:5] for each in pair}
        assert {each.name for each in happenings.LIGHT} <= struck
    heavy = {pair[1].name for number in range(8) for pair in happenings.rounds(lab, number)[3:5]}
    assert heavy == {each.name for each in happenings.HEAVY}


def test_a_subject_without_faults_is_struck_by_time_alone() -> None:
    """What it does not declare is left out, and nothing is asked twice."""

    class OnlyTime(FakeSubject):
        """No handle but the clock."""

        left_out = FakeSubject.left_out | {each for need in happenings.HEAVY for each in need.needs}

    lab = Lab(OnlyTime(), CORE, 0, None, STANDARD)
    names = {each.name for pair in happenings.rounds(lab, 2) for each in pair}
    assert names <= {each.name for each in (*happenings.LIGHT, happenings.QUIET)}
