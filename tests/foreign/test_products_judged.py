"""Azurite, PostgreSQL and btrbk before the judge: smokes in every run where they are installed, the rest by night."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from siteproof.conformance.adapters.azurite import adapter as azurite
from siteproof.conformance.adapters.backup.btrbk import PACKAGES, PROGRAMS
from siteproof.conformance.adapters.postgres import adapter as postgres
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.case import find
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Subject

BTRBK = "unshare -m siteproof adapter serve siteproof.conformance.adapters.backup.adapter:btrbk"


def judged(factory: Callable[[], Subject], *names: str) -> dict[str, CaseResult]:
    """Each case's result, or a skip in the product's own words."""
    try:
        report = judge(Request(factory, [find(name) for name in names], timeout_seconds=120))
    except Problem as problem:
        pytest.skip(f"{problem.problem} ({problem.cause}); {problem.hint}")
    return {each.case_id: each for each in report.results}


def servers(word: str) -> set[str]:
    """The processes below this one whose program has that word in its name."""
    found = set()
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = each.read_text()
        except OSError:  # it has ended
            continue
        name, _, rest = said.partition("(")[2].rpartition(")")
        if word in name and rest.split()[0] != "Z" and int(rest.split()[1]) == os.getpid():
            found.add(each.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_copy_of_an_azurite_snapshot_is_the_snapshot_itself() -> None:
    """A drill on the store's own copy writes into the point; the same drill on what was read and put does not."""
    aliased = judged(azurite.copy_blob, "C-DRL-2")["C-DRL-2"]
    assert (aliased.verdict, aliased.violated) == (Verdict.FAIL, "SP-DRL-4")
    assert judged(azurite.read_and_put, "C-DRL-2")["C-DRL-2"].verdict is Verdict.PASS
    assert not servers("node")


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_postgres_fails_over_with_every_row() -> None:
    """Streaming carries the writes, a drill leaves its point alone, and a planned failover lacks nothing."""
    found = judged(postgres.streaming, "C-REP-3", "C-FO-1")
    assert {name: each.verdict for name, each in found.items()} == {"C-REP-3": Verdict.PASS, "C-FO-1": Verdict.PASS}
    assert not servers("postgres")


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_azurite_loses_what_it_acknowledged_before_it_was_killed() -> None:
    """After SIGKILL the store knows nothing of what it acknowledged last: nothing can take over."""
    assert judged(azurite.copy_blob, "C-FLT-1")["C-FLT-1"].verdict is Verdict.FAIL


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_postgres_comes_back_by_rewinding() -> None:
    """Failback after a forced failover and after another point was chosen, and takeovers in flight, lose no row."""
    names = ("C-FB-2", "C-FB-3", "C-FB-10", "C-TKO-1", "C-TKO-3", "C-FLT-1", "C-DRL-2")
    assert {each.verdict for each in judged(postgres.streaming, *names).values()} == {Verdict.PASS}


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_btrbk_thins_by_the_clock_while_nothing_new_comes() -> None:
    """During an outage its window goes on: all but the newest archive is deleted."""
    missing = [each for each in PROGRAMS if shutil.which(each) is None]
    if missing or os.geteuid():
        pytest.skip(f"no btrbk here ({', '.join(missing) or 'no root'}): {PACKAGES}")
    found = judged(SubjectAddress(TargetKind.COMMAND, BTRBK, str(Path.cwd())).factory(), "C-RET-14")["C-RET-14"]
    assert (found.verdict, found.violated) == (Verdict.FAIL, "SP-RET-9")
