"""The words of a verdict: plain, sorted, the same in every process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from siteproof.conformance import verify
from siteproof.conformance.plain import in_order, plain
from siteproof.model.nouns.commands import Accepted, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.vocabulary import Place, Protection
from tests.cases.judging import python_in

ROOT = Path(__file__).parents[2]
RUNS = """
from siteproof.conformance import runner, verify
from siteproof.conformance.case import find
from siteproof.conformance.render import text
from siteproof.conformance.request import Request
from tests.cases import miniatures
from tests.cases.fake import FakeSubject
from tests.judge.judge_cases import case_of


def lists_nothing(lab):
    '''A set of values against an empty one.'''
    verify.equal(set(lab.observe(lab.protected_machine()).allowed), set(), "allowed commands")


wrongs = [getattr(miniatures, name) for name in ("CommitKeepsPoints", "ListsTooMuch", "TakesPointsWhileMarked")]
told = {wrong: find(miniatures.KILLED_BY[wrong]) for wrong in wrongs} | {FakeSubject: case_of(lists_nothing)}
for wrong, case in told.items():
    print(text.block(runner.judge(Request(wrong, [case], seed=5)).results[0]))
"""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"p10", "p9", "p1"}, "p1, p9, p10"),
        (frozenset({Place.RECOVERY, Place.PRIMARY}), "primary, recovery"),
        ((3, 1, 2), "3, 1, 2"),
        ((), "nothing"),
        (set(), "nothing"),
        (None, "none"),
        (True, "yes"),
        (Protection.PROTECTED, "protected"),
        ({"b": 1, "a": {2, 1}}, "a 1, 2, b 1"),
        ([("a", 1), ("b", 2)], "a, 1; b, 2"),
        ((Protection.UNPROTECTED, ()), "unprotected, nothing"),
        (Refusal(ErrorCode.OPERATION_CONFLICT), "refused with OperationConflict"),
        (Accepted(""), "accepted"),
        (b"\x01\xff", "01ff"),
        (object(), "a object"),
    ],
)
def test_values_are_told_in_plain_words(value: object, words: str) -> None:
    """Sets are sorted, sequences keep their order, enums are their values, and nothing looks like a program."""
    assert plain(value) == words


def test_a_value_with_fields_is_told_by_them() -> None:
    """Fields are told by name, and what is empty is left out."""
    told = plain(Regions(Protection.PROTECTED))
    assert told.startswith("protection protected, direction forward")
    assert python_in(told) == []


def test_the_first_of_a_set_is_its_least() -> None:
    """A check of every member of a set names the same offender in every process."""
    assert in_order({"p10", "p2", "p1"}) == ("p1", "p2", "p10")
    with pytest.raises(verify.Failed, match="3 not, first p1"):
        verify.every({"p10", "p2", "p1"}, lambda _: False, "a true one")


def test_a_failure_reads_the_same_in_every_process() -> None:
    """Whatever order Python gives to sets, the same wrong subject is told of in the same words."""
    told = {hash_seed: _told(hash_seed) for hash_seed in ("0", "1", "2", "77")}
    assert "Actual       disable, fail_over, test_failover" in told["0"]
    assert told["0"].count("Expected") == 4
    assert len(set(told.values())) == 1


def _told(hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", RUNS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout
