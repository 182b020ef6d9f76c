"""`siteproof zoo`: survivors and accusations cost the exit code, and the table says who caught whom."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from siteproof.cli import main, zoo_table
from siteproof.cli import zoo as command
from siteproof.cli.zoo_members import MEMBERS, Expectation, ZooMember
from siteproof.cli.zoo_rows import MemberResult, row_of, unshown
from siteproof.cli.zoo_work import Strictness, factory_of, judged
from siteproof.conformance.case import all_cases
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry import requirements
from siteproof.reference.subject import ReferenceSubject

WRONG = ZooMember(Expectation.WRONG, "wrong somehow", "somewhere", "a:b", ("SP-RES-24",))
LIAR = evolve(WRONG, kind=Expectation.LIAR)
HONEST = ZooMember(Expectation.HONEST, "different", "", "a:b")
HIDDEN = ZooMember(Expectation.UNSHOWN, "hidden", "somewhere", reason="needs a frame tap")


def result(verdict: Verdict, *requires: str, case: str = "C-RES-2", **fields: Any) -> CaseResult:
    """A result of one case that speaks of these requirements."""
    return CaseResult(case, "a sentence", "MUST", requires or ("SP-RES-24",), verdict, **fields)


def row(name: str, member: ZooMember, *results: CaseResult) -> MemberResult:
    """The row of a member with these results."""
    return row_of(name, member, results) if member.kind is not Expectation.UNSHOWN else unshown(name, member)


KILLED = row("B1", WRONG, result(Verdict.FAIL))
SURVIVES = row("B2", WRONG, result(Verdict.PASS))
NAMED = row("L1", LIAR, result(Verdict.DISHONEST))
ALONE = row("H1", HONEST, result(Verdict.PASS))
ACCUSED = row("H2", HONEST, result(Verdict.FAIL))
UNJUDGED = row("H3", HONEST, result(Verdict.INCONCLUSIVE))
UNSEEN = row("B3", HIDDEN)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((KILLED, NAMED, ALONE, UNSEEN), ExitCode.OK),
        ((KILLED, SURVIVES, ALONE), ExitCode.VIOLATION),
        ((row("L2", LIAR, result(Verdict.PASS)),), ExitCode.VIOLATION),
        ((KILLED, ACCUSED), ExitCode.VIOLATION),
        ((KILLED, UNJUDGED), ExitCode.CANNOT_JUDGE),
        ((UNJUDGED, SURVIVES), ExitCode.VIOLATION),
    ],
)
def test_a_survivor_or_an_accused_variant_costs_the_exit_code(
    rows: tuple[MemberResult, ...], code: ExitCode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 only when every wrong one is killed and every honest one is left alone with a verdict."""
    monkeypatch.setattr(command, "rows", lambda *_: rows)
    assert main(["zoo"]) == code
    shown = capsys.readouterr().out
    assert zoo_table.summary(rows) in shown


def test_what_cannot_be_shown_is_counted_by_itself() -> None:
    """Neither killed nor a survivor, and the reason is printed."""
    rows = (KILLED, SURVIVES, UNSEEN, NAMED, ALONE, ACCUSED)
    line = zoo_table.summary(rows)
    assert line.startswith("1 of 3 killed · 1 survivors · 1 not visible through the contract")
    assert "1 of 1 lying adapters named · 1 of 2 honest variants left alone" in line
    assert "B3 is not visible through the contract: needs a frame tap" in zoo_table.as_text(rows)


@pytest.mark.parametrize(("named", "aim"), [("SP-RES-24", "right"), ("SP-RES-1", "near"), ("SP-LC-1", "far")])
def test_the_first_requirement_named_is_compared_with_what_the_member_breaks(named: str, aim: str) -> None:
    """Right, near when it is of the same chapter, or far."""
    first = row("B1", WRONG, result(Verdict.FAIL, named, "SP-RES-24"))
    assert (first.named, first.aim) == (named, aim)
    assert row("H1", HONEST, result(Verdict.FAIL)).aim == ""


def test_what_the_auditor_saw_is_named_before_the_requirement_of_its_case() -> None:
    """The case was about something else."""
    seen = row("B1", WRONG, result(Verdict.FAIL, "SP-LC-1", violated="SP-RES-24"))
    assert (seen.driver, seen.named, seen.aim) == ("auditor", "SP-RES-24", "right")
    assert row("B1", WRONG, result(Verdict.FAIL, violated="SP-RES-24")).driver == "cases"


def test_a_flaky_failure_kills_nobody_and_is_no_clean_pass() -> None:
    """It is confirmed by a second run or it is nothing."""
    flaky = result(Verdict.FAIL, flaky=True)
    assert not row("B1", WRONG, flaky).killed
    assert row("H1", HONEST, flaky).unjudged == "C-RES-2"


def test_the_table_names_the_shortest_killers_and_counts_the_others() -> None:
    """Three names, then a number."""
    kills = [result(Verdict.FAIL, case=f"C-RES-{number}") for number in range(1, 6)]
    lines = list(zoo_table.table([row("B1", WRONG, *kills)]))
    assert lines[0].split("  ")[0] == "class"
    assert "C-RES-1, C-RES-2, C-RES-3 +2" in lines[1]


def test_the_table_as_json_holds_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One object on stdout and nothing else."""
    monkeypatch.setattr(command, "rows", lambda *_: (KILLED, SURVIVES))
    assert main(["zoo", "--only", "b2", "--format", "json"]) == ExitCode.VIOLATION
    shown = json.loads(capsys.readouterr().out)
    assert [each["as_it_should_be"] for each in shown["members"]] == [True, False]


def test_an_unknown_exhibit_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    """It names what there is."""
    assert main(["zoo", "--only", "B99"]) == ExitCode.USAGE
    assert "members: wrong, liars, honest, B1, B2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("only", "chosen"),
    [
        (("b2", "L1"), lambda name: name in {"B2", "L1"}),
        (("liars",), lambda name: name[0] == "L"),
        (("wrong",), lambda name: name[0] in "ABGPSTUV"),
        ((), lambda _: True),
    ],
)
def test_members_are_chosen_by_name_and_by_group(
    only: tuple[str, ...],
    chosen: Callable[[str], bool],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In the order of the zoo, whatever the order of the options."""
    asked: list[str] = []

    def rows(ids: tuple[str, ...], *_: object) -> tuple[MemberResult, ...]:
        asked.extend(ids)
        return (KILLED,)

    monkeypatch.setattr(command, "rows", rows)
    main(["zoo", *(part for name in only for part in ("--only", name))])
    assert asked == [name for name in MEMBERS if chosen(name)]
    assert capsys.readouterr().out


def test_every_requirement_that_a_member_breaks_is_of_the_specification() -> None:
    """And a wrong one names at least one."""
    known = {each.id for each in requirements.requirements()}
    for name, member in MEMBERS.items():
        assert set(member.breaks) <= known, name
        assert bool(member.breaks) == (member.kind in (Expectation.WRONG, Expectation.LIAR)), name


def test_one_variant_is_carried_over_stdin_and_stdout() -> None:
    """It is the reference, in a process of its own."""
    carried = factory_of(MEMBERS["H32"])()
    try:
        assert carried.describe() == ReferenceSubject(durable=False).describe()
    finally:
        carried.close()


def test_quick_stops_at_the_first_confirmed_kill() -> None:
    """And begins with the cases that speak of what the member breaks."""
    quick = judged("L3", Strictness(depth=Depth.QUICK, quick=True))
    assert quick.killed
    assert quick.cases < len(all_cases())
    assert quick.aim == "right"


@pytest.mark.nightly
def test_the_whole_zoo_is_as_it_should_be() -> None:
    """The command as a user runs it."""
    assert main(["zoo"]) == ExitCode.OK
