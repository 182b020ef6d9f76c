"""Products of others before the judge: what is known of them comes out by itself, and what they keep is kept."""

import shutil
from pathlib import Path

import pytest

from siteproof.conformance.adapters.qemu import mirror_adapter
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.case import find
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Subject

CEPH = "unshare -rn siteproof adapter serve siteproof.conformance.adapters.ceph.adapter"
BACKUP = "siteproof.conformance.adapters.backup.adapter"


def made(factory: object) -> Subject:
    """The subject, or a skip in its own words."""
    assert callable(factory)
    try:
        subject: Subject = factory()
    except Problem as problem:
        pytest.skip(f"{problem.problem} ({problem.cause}); {problem.hint}")
    return subject


def judged(subject: object, *names: str) -> dict[str, CaseResult]:
    """Each case's result on a subject that this makes."""
    assert callable(subject)
    report = judge(Request(subject, [find(name) for name in names], timeout_seconds=600))
    return {each.case_id: each for each in report.results}


def ceph(mode: str) -> object:
    """How the subject is made, or a skip that names the packages."""
    missing = [each for each in ("ceph-mon", "ceph-osd", "rbd-mirror") if shutil.which(each) is None]
    if missing:
        pytest.skip(f"no Ceph here ({', '.join(missing)}): apt-get install ceph-mon ceph-osd rbd-mirror python3-rbd")
    return SubjectAddress(TargetKind.COMMAND, f"{CEPH}:{mode}", str(Path.cwd())).factory()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_background_mirror_is_torn_by_a_disaster_and_a_write_blocking_one_is_not() -> None:
    """The disaster inside a batch tears what the background mirror left; each copy mode carries plain writes."""
    made(mirror_adapter.background)
    torn = judged(mirror_adapter.background, "C-TKO-3", "C-REP-3")
    assert (torn["C-REP-3"].verdict, torn["C-TKO-3"].verdict) == (Verdict.PASS, Verdict.FAIL)
    assert torn["C-TKO-3"].violated == "SP-FO-22"
    assert "disasters in flight" in torn["C-TKO-3"].detail
    kept = judged(mirror_adapter.write_blocking, "C-TKO-2", "C-REP-3")
    assert {each.verdict for each in kept.values()} == {Verdict.PASS}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_mirrors_target_forgets_what_it_acknowledged() -> None:
    """A target that is killed and started again lacks blocks that had arrived, in both copy modes."""
    made(mirror_adapter.background)
    for factory in (mirror_adapter.background, mirror_adapter.write_blocking):
        assert judged(factory, "C-FLT-1")["C-FLT-1"].verdict is Verdict.FAIL


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_ceph_tears_a_disk_in_snapshot_mode_only() -> None:
    """Both modes carry writes; only the snapshot mode promotes half a copy, and only there a resync loses blocks."""
    names = ("C-REP-3", "C-TKO-1", "C-RES-29")
    snapshot, journal = judged(ceph("snapshot"), *names), judged(ceph("journal"), *names)
    wrong = {name: (snapshot[name].verdict, journal[name].verdict) for name in names}
    assert wrong == {
        "C-REP-3": (Verdict.PASS, Verdict.PASS),
        "C-TKO-1": (Verdict.FAIL, Verdict.PASS),
        "C-RES-29": (Verdict.FAIL, Verdict.PASS),
    }
    assert judged(ceph("snapshot_trimmed"), "C-RES-29")["C-RES-29"].verdict is Verdict.PASS


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_borg_keeps_nothing_after_a_long_outage_and_restic_keeps_its_newest() -> None:
    """One window, measured from the present by one tool and from the newest archive by the other."""
    for tool, expected in (("restic", Verdict.PASS), ("borg", Verdict.FAIL)):
        factory = SubjectAddress(TargetKind.PYTHON, f"{BACKUP}:{tool}").factory()
        made(factory)
        assert judged(factory, "C-RET-14")["C-RET-14"].verdict is expected
