"""Every MUST has a case, a handle that it waits for, or a reason why nothing can judge it; never two of these."""

import json

import pytest
from attrs import evolve

from siteproof.cli import gaps as gaps_command
from siteproof.cli import main
from siteproof.conformance import without_a_case
from siteproof.conformance.case import all_cases
from siteproof.conformance.without_a_case import Handle, gaps, handles
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry.requirements import Level, requirements

GONE = "SP-REP-9"
NAMED = [name for each in handles() for name in each.requirements]


def test_every_must_has_a_case_or_a_reason() -> None:
    """No requirement is passed over in silence."""
    assert [each.requirement.id for each in gaps(all_cases()) if not each.reason] == []


def test_nothing_waits_that_is_judged_or_cannot_be() -> None:
    """What has a case, is informative or is no MUST is not in the file, and nothing is in it twice."""
    waiting = {each.requirement.id for each in gaps(all_cases()) if not each.requirement.informative}
    assert set(NAMED) == waiting
    assert len(NAMED) == len(set(NAMED))
    musts = {each.id for each in requirements() if each.level is Level.MUST}
    assert set(NAMED) <= musts


def test_a_must_without_a_reason_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """When a case goes, its requirements are named, and the command ends with a violation."""
    monkeypatch.setattr(gaps_command, "all_cases", lambda: [each for each in all_cases() if GONE not in each.requires])
    assert main(["gaps"]) == ExitCode.VIOLATION
    assert f"NO REASON: \n  {GONE}" in capsys.readouterr().out
    only = evolve(all_cases()[0], requires=(GONE,))
    assert GONE not in {each.requirement.id for each in gaps([only])}
    assert GONE in {each.requirement.id for each in gaps([])}


def test_a_must_may_wait_for_a_handle(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a case would need is the reason, for as long as it is lacking."""
    monkeypatch.setattr(without_a_case, "handles", lambda: (Handle("one", "something lacks", (GONE,)),))
    (found,) = (each for each in gaps([]) if each.requirement.id == GONE)
    assert (found.handle, found.reason) == ("one", "something lacks")


def test_the_command_tells_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Both forms hold every gap."""
    found = gaps(all_cases())
    assert main(["gaps"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert all(each.requirement.id in shown for each in found)
    assert main(["gaps", "--format", "json"]) == ExitCode.OK
    listed = json.loads(capsys.readouterr().out)
    assert [each["requirement"] for each in listed] == [each.requirement.id for each in found]
