"""Cases are found by every name that was ever printed of them, and listed with what they need."""

import json

import pytest

from siteproof.cli import main
from siteproof.conformance.case import all_cases
from siteproof.conformance.choice import cases_called
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.requirements import requirements


@pytest.mark.parametrize("name", ["C-DRL-6", "c-drl-6", "DRL-6", "drl-6"])
def test_a_case_is_found_however_it_is_spelled(name: str) -> None:
    """Upper or lower case, with the prefix or without it."""
    assert [case.id for case in cases_called(name, all_cases())] == ["C-DRL-6"]


@pytest.mark.parametrize("name", ["SP-DRL-6", "sp-drl-6"])
def test_a_requirement_means_the_cases_that_witness_it(name: str) -> None:
    """SP-DRL-6 is every case that speaks of it, in the order of the suite."""
    found = cases_called(name, all_cases())
    assert [case.id for case in found] == ["C-DRL-6", "C-RET-7"]
    assert all("SP-DRL-6" in case.requires for case in found)


def test_a_rule_means_the_cases_of_what_it_keeps() -> None:
    """PIP-9 is no case and has no requirement with a case under its number: what it keeps is meant."""
    found = cases_called("pip-9", all_cases())
    kept = {each.id for each in requirements() if "PIP-9" in each.rules}
    assert found
    assert all(kept & set(case.requires) for case in found)


@pytest.mark.parametrize(
    ("name", "says"), [("C-DRL-66", "did you mean C-DRL-6"), ("SP-SET-1", "no vault"), ("nonsense", "--list")]
)
def test_a_name_without_cases_is_answered(name: str, says: str) -> None:
    """What is unknown or not judged is a Problem with a way on."""
    with pytest.raises(Problem) as problem:
        cases_called(name, all_cases())
    assert says in f"{problem.value.cause} {problem.value.hint}"


def test_the_list_holds_every_case_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    """Text, lines and one document name the same cases, with sentence, requirements and needs."""
    told = {}
    for form in ("text", "ndjson", "json"):
        assert main(["conform", "--list", "--format", form]) == ExitCode.OK
        told[form] = capsys.readouterr().out
    cases = json.loads(told["json"])
    assert [each["id"] for each in cases] == [case.id for case in all_cases()]
    assert [json.loads(line) for line in told["ndjson"].splitlines()] == cases
    for each in cases:
        assert f"{each['id']:<12} {each['level']:<6} {each['sentence']}" in told["text"]
        assert f"{' '.join(each['requires'])} · needs {', '.join(each['needs'])}" in told["text"]


def test_the_list_shows_what_was_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    """--case and --chapter choose from the list as they choose from the suite."""
    assert main(["conform", "--list", "--case", "sp-drl-6", "--chapter", "rpo", "--format", "ndjson"]) == ExitCode.OK
    ids = [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]
    assert {"C-DRL-6", "C-RET-7", "C-RPO-1"} <= set(ids)
    assert "C-RES-1" not in ids


def test_a_run_has_no_json_form(capsys: pytest.CaptureFixture[str]) -> None:
    """--format json without --list is one clear error."""
    assert main(["conform", "--python", "a:b", "--format", "json"]) == ExitCode.USAGE
    assert "--format ndjson" in capsys.readouterr().err
