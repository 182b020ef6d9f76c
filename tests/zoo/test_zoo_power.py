"""A power failure of the source takes what was not flushed, and nothing else: the ledger follows the disks."""

from pathlib import Path

import pytest

from siteproof.conformance.lab import Lab
from siteproof.conformance.verify import Failed
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import DiskAddress, FaultKind
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.honest.power import Forgetful
from tests.cases.judging import verdict


class LosesFlushedWrites(Forgetful):
    """A flush that flushes nothing."""

    def flush(self, address: DiskAddress) -> None:
        """Thank you."""


def lab_after_a_failure(subject: ReferenceSubject, kinds: tuple[FaultKind, ...]) -> Lab:
    """Two flushed blocks, three that were not, and the power fails."""
    lab = Lab(subject, CORE, seed=1)
    machine = lab.protected_machine(disk="64 KiB")
    lab.write(machine, (1, 2))
    lab.flush(machine)
    lab.write(machine, (2, 3, 4))
    for kind in kinds:
        lab.fault(kind, machine)
    return lab


@pytest.mark.parametrize("kinds", [(FaultKind.FORCED_SHUTDOWN,), (FaultKind.SITE_DOWN, FaultKind.SITE_UP)])
def test_what_was_not_flushed_may_go(kinds: tuple[FaultKind, ...], tmp_path: Path) -> None:
    """The trace says how much, and what is left is what replication owes."""
    lab = lab_after_a_failure(Forgetful(tmp_path, durable=False), kinds)
    (machine,) = lab.machines
    assert any("3 blocks of vm1 that were not flushed" in step.text for step in lab.trace)
    assert not lab.read(machine).differences(lab.history.image_now(machine.name))
    assert not lab.history.unflushed(machine.name)
    lab.subject.close()


def test_what_was_flushed_may_not_go(tmp_path: Path) -> None:
    """A block that is older than the last flush contradicts it."""
    with pytest.raises(Failed, match="as of the last flush, or newer"):
        lab_after_a_failure(LosesFlushedWrites(tmp_path, durable=False), (FaultKind.FORCED_SHUTDOWN,))


def test_an_honest_source_with_a_cache_is_left_alone(tmp_path: Path) -> None:
    """The case that crashes sources with writes on their way passes, although some of them are lost."""
    subject = Forgetful(tmp_path, durable=False)
    said, lab = verdict("C-FLT-7", subject)
    assert said == "pass"
    assert any("went back with the power" in step.text for step in lab.trace)
    subject.close()
