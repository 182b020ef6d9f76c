"""The closing audit finds what no step of a case showed, and names the requirement that it breaks."""

from collections.abc import Callable

import pytest

from siteproof.conformance import verify
from siteproof.conformance.case import Case, Level
from siteproof.conformance.lab import Lab, machine_spec
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Image, ImageKind, Write
from siteproof.model.nouns.vocabulary import Place, Verb
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import Disks, FakeMachine
from tests.cases.miniatures import ListsWhatItCannotRestore


def closed(subject: FakeSubject, story: Callable[[Lab], None]) -> Lab:
    """Play a case that asks nothing, and audit what it leaves."""

    def run(lab: Lab) -> None:
        story(lab)
        verify.that(holds=True, expected="nothing", actual="nothing")

    case = Case("T-1", "Nothing is asked.", ("SP-LC-1",), Level.MUST, (), "none", on_bytes=False, function=run)
    lab = Lab(subject, CORE, 1)
    case.run(lab)
    return lab


def writes(lab: Lab) -> None:
    """A protected machine is written to, and nobody looks."""
    lab.write(lab.protected_machine(disk="64 KiB", filled=4), (0, 3, 9))


def grows_old(lab: Lab) -> None:
    """Points come and are thinned."""
    writes(lab)
    for _ in range(5):
        lab.advance(minutes=60)


def comes_back(lab: Lab) -> None:
    """A failback is cancelled."""
    writes(lab)
    machine = lab.machines[0]
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK, Verb.CANCEL):
        lab.run(machine, verb)


def moves_away(lab: Lab) -> None:
    """Production runs at the recovery site."""
    writes(lab)
    lab.run(lab.machines[0], Verb.FAIL_OVER)


def two_machines(lab: Lab) -> None:
    """One of two machines is protected and lives on."""
    machine, _ = lab.site(machine_spec("one", "64 KiB"), machine_spec("two", "64 KiB"))
    lab.protect(machine)
    lab.advance(minutes=5)


STORIES = (writes, grows_old, comes_back, moves_away, two_machines)


@pytest.mark.parametrize("story", STORIES, ids=lambda each: each.__name__)
def test_an_honest_subject_passes_the_closing_audit(story: Callable[[Lab], None]) -> None:
    """And its trace says what was read back."""
    texts = [step.text for step in closed(FakeSubject(), story).trace]
    assert "closing audit" in texts
    assert any(text.startswith(("restore", "read")) for text in texts[texts.index("closing audit") :])


class ForgetsTheFirstBlock(FakeSubject):
    """The block at the beginning of a disk never travels."""

    def send(self, m: FakeMachine, disk: str, block: int) -> None:
        """Not that one."""
        if block:
            super().send(m, disk, block)


class RestoresWhatIsGone(FakeSubject):
    """A point that was thinned is still there for those who know its name."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        super().__init__()
        self.kept: dict[str, dict[str, bytes]] = {}

    def prune(self, m: FakeMachine) -> None:
        """Keep a copy."""
        self.kept |= {point.name: disks for point, disks in m.points}
        super().prune(m)

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """From the copy."""
        if point not in self.kept:
            return super().restore(machine, point)
        return tuple(Image(name, ImageKind.INLINE, data=data) for name, data in self.kept[point].items())


class CancelsWithABlockTooMuch(FakeSubject):
    """The cloud machine is not what it was before the failback."""

    def on_cancel(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """One block is another one."""
        super().on_cancel(m, command, end)
        _spoil(m.copies[Place.RECOVERY])


class SpoilsTheNeighbour(FakeSubject):
    """Time that passes for one machine writes to the disk of another."""

    def advance(self, milliseconds: int) -> None:
        """Into the last one."""
        super().advance(milliseconds)
        _spoil(list(self.machines.values())[-1].source)


class KeepsTheOldSideOpen(FakeSubject):
    """After a failover the source is shown as off, and takes what is written to it."""

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Whoever asks."""
        if address.place is not Place.PRIMARY:
            super().write(address, writes)


def _spoil(disks: Disks) -> None:
    disks["disk0"][5 * BLOCK_BYTES] = (disks["disk0"][5 * BLOCK_BYTES] + 1) % 256


WRONG = (
    (ForgetsTheFirstBlock, writes, "SP-REP-18"),
    (RestoresWhatIsGone, grows_old, "SP-RET-19"),
    (ListsWhatItCannotRestore, grows_old, "SP-PT-14"),
    (CancelsWithABlockTooMuch, comes_back, "SP-FB-13"),
    (SpoilsTheNeighbour, two_machines, "SP-REP-18"),
    (KeepsTheOldSideOpen, moves_away, "SP-FO-16"),
)


@pytest.mark.parametrize(("subject", "story", "requirement"), WRONG, ids=lambda each: getattr(each, "__name__", each))
def test_the_closing_audit_names_what_is_wrong(
    subject: type[FakeSubject], story: Callable[[Lab], None], requirement: str
) -> None:
    """The case itself asked for nothing of it."""
    with pytest.raises(verify.Failed) as failed:
        closed(subject(), story)
    assert failed.value.of == requirement
