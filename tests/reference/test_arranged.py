"""What is arranged happens once, inside a call, and does what the same call would have done."""

import pytest

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, During, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Protection, Resync, Verb
from siteproof.reference.subject import ReferenceSubject, make_subject

DISK = DiskAddress("vm1", "disk0")
CUT = Fault(FaultKind.LINK_DOWN, "vm1")


@pytest.fixture
def subject(tmp_path: object) -> ReferenceSubject:
    """A machine whose disk is half full of noise."""
    made = make_subject(str(tmp_path), durable=False)
    made.reset(Scenario((MachineSpec("vm1", (DiskSpec("disk0", 64),), identity="one"),)))
    made.write(DISK, tuple(Write(block, block + 1, noise=BLOCK_BYTES) for block in range(32)))
    return made


def protected(subject: ReferenceSubject) -> ReferenceSubject:
    """The machine after its initial copy."""
    subject.do(Command(Verb.ENABLE, "vm1"))
    subject.settle()
    assert subject.observe("vm1").regions.protection is Protection.PROTECTED
    return subject


def test_a_fault_strikes_before_the_transfer_that_would_pass_its_bytes(subject: ReferenceSubject) -> None:
    """Ten blocks of noise may leave, the eleventh not: the copy fails, and no more than that was counted."""
    subject.arrange((During("vm1", after_bytes=10 * BLOCK_BYTES, fault=CUT),))
    subject.do(Command(Verb.ENABLE, "vm1"))
    subject.settle()
    seen = subject.observe("vm1")
    assert seen.regions.protection is Protection.INITIAL_REPLICATION_FAILED
    assert not seen.link_up
    assert seen.bytes_sent <= 10 * BLOCK_BYTES


def test_a_fault_strikes_at_its_instant(subject: ReferenceSubject) -> None:
    """A minute before it nothing has happened; a minute after it data has met a dead link."""
    protected(subject).arrange((During("vm1", after_ms=120_000, fault=CUT),))
    subject.advance(60_000)
    assert subject.observe("vm1").link_up
    subject.advance(120_000)
    subject.write(DISK, (Write(1, 99),))
    subject.advance(60_000)
    assert subject.observe("vm1").regions.resync is Resync.REQUIRED


def test_writes_happen_inside_a_pause_and_are_replicated(subject: ReferenceSubject) -> None:
    """A write that nobody waited for is on the disk, and in the next point."""
    protected(subject).arrange((During("vm1", after_ms=1_000, address=DISK, writes=(Write(5, 99),)),))
    subject.advance(301_000)
    newest = subject.observe("vm1").points[-1].name
    with open(subject.read(DISK).location, "rb") as disk:  # noqa: PTH123  (a location is a text)
        now = disk.read()
    (image,) = subject.restore("vm1", newest)
    with open(image.location, "rb") as restored:  # noqa: PTH123  (a location is a text)
        assert restored.read() == now
    assert subject.observe("vm1").disks[0].dirty_blocks == 0


def test_what_is_replaced_never_happens(subject: ReferenceSubject) -> None:
    """An empty arrangement takes everything back, instants and bytes."""
    protected(subject).arrange((During("vm1", after_ms=1_000, fault=CUT), During("vm1", after_bytes=0, fault=CUT)))
    subject.arrange(())
    subject.write(DISK, (Write(1, 99),))
    subject.advance(60_000)
    assert subject.observe("vm1").link_up


def test_what_happened_does_not_happen_again(subject: ReferenceSubject) -> None:
    """A link that was mended stays mended."""
    protected(subject).arrange((During("vm1", after_bytes=0, fault=CUT),))
    subject.write(DISK, (Write(1, 99),))
    subject.advance(60_000)
    assert not subject.observe("vm1").link_up
    subject.fault(Fault(FaultKind.LINK_UP, "vm1"))
    subject.do(Command(Verb.RESYNCHRONIZE, "vm1"))
    subject.settle()
    assert subject.observe("vm1").link_up
    assert subject.observe("vm1").regions.resync is Resync.NONE


@pytest.mark.parametrize(
    "during",
    [
        During("vm1", after_ms=1),
        During("vm1", fault=CUT),
        During("vm1", after_ms=1, after_bytes=1, fault=CUT),
        During("vm1", after_ms=-1, fault=CUT),
        During("vm1", after_ms=1, fault=CUT, address=DISK),
    ],
)
def test_an_arrangement_without_one_moment_and_one_thing_is_told(subject: ReferenceSubject, during: During) -> None:
    """Nothing is guessed, and nothing of the list is arranged."""
    with pytest.raises(Problem, match="this cannot be arranged"):
        subject.arrange((During("vm1", after_ms=1, fault=CUT), during))
    subject.advance(60_000)
    assert subject.observe("vm1").link_up
