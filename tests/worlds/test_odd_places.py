"""What the plain world never showed: who is wrong in one place only is praised there, and caught at standard."""

from pathlib import Path

import msgspec
import pytest

from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.case import find
from siteproof.conformance.failures import Failure
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Report
from siteproof.conformance.worlds.plan import Depth
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.subject import Subject
from tests.cases.fake import FakeSubject
from tests.worlds.odd_places import CASES, ODD_PLACES, Forgets, ForgetsInTheSecondLife

SEEDS = (3, 4, 5)  # so few cases do not meet every value with one


def judged(subject: type[Subject], depth: Depth | None, world: World = PLAIN, seed: int = SEEDS[0]) -> Report:
    """The chosen cases against that subject."""
    return judge(Request(subject, [find(name) for name in CASES], seed=seed, depth=depth, world=world))


@pytest.mark.parametrize("subject", ODD_PLACES, ids=lambda each: each.__name__)
def test_an_odd_place_is_seen_at_standard_only(subject: type[Forgets]) -> None:
    """It is conformant in the plain world, and in drawn worlds it is not, with the odd place named."""
    assert judged(subject, None).conformant
    assert any(_is_named(subject, judged(subject, Depth.STANDARD, seed=seed)) for seed in SEEDS)


def _is_named(subject: type[Forgets], report: Report) -> bool:
    return any(ODD_PLACES[subject] & set(each.world.odd) for each in report.results if each.world != PLAIN)


def test_an_honest_subject_is_left_alone_in_every_drawn_world() -> None:
    """The same cases, the same worlds, and nothing to blame."""
    assert judged(FakeSubject, Depth.STANDARD).conformant


def test_a_failure_is_shown_in_the_simplest_world() -> None:
    """A mistake that needs only a past is reported with that past and nothing else that is odd."""
    failed = [each for each in judged(ForgetsInTheSecondLife, Depth.STANDARD).results if each.verdict == "fail"]
    assert failed
    assert {result.world.odd for result in failed} == {("past",)}


def test_a_failure_file_carries_its_world(tmp_path: Path) -> None:
    """What was found in a drawn world comes back from the file alone, with the same words."""
    target = SubjectAddress(TargetKind.PYTHON, "tests.worlds.odd_places:ForgetsInTheSecondLife")
    keeping = Keeping(None, tmp_path, target)
    cases = [find(name) for name in CASES]
    judge(Request(ForgetsInTheSecondLife, cases, seed=3, keeping=keeping, depth=Depth.STANDARD))
    kept = [msgspec.json.decode(path.read_bytes(), type=Failure) for path in sorted(tmp_path.iterdir())]
    assert kept
    for failure in kept:
        cases = [find(failure.case_id)]
        world, breadth = failure.world, failure.breadth
        again = judge(Request(target.factory(), cases, seed=failure.seed, world=world, breadth=breadth))
        result = again.results[0]
        assert (result.verdict, result.expected, result.actual) == (failure.verdict, failure.expected, failure.actual)
