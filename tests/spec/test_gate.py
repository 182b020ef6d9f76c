"""What a book may not be built with, and what stands behind each of its requirements."""

from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.cli.links import links
from siteproof.model.book import backing, gate
from siteproof.model.book.gate import shortfalls
from siteproof.model.book.requirement_pages import chapter_text
from siteproof.model.book.traceability import CaseLink, Links
from siteproof.model.engines.crosscheck.mutants import mutant
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.edits import KeptEdit, kept_edits
from siteproof.model.spec.registry.requirements import chapters, requirements
from siteproof.model.spec.registry.specs import RIGHT


def without(known: Links, requirement: str) -> Links:
    """The links without the cases of a requirement, and without a word why."""
    cases = tuple(each for each in known.cases if requirement not in each.requires)
    waits = {name: each for name, each in known.waits.items() if name != requirement}
    return evolve(known, cases=cases, waits=waits)


def test_the_book_lacks_nothing() -> None:
    """Every MUST has a case or a reason and a witness, every rule is used, every claim is broken by something."""
    assert shortfalls(links()) == ()


def test_a_must_that_loses_its_cases_is_told() -> None:
    """Without a case and without a reason it is named; with a reason it is not."""
    lost = without(links(), "SP-RES-5")
    assert "SP-RES-5 is a MUST without a case, and nothing says why" in shortfalls(lost)
    waiting = evolve(lost, waits={**lost.waits, "SP-RES-5": "something that is lacking"})
    assert not any(each.startswith("SP-RES-5 ") for each in shortfalls(waiting))


def test_a_must_that_only_cases_show_needs_one() -> None:
    """Where no rule of the model keeps a requirement, its case is its witness."""
    lost = without(links(), "SP-ERR-1")
    assert any(each.startswith("SP-ERR-1 is a MUST without a witness") for each in shortfalls(lost))


def test_an_informative_requirement_with_a_case_is_told() -> None:
    """It cannot be judged and be judged."""
    (name, *_) = (each.id for each in requirements() if each.informative)
    more = evolve(links(), cases=(*links().cases, CaseLink("C-X-1", "It is seen.", "MUST", (name,))))
    assert f"{name} is informative and has the case C-X-1: one of both is wrong" in shortfalls(more)


def test_a_rule_that_is_never_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule whose guard never holds, and a claim that nothing wrong breaks, stop the build."""
    seen = {rule: each for rule, each in backing.witnesses().items() if rule != "RES-12"}
    monkeypatch.setattr(gate, "witnesses", lambda: seen)
    monkeypatch.setattr(gate, "noticed_by", lambda rule: iter(()) if rule == "RES-24" else backing.noticed_by(rule))
    found = shortfalls(links())
    assert "RES-12 is never used: no search of its specification meets it" in found
    assert any(each.startswith("RES-24 is broken by no wrong design") for each in found)


def test_a_book_that_lacks_something_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command names what is lacking, writes nothing and ends with a violation."""
    monkeypatch.setattr("siteproof.cli.spec.shortfalls", lambda _: ("SP-X-1 is a MUST without a case",))
    for form in ("markdown", "html"):
        assert main(["spec", "build", "--out", f"{tmp_path}/{form}", "--format", form]) == ExitCode.VIOLATION
    assert "lacking: SP-X-1 is a MUST without a case" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_way_is_as_long_as_its_last_step_needs() -> None:
    """A witness ends with a step of its rule, or where what has to be possible is so."""
    each = backing.witnesses()["RES-12"]
    assert each.spec == "resync_protocol"
    assert each.way[-1].startswith("stamp_end")
    assert backing.witnesses()["RES-24"].way[-1].startswith(("conclude", "write_beside_resync"))


@pytest.mark.parametrize("kept", kept_edits(), ids=lambda each: each.breaks)
def test_a_kept_edit_breaks_its_claim_and_stands_for_no_wrong_design(kept: KeptEdit) -> None:
    """It is there because the claim has no wrong design, and it does break the claim."""
    assert kept.breaks not in backing.breakers()
    assert backing.noticed_edits()[kept.breaks][1]


def test_an_edit_that_is_gone_is_one_problem() -> None:
    """Whoever changes the action is told which edit to choose anew."""
    with pytest.raises(Problem, match="no edit of CLK-1 instant_passes reads 'nothing of the kind'"):
        mutant(RIGHT["clock"], "CLK-1", "instant_passes", "nothing of the kind")


def test_a_requirement_shows_what_stands_behind_it() -> None:
    """Predicate, witness, proof, wrong design, case and wrong implementation stand on the chapter's page."""
    (chapter,) = (each for each in chapters() if each.id == "RES")
    page = chapter_text(chapter, links())
    told = page.partition("## SP-RES-14\n")[2].partition("\n## ")[0]
    for word in ("**MUST**", "rules: ", "witnessed: ", "cases: ", "to be caught: [B1]"):
        assert word in told
    first = page.partition("## SP-RES-1\n")[2].partition("\n## ")[0]
    assert "proved: [PIP-30](rules.md#PIP-30) by induction (`siteproof prove pipeline`)" in first
    assert "[healed_and_forgiven](spec-pipeline.md#healed_and_forgiven) breaks PIP-30 (5 steps)" in first
    assert "return a.failed.implies(a.marked)" in first
