"""The suite as data: what it requires exists, what it says is a sentence, and it is the same every time."""

import subprocess
import sys

import pytest

from siteproof.conformance import verify
from siteproof.conformance.case import Case, Level, all_cases, find
from siteproof.conformance.lab import Lab
from siteproof.model.nouns.profile import CORE
from siteproof.model.spec.registry.requirements import requirements
from tests.cases.fake import FakeSubject
from tests.cases.judging import verdict


def test_every_required_id_is_a_requirement() -> None:
    """A case cites only requirements that the catalogue has, and none that says that no subject can be judged on it."""
    judged = {each.id for each in requirements() if not each.informative}
    unknown = {case.id: set(case.requires) - judged for case in all_cases()}
    assert {case: ids for case, ids in unknown.items() if ids} == {}


def test_every_case_says_what_is_true_in_one_sentence() -> None:
    """A sentence ends with a full stop and is no file's heading."""
    assert [case.id for case in all_cases() if not case.sentence.endswith(".") or len(case.sentence) < 20] == []


def test_ids_and_sentences_are_unique() -> None:
    """Two cases never share an id or a sentence."""
    cases = all_cases()
    assert len({case.id for case in cases}) == len({case.sentence for case in cases}) == len(cases)


def test_the_suite_has_at_least_forty_cases_of_one_function_each() -> None:
    """The chapters are more than the generated table."""
    assert len([case for case in all_cases() if not case.id.startswith("C-LC-T")]) >= 40


def test_a_case_is_found_by_its_id() -> None:
    """Find gives the case, and a KeyError for an id that nobody has."""
    assert find("C-REP-1").chapter == "replication"
    with pytest.raises(KeyError):
        find("C-REP-0")


def test_a_case_without_a_witness_is_inconclusive() -> None:
    """A function that looks at nothing never passes."""
    case = Case("X-1", "Nothing.", ("SP-LC-1",), Level.MUST, (), "none", on_bytes=False, function=lambda _: None)
    with pytest.raises(verify.Inconclusive):
        case.run(Lab(FakeSubject(), CORE, 1))


def test_a_data_case_is_not_witnessed_by_words() -> None:
    """What a subject says about its state witnesses no requirement on bytes."""

    def looks(lab: Lab) -> None:
        verify.equal(lab.observe(lab.machine()).points, (), "points")

    words = Case("X-2", "Words.", ("SP-REP-2",), Level.MUST, (), "none", on_bytes=True, function=looks)
    with pytest.raises(verify.Inconclusive, match="bytes"):
        words.run(Lab(FakeSubject(), CORE, 1))


@pytest.mark.parametrize("case_id", ["C-REP-12", "C-FLT-5", "C-ST-1", "C-RET-2"])
def test_the_same_seed_gives_the_same_trace(case_id: str) -> None:
    """Two runs of a case with one seed make the same calls and see the same changes."""
    one, two = (verdict(case_id, FakeSubject())[1].trace for _ in range(2))
    assert one == two


def test_another_seed_writes_other_blocks() -> None:
    """The seed really reaches the workload."""
    assert verdict("C-REP-12", FakeSubject(), 1)[1].trace != verdict("C-REP-12", FakeSubject(), 2)[1].trace


def test_the_judge_loads_no_reference() -> None:
    """Wall 2 at run time: with every case imported nothing of the reference is."""
    code = (
        "import sys; from siteproof.conformance.case import all_cases; all_cases(); "
        "print([name for name in sys.modules if name.startswith('siteproof.reference')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
