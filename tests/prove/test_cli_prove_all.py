"""`siteproof prove` without a specification: one line for each right design, and an exit code for all of them."""

import json

import pytest

from siteproof.cli import ending, prove_all
from siteproof.cli.prove import prove
from siteproof.model.spec.registry.specs import RIGHT, WRONG


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    code = ending.exit_code(lambda: prove.main(args=list(arguments), standalone_mode=False), list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_every_right_design_gets_one_line_and_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, the names in their order, and numbers that can be open are open."""
    code, out, _ = run(capsys)
    _title, *lines = out.splitlines()
    assert code == 0
    assert [line.split()[:2] for line in lines] == [["PROVED", name] for name in RIGHT]
    assert "every machines every blocks every versions points=2" in out
    assert "every members every writes · claims 5, lemmas 4" in out


def test_a_gap_in_one_design_is_told_and_changes_the_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 1; the line of the wrong design says which command shows its gap, the others are proved."""
    some = {"groups": RIGHT["groups"], "marker_without_hold": WRONG["marker_without_hold"]}
    monkeypatch.setattr(prove_all, "RIGHT", some)
    code, out, _ = run(capsys)
    _title, right, wrong = out.splitlines()
    assert code == 1
    assert right.startswith("PROVED     groups")
    assert wrong.startswith("NOT PROVED marker_without_hold")
    assert wrong.endswith("see siteproof prove marker_without_hold")


def test_json_has_every_proof(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One object with a proof of each specification."""
    some = {name: RIGHT[name] for name in ("groups", "resize", "clock")}
    monkeypatch.setattr(prove_all, "RIGHT", some)
    code, out, _ = run(capsys, "--format", "json")
    found = json.loads(out)
    assert (code, found["proved"]) == (0, True)
    assert [proof["spec"] for proof in found["proofs"]] == list(some)


@pytest.mark.parametrize(
    ("arguments", "code", "answer"),
    [
        (["retention", "--for-all", "bucket"], 2, "`bucket` cannot be left open"),
        (["plans", "--for-all", "groups"], 3, "plans is not proved for every number of groups"),
    ],
)
def test_what_is_not_uniform_is_not_claimed_for_every_value(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, answer: str
) -> None:
    """A proof for two machines is none for all of them: one clear error, and nothing on standard output."""
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert answer in err
