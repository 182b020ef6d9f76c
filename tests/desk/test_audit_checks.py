"""Each check fires on a vault broken in its way, is silent on the healthy one, and never speaks of what is absent."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from siteproof.conformance.audit.audit import CHECKS, audit
from siteproof.conformance.audit.check import AuditLimits, Severity
from siteproof.model.spec.registry.requirements import requirements
from tests.desk.broken import BROKEN, WORKED_ON, Break, broken
from tests.desk.invented import NOW_MS, audited, found, healthy, vault

BESIDES = {  # what the change breaks as well, because it does
    "an empty list without a job": {"AUD-PLAN-OPS"},
    "a copy of two days": {"AUD-PLAN-OPS"},
    "an interval above the retention": {"AUD-POINTS-AGE"},
}


def test_a_healthy_vault_is_clean() -> None:
    """Not even a note: every check is silent, and everything was looked at."""
    result = audited(healthy())
    assert [(each.check.id, each.sentence) for each in result.new] == []
    assert (result.verdict, result.exit_code, result.judged) == ("CLEAN", 0, 97)


@pytest.mark.parametrize(("check", "why", "change"), BROKEN, ids=[f"{name} {why}" for name, why, _ in BROKEN])
def test_a_broken_vault_is_noticed(check: str, why: str, change: Break) -> None:
    """Exactly the check that the change is for speaks."""
    files = healthy()
    change(files)
    assert found(files) == {check} | BESIDES.get(why, set())


def test_every_check_is_tried() -> None:
    """There is a broken vault for each; the one that compares two exports has a test of its own."""
    assert {each.id for each in CHECKS} - {"AUD-STUCK"} == {name for name, _, _ in BROKEN}


def test_every_check_serves_known_requirements() -> None:
    """Ids exist, a check has one sentence and one remedy."""
    known = {each.id for each in requirements()}
    for each in CHECKS:
        assert set(each.requires) <= known, each.id
        assert each.holds.endswith(".")
        assert each.remedy


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key of the vault, but not those of a list's further members."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield (*path, key)
            yield from _paths(each, (*path, key))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*path, 0))


def _without(files: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    broken = copy.deepcopy(files)
    inner: Any = broken
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return broken


JOINS = {"id", "replicationProtectedItems", "machines.json", "value", "recoveryPointType"}
"""Without these another thing is said to be missing: a plan's member, or the kind of a point."""


def test_no_check_speaks_of_an_absent_field() -> None:
    """Whatever one field of the healthy vault a tool leaves out, nothing is found."""
    files = healthy()
    files["points-db.json"]["value"] = files["points-db.json"]["value"][:30]  # enough, and quick
    paths = [each for each in _paths(files) if each[-1] not in JOINS and len(each) > 1]
    assert len(paths) > 100
    for path in paths:
        assert found(_without(files, path)) == set(), path


def test_every_field_may_be_null() -> None:
    """A null says as much as an absent field: nothing."""
    files = healthy()
    for name in files["machines.json"]["value"][0]["properties"]:
        broken = copy.deepcopy(files)
        broken["machines.json"]["value"][0]["properties"][name] = None
        assert found(broken) - {"AUD-DRILL"} == set(), name


def _copying(processed: object, **more: object) -> dict[str, Any]:
    files = healthy()
    machine = files["machines.json"]["value"][0]["properties"]
    machine["providerSpecificDetails"].update(resyncProcessedBytes=processed, **more)
    return files


def test_a_copy_that_stands_still_between_two_exports_is_noticed() -> None:
    """The same number of bytes an hour later; another number, or an ended copy, is none."""
    older, same, moved = _copying(1000), _copying("1000"), _copying(2000)
    then = vault(older)
    then.newest_ms = NOW_MS - 3_600_000
    assert {each.check.id for each in audit(vault(same), NOW_MS, older=then).new} == {"AUD-STUCK"}
    assert audit(vault(moved), NOW_MS, older=then).new == ()
    ended = audit(vault(_copying(1000, resyncProgressPercentage=100)), NOW_MS, older=then)
    assert ended.new == ()
    then.newest_ms = NOW_MS - 60_000  # a minute says nothing
    assert audit(vault(same), NOW_MS, older=then).new == ()


def test_a_resynchronisation_that_somebody_works_on_is_no_finding() -> None:
    """A job that runs, or a scenario at the machine, is enough."""
    files = _copying(None, resyncRequired=True)
    listed = ["UnplannedFailover", "TestFailover", "DisableProtection", "RepairReplication"]
    files["machines.json"]["value"][0]["properties"]["allowedOperations"] = listed
    assert found(files) == {"AUD-RESYNC"}
    assert found({**files, "more-jobs.json": [WORKED_ON]}) == set()


def test_limits_are_those_that_are_asked_for() -> None:
    """A drill of thirty days ago is too old when ten are asked for."""
    late = audited(healthy(), limits=AuditLimits(drill_days=10))
    assert {(each.check.id, each.severity) for each in late.new} == {("AUD-DRILL", Severity.WARNING)}


def test_a_baseline_decides_what_is_new() -> None:
    """What it knows is shown and decides nothing; what it knew and is gone is counted."""
    files = broken("commit is listed while protected")
    first = audited(files)
    marks = [each.mark for each in first.new]
    again = audit(vault(files), NOW_MS, baseline=[*marks, "0123456789abcdef"])
    assert (again.new, len(again.known), again.gone) == ((), 1, ("0123456789abcdef",))
    assert again.exit_code == 0


def test_nothing_to_audit_is_no_pass() -> None:
    """A file with other things ends with 5."""
    result = audit(vault({"other.json": [{"a": 1}]}))
    assert (result.verdict, result.exit_code) == ("NOTHING TO AUDIT", 5)
