"""The order of verdicts, the roll-up and the exit codes."""

import pytest
from attrs import evolve

from siteproof.conformance.verdict import (
    CaseResult,
    RequirementVerdict,
    Verdict,
    chapter_of,
    exit_code,
    requirement_order,
    worst,
)
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.subject import Provider

MUST = RequirementVerdict("SP-RES-1", "MUST", Verdict.PASS, Provider.PRODUCT, ("RES-1.1",))


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.PASS, ExitCode.OK),
        (Verdict.FAIL, ExitCode.VIOLATION),
        (Verdict.DISHONEST, ExitCode.VIOLATION),
        (Verdict.NON_STRICT, ExitCode.VIOLATION),
        (Verdict.UNSUPPORTED, ExitCode.VIOLATION),
        (Verdict.ERROR, ExitCode.CANNOT_JUDGE),
        (Verdict.INCONCLUSIVE, ExitCode.CANNOT_JUDGE),
    ],
)
def test_each_verdict_of_a_must_has_its_exit_code(verdict: Verdict, code: ExitCode) -> None:
    """The exit code of a run with one MUST follows from its verdict; only a pass is 0."""
    assert exit_code((evolve(MUST, verdict=verdict),)) is code


def test_a_violation_outweighs_what_could_not_be_judged() -> None:
    """A run with a failure and an error says 1: what was seen was seen."""
    both = (evolve(MUST, verdict=Verdict.FAIL), evolve(MUST, verdict=Verdict.ERROR))
    assert exit_code(both) is ExitCode.VIOLATION


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.DISHONEST])
def test_a_should_never_decides(verdict: Verdict) -> None:
    """Whatever a SHOULD comes to, a run whose MUSTs pass is conformant; only a lie is never forgiven."""
    assert exit_code((MUST, evolve(MUST, level="SHOULD", verdict=verdict))) is ExitCode.OK


def test_a_lie_about_a_may_is_a_violation() -> None:
    """A dishonest subject is not conformant, at whatever level the lie was found."""
    assert exit_code((MUST, evolve(MUST, level="MAY", verdict=Verdict.DISHONEST))) is ExitCode.VIOLATION


def test_the_worst_verdict_wins() -> None:
    """Fail is worse than anything and pass is better than anything."""
    assert worst(Verdict) is Verdict.FAIL
    assert worst([Verdict.PASS, Verdict.UNSUPPORTED]) is Verdict.UNSUPPORTED


def test_a_case_without_one_witness_speaks_for_the_other_requirement() -> None:
    """Of two required ids, only the one without a witness is inconclusive."""
    result = CaseResult("c", "s", "MUST", ("A-1", "A-2"), Verdict.INCONCLUSIVE, unwitnessed=("A-2",))
    assert (result.verdict_of("A-1"), result.verdict_of("A-2")) == (Verdict.PASS, Verdict.INCONCLUSIVE)


def test_requirements_are_ordered_as_numbers() -> None:
    """SP-RES-10 comes after SP-RES-9."""
    assert max(["SP-RES-10", "SP-RES-9", "SP-APP-2"], key=requirement_order) == "SP-RES-10"


def test_the_chapter_stands_in_the_id() -> None:
    """RES of SP-RES-4."""
    assert chapter_of("SP-RES-4") == "RES"
