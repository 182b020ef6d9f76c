"""Checks: each raises with expected and actual, and each needs something to look at."""

import pytest
from attrs import evolve

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.expected import round_trip
from siteproof.conformance.expected.retention import expected
from siteproof.conformance.lab import Lab
from siteproof.model.nouns.commands import Accepted, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.policy import DAY_MINUTES, MINUTE_MS, RecoveryPoint
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Consistency, Verb
from siteproof.model.spec.retention_rule import published_rule
from tests.cases.fake import FakeSubject


def test_a_check_that_holds_bears_witness() -> None:
    """Inside a case a passed check leaves the case's requirements behind."""
    seen: set[str] = set()
    with verify.judging(seen, ("SP-LC-1",)):
        verify.at_most(3, 3, "bytes")
    assert seen == {"SP-LC-1"}


def test_a_check_that_fails_bears_no_witness() -> None:
    """A failure tells expected and actual and witnesses nothing."""
    seen: set[str] = set()
    with pytest.raises(verify.Failed, match="at most 3; actual 4"), verify.judging(seen, ("SP-LC-1",)):
        verify.at_most(4, 3, "bytes")
    assert seen == set()


def test_nothing_to_look_at_is_inconclusive() -> None:
    """A check of every item of nothing does not pass."""
    with pytest.raises(verify.Inconclusive):
        verify.every([], lambda _: True, "an item")


def test_the_first_wrong_item_is_named() -> None:
    """Every says how many are wrong and shows one."""
    with pytest.raises(verify.Failed, match="2 not, first 3"):
        verify.every([1, 3, 5, 2], lambda number: number < 3, "a small number")


def test_a_refusal_with_another_code_is_not_the_expected_one() -> None:
    """Being refused is not enough: the error has to be the named one."""
    with pytest.raises(verify.Failed):
        verify.refused(Refusal(ErrorCode.POLICY_INVALID), [ErrorCode.OPERATION_CONFLICT], "commit")
    with pytest.raises(verify.Failed):
        verify.refused(Accepted("job"), [], "commit")
    with pytest.raises(verify.Failed):
        verify.accepted(Refusal(ErrorCode.POLICY_INVALID), "commit")


def test_time_may_pass_while_nothing_changes() -> None:
    """Clock and RPO move by themselves; a generation does not."""
    before = Observation("vm1", 0, Regions(), ())
    verify.unchanged(before, evolve(before, time_ms=5, rpo_ms=5), "nothing happened")
    with pytest.raises(verify.Failed, match="generation: 0 → 1"):
        verify.unchanged(before, evolve(before, generation=1), "nothing happened")


def test_a_should_that_is_missed_is_non_strict() -> None:
    """The letter is not kept, and that is neither pass nor failure."""
    with pytest.raises(verify.NonStrict):
        verify.should(holds=False, reason="late")


def test_one_differing_block_is_named() -> None:
    """Two images that differ in a block: disk and block are told."""
    lab = Lab(FakeSubject(), CORE, 1)
    machine = lab.machine()
    before = lab.read(machine)
    lab.write(machine, [9])
    with pytest.raises(verify.Failed, match="first disk0 block 9"):
        verify_bytes.same_image(lab.read(machine), before)


def test_the_bytes_of_the_source_follow_the_ledger() -> None:
    """Stamped, unstamped and discarded blocks: the judge's ledger predicts what it reads back."""
    lab = Lab(FakeSubject(), CORE, 1)
    machine = lab.machine(disks=2)
    lab.write(machine, 30, disk="disk1")
    lab.write_data(machine, 3, b"three")
    lab.discard(machine, 0, 2)
    verify_bytes.same_image(lab.read(machine), lab.history.image_now(machine.name))


def test_a_point_taken_under_load_has_no_single_expected_image() -> None:
    """image_at refuses to guess when writes ran since replication was drained."""
    lab = Lab(FakeSubject(), CORE, 1)
    machine = lab.protected_machine()
    lab.write(machine, 5)
    lab.advance(minutes=6)
    newest = lab.observe(machine).points[-1]
    with pytest.raises(verify.Inconclusive):
        lab.history.image_at(machine.name, newest.name)


def test_a_set_up_that_is_refused_is_inconclusive() -> None:
    """A case that cannot reach its scene does not blame the subject for the scene."""
    lab = Lab(FakeSubject(), CORE, 1)
    with pytest.raises(verify.Inconclusive, match="commit, which was refused"):
        lab.run(lab.machine(), Verb.COMMIT)


def test_the_lower_bound_counts_blocks_that_differ_and_not_writes() -> None:
    """Ten writes to one block, and one that restores an old content, cost one block."""
    lab = Lab(FakeSubject(), CORE, 1)
    machine = lab.protected_machine()
    lab.write(machine, [4] * 10)
    lab.write_data(machine, 8, b"")
    assert lab.lower_bound(machine) == 4096


def test_what_is_lost_is_read_from_the_blocks() -> None:
    """A write that is shown by itself or by a later one is not lost, whatever came between."""
    lab = Lab(FakeSubject(), CORE, 1)
    machine = lab.machine()
    lab.write(machine, [1, 2, 1])
    picture = lab.read(machine)
    lab.write(machine, [2, 5])
    lost = lab.history.ledgers(machine.name)[0].lost(0, picture.disks[0].digests)
    assert [(entry.block, entry.sequence) for entry in lost] == [(5, 5), (2, 4)]


def test_a_lost_write_that_comes_back_is_called_a_mixed_history() -> None:
    """The split-brain ledger names a block of the ended history before any other difference."""
    lab = Lab(FakeSubject(), CORE, 1)
    machine = lab.machine()
    wanted = lab.read(machine)
    lab.write(machine, [2])
    ended = {("disk0", 2, int(lab.read(machine).disk("disk0").digests[2]))}
    with pytest.raises(verify.Failed, match="two histories were mixed"):
        round_trip.came_home(lab, machine, wanted, ended)


def test_what_was_thinned_once_never_comes_back() -> None:
    """When a bucket's representative expires, its younger neighbours of long ago are not expected again."""
    points = [RecoveryPoint(f"p{n}", Consistency.CRASH, n * 5 * MINUTE_MS, n) for n in range(12 * 30)]
    left = expected(points, published_rule(DAY_MINUTES))
    hours = [point.taken_at_ms // (60 * MINUTE_MS) for point in left if point.sequence < 12 * 28]
    assert len(hours) == len(set(hours))
    assert left[-1] is not points[0]
