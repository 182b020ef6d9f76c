"""`siteproof zoo`: the suite kills every exhibit, a survivor costs the exit code, the table says who killed whom."""

import json
from functools import partial
from importlib import import_module

import pytest

from siteproof.cli import main
from siteproof.cli import zoo as command
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Report, Verdict
from siteproof.model.nouns.problem import ExitCode
from siteproof.reference.zoo import ZOO

# What each exhibit breaks: the cases that speak of this requirement have to find it.
BROKEN = {"B1": "SP-RES-25", "B2": "SP-RES-24", "B12": "SP-REP-16", "B26": "SP-PT-28", "B34": "SP-RET-4"}


def cases_of(requirement: str) -> list[Case]:
    """The cases that witness a requirement."""
    return [case for case in all_cases() if requirement in case.requires]


def report_on(factory: str, requirement: str) -> Report:
    """The verdict of those cases on one appliance."""
    module, function = factory.split(":")
    return judge(partial(getattr(import_module(module), function), durable=False), cases_of(requirement))


@pytest.mark.parametrize(("exhibit", "requirement"), BROKEN.items())
def test_the_cases_of_the_broken_requirement_kill_the_exhibit(exhibit: str, requirement: str) -> None:
    """And they name the requirement."""
    report = report_on(ZOO[exhibit].factory, requirement)
    killers = [result for result in report.results if result.verdict is Verdict.FAIL]
    assert killers
    assert all(requirement in result.requirement_ids for result in killers)
    row = command.row_of(exhibit, report)
    assert row.killed
    assert row.steps == min(len(result.trace) for result in killers)


@pytest.mark.parametrize("requirement", BROKEN.values())
def test_the_same_cases_pass_the_honest_appliance(requirement: str) -> None:
    """Otherwise a kill would say nothing."""
    row = command.row_of(command.CONTROL, report_on(command.HONEST, requirement))
    assert (row.killed, row.unjudged) == (False, "")


def test_these_exhibits_are_of_the_zoo() -> None:
    """They are named by their classes."""
    assert set(BROKEN) <= set(ZOO)


def row(name: str, *killed_by: str, unjudged: str = "") -> command.Row:
    """A row with these killers."""
    return command.Row(name, "wrong somehow", "somewhere", 9, killed_by, len(killed_by), unjudged)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((row("honest"), row("B1", "C-RES-1")), ExitCode.OK),
        ((row("honest"), row("B1", "C-RES-1"), row("B2")), ExitCode.VIOLATION),
        ((row("honest", "C-LC-1"), row("B1", "C-RES-1")), ExitCode.VIOLATION),
        ((row("honest", unjudged="C-LC-1"), row("B1", "C-RES-1")), ExitCode.CANNOT_JUDGE),
    ],
)
def test_a_survivor_or_a_failing_control_costs_the_exit_code(
    rows: tuple[command.Row, ...], code: ExitCode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 only when every exhibit is killed and the honest appliance passes."""
    monkeypatch.setattr(command, "_rows", lambda *_: iter(rows))
    assert main(["zoo"]) == code
    shown = capsys.readouterr().out
    assert command.summary(rows) in shown
    assert ("SURVIVES" in shown) == (not all(each.killed for each in rows[1:]))


def test_the_table_names_the_shortest_killers_and_counts_the_others() -> None:
    """Three names, then a number."""
    lines = list(command.table([row("B1", "C-RES-1", "C-RES-2", "C-RES-3", "C-RES-4", "C-RES-5")]))
    assert lines[0].split("  ")[0] == "class"
    assert "C-RES-1, C-RES-2, C-RES-3 +2" in lines[1]


def test_the_table_as_json_holds_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One object on stdout and nothing else."""
    monkeypatch.setattr(command, "_rows", lambda *_: iter((row("honest"), row("B2", "C-RES-1"))))
    assert main(["zoo", "--only", "b2", "--format", "json"]) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert [each["killed"] for each in shown["exhibits"]] == [True]
    assert shown["honest"]["passes"]


def test_an_unknown_exhibit_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    """It names what there is."""
    assert main(["zoo", "--only", "B99"]) == ExitCode.USAGE
    assert "exhibits: B1, B2" in capsys.readouterr().err


@pytest.mark.nightly
def test_the_whole_suite_kills_every_exhibit_and_passes_the_honest_appliance() -> None:
    """The command as a user runs it."""
    assert main(["zoo"]) == ExitCode.OK
