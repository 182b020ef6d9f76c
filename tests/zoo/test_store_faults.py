"""Appliances that take a failing store for a working one are told apart by the cases of a failing store."""

import pytest

from siteproof.reference.agent import MachineCut
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.stream import Choice, Stream
from siteproof.reference.subject import make_subject
from siteproof.reference.zoo.exhibit import subject_with
from tests.cases.judging import verdict


class Silent(Replicator):
    """Tries again and tells nobody."""

    def fail(self, machine: Machine, work: str, failure: StoreFailed) -> None:
        """Without a word."""
        del work, failure
        assert machine.stream is not None
        machine.stream.break_off()
        self.rhythm.plan_retry(machine)


class KeepsNoCut(Stream):
    """What did not arrive because of the store is not dirty any more."""

    def _deliver(self, cut: MachineCut, chosen: Choice) -> None:
        try:
            super()._deliver(cut, chosen)
        except StoreFailed:
            for name in cut.cuts:
                self.agent.disks[name].dirty.take()
            raise


class Forgetful(Replicator):
    """Replicates with such a stream."""

    stream_type = KeepsNoCut


class Hopeful(Resynchronization):
    """A comparison that the store ended has ended."""

    def step(self) -> bool:
        """Done either way."""
        try:
            return super().step()
        except StoreFailed:
            return True


class HopefulComparisons(Comparisons):
    """Compares like that."""

    comparison_type = Hopeful


class TrustsHalfAComparison(Replicator):
    """Compares like that."""

    comparisons_type = HopefulComparisons


@pytest.mark.parametrize(
    ("wrong", "case"),
    [(Silent, "C-FLT-8"), (Forgetful, "C-FLT-8"), (TrustsHalfAComparison, "C-FLT-9")],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_failing_store_shows_who_is_wrong(wrong: type[Replicator], case: str) -> None:
    """It fails the case in words, and the honest appliance passes the same case."""
    subject = subject_with(wrong, "store", None, durable=False)
    try:
        assert verdict(case, subject)[0].startswith("fail: ")
    finally:
        subject.close()


@pytest.mark.parametrize("case", ["C-FLT-8", "C-FLT-9"])
def test_an_honest_appliance_comes_through(case: str) -> None:
    """Told, kept, mended."""
    subject = make_subject(None, durable=False)
    try:
        assert verdict(case, subject)[0] == "pass"
    finally:
        subject.close()
