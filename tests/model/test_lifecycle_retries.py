# ruff: noqa: E501  (the expected jobs are literal tables)
"""Every job of the lifecycle can fail, and what it was for can still be had: judged on the explorer's graph."""

import functools

import pytest
from attrs import asdict

from siteproof.model.book.graph import reachable
from siteproof.model.engines.explore.program import State
from siteproof.model.engines.explore.search import Search
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, Verb
from siteproof.model.spec.lifecycle.retries import failures, way
from siteproof.model.spec.lifecycle.table import LIFECYCLE
from siteproof.model.spec.registry.specs import SPECS

F, R, PRI, REC = Direction.FORWARD, Direction.REVERSE, Site.PRIMARY, Site.RECOVERY
PR, V = Protection, Verb


@functools.cache
def searched() -> Search:
    """The lifecycle, explored."""
    return Search(SPECS["lifecycle"].system()).run()


@functools.cache
def numbers() -> dict[Regions, State]:
    """The packed state of each reachable product of regions."""
    by_name = {v.name.removeprefix("machine."): v for v in searched().program.system.variables}
    values = searched().program.value
    return {
        Regions(**{name: values(state, by_name[name]) for name in asdict(Regions())}): state  # type: ignore[arg-type]
        for state in searched().states
    }


@functools.cache
def beyond(start: State) -> frozenset[State]:
    """What can be reached from a state."""
    found: set[State] = set()
    todo = [start]
    while todo:
        new = {after for _, after in searched().program.successors(todo.pop())} - found
        found |= new
        todo.extend(new)
    return frozenset(found)


# fmt: off
JOBS = [
    # job of domain §1     command                   rows      the failure is seen by these transitions of the explorer
    ("enabling",              V.ENABLE,                 "LC-1",   {"enable_fails_in_enabling"}),
    ("initial replication",   V.ENABLE,                 "LC-1",   {"initial_copy_fails"}),
    ("test failover",         V.TEST_FAILOVER,          "LC-3",   {"test_failover_fails_in_initiated", "test_failover_fails_in_completing"}),
    ("clean-up",              V.CLEAN_UP_TEST,          "LC-4",   {"clean_up_test_fails_in_cleanup_initiated"}),
    ("failover",              V.FAIL_OVER,              "LC-5",   {"fail_over_fails_in_failover_initiated", "fail_over_fails_in_failover_completing"}),
    ("change of the point",   V.CHANGE_RECOVERY_POINT,  "LC-6",   {"change_recovery_point_fails_in_changing_recovery_point"}),
    ("commit",                V.COMMIT,                 "LC-7",   {"commit_fails_in_committing"}),
    ("complete migration",    V.COMPLETE_MIGRATION,     "LC-8",   set()),  # it has no phase: when it fails, all is as before
    ("reprotect",             V.REPROTECT,              "LC-9",   {"reprotect_fails_in_reprotecting"}),
    ("reverse copy",          V.REPROTECT,              "LC-9",   {"initial_copy_fails"}),
    ("fail back",             V.FAIL_BACK,              "LC-10",  {"fail_back_fails_in_failover_initiated", "fail_back_fails_in_failover_completing"}),
    ("cancel",                V.CANCEL,                 "LC-11",  {"cancel_fails_in_cancelling"}),
    ("resynchronisation",     V.RESYNCHRONIZE,          "LC-12",  {"resynchronize_fails_in_queued", "resynchronize_fails_in_running"}),
    ("disable",               V.DISABLE,                "LC-2",   {"disable_fails_in_disabling"}),
]

AGAIN = [
    # a failed job leaves the machine here                 and these commands lead to where the job would have ended
    (Regions(PR.ENABLING_FAILED),                          Regions(PR.PROTECTED),          (V.DISABLE, V.ENABLE)),
    (Regions(PR.INITIAL_REPLICATION_FAILED),               Regions(PR.PROTECTED),          (V.DISABLE, V.ENABLE)),
    (Regions(PR.FAILOVER_FAILED),                          Regions(PR.FAILED_OVER, F, REC), (V.FAIL_OVER,)),
    (Regions(PR.COMMIT_FAILED, F, REC),                    Regions(PR.COMMITTED, F, REC),  (V.COMMIT,)),
    (Regions(PR.COMMIT_FAILED, R, REC),                    Regions(PR.COMMITTED, R, REC),  (V.COMMIT,)),
    (Regions(PR.REPROTECT_FAILED, F, REC),                 Regions(PR.PROTECTED, R),       (V.REPROTECT,)),
    (Regions(PR.INITIAL_REPLICATION_FAILED, R),            Regions(PR.PROTECTED, R),       (V.REPROTECT,)),
    (Regions(PR.REPROTECT_FAILED, R, REC),                 Regions(PR.PROTECTED),          (V.REPROTECT,)),
    (Regions(PR.CANCEL_FAILED, R, REC),                    Regions(PR.PROTECTED, R),       (V.CANCEL,)),
    (Regions(PR.DISABLING_FAILED),                         Regions(),                      (V.DISABLE,)),
    (Regions(PR.DISABLING_FAILED, F, REC),                 Regions(active=REC),            (V.DISABLE,)),
    (Regions(PR.DISABLING_FAILED, R),                      Regions(active=REC),            (V.DISABLE,)),
    (Regions(PR.DISABLING_FAILED, R, REC),                 Regions(),                      (V.DISABLE,)),
    (Regions(PR.MIGRATED, F, REC),                         Regions(PR.PROTECTED),          None),
]
# fmt: on


@pytest.mark.parametrize(("verb", "family", "transitions"), [job[1:] for job in JOBS], ids=[job[0] for job in JOBS])
def test_every_job_can_fail_and_be_retried(verb: Verb, family: str, transitions: set[str]) -> None:
    """Its failure fires in the explorer, and from each failed state the successful end can be reached again."""
    names = [t.name.partition("(")[0] for t in searched().program.system.transitions]
    fired = {name for name, count in zip(names, searched().fired, strict=True) if count}
    assert transitions <= fired
    judged = 0
    for regions in reachable():
        for failure in failures(regions):
            if failure.verb is verb and failure.rule.startswith(f"{family}."):
                here, end = numbers()[failure.failed], numbers()[failure.success]
                assert here == end or end in beyond(here), failure
                judged += 1
    assert judged


def test_every_failing_transition_belongs_to_a_job() -> None:
    """The list of jobs above forgets no failure that the explorer knows, and no row of the table."""
    failing = {
        t.name.partition("(")[0] for t in searched().program.system.transitions if "_fails" in t.name.partition("(")[0]
    }
    assert failing == set().union(*(transitions for *_, transitions in JOBS))
    assert {row.rule.partition(".")[0] for row in LIFECYCLE} == {family for _, _, family, _ in JOBS}


@pytest.mark.parametrize(("failed", "success", "commands"), AGAIN)
def test_a_failed_job_is_given_again_by_these_commands(
    failed: Regions, success: Regions, commands: tuple[Verb, ...] | None
) -> None:
    """The fewest commands that make up for a failure; none lead out of a completed migration."""
    assert way(failed, success, CORE) == commands


def test_no_failure_of_the_lifecycle_is_final() -> None:
    """Two commands are enough after every failure of every job in every reachable state."""
    found = [failure for regions in reachable() for failure in failures(regions)]
    assert {each.verb for each in found} == set(Verb)
    assert all(each.again is not None and len(each.again) <= 2 for each in found)


def test_every_failed_state_has_its_expected_way_on() -> None:
    """No state whose name ends in `failed` is missing from the table above."""
    failed = {regions for regions in reachable() if regions.protection.value.endswith("_failed")}
    places = {(each.protection, each.direction, each.active) for each in failed}
    assert places == {(each.protection, each.direction, each.active) for each, _, commands in AGAIN if commands}
