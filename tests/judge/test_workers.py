"""Workers: cases shared among processes give the verdict, and the bytes, of one; what is loaded is not slow."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.conformance import times
from siteproof.conformance.carriers import patience
from siteproof.conformance.carriers.bench import Bench, Hung
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.conformance.case import all_cases, find
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.subject import Description
from siteproof.model.nouns.vocabulary import Verb
from tests.judge import judge_cases
from tests.judge.adapters.deadly import NOTES, Computes, Exits, Holds, Noted
from tests.judge.adapters.tiny import Tiny
from tests.judge.judge_cases import case_of

SUBJECT = "siteproof.reference.subject:make_subject"
WRONG = "siteproof.reference.zoo.b2:make_subject"
CHOSEN = ("C-RES-2", "C-RES-4", "C-LC-2", "C-REP-4", "C-FO-1")
ENABLING = ("C-REP-1", "C-REP-2", "C-LC-1")


def command(adapter: str) -> str:
    """The command line that serves one of the subjects."""
    return f"{sys.executable} -m siteproof adapter serve tests.judge.adapters.{adapter}"


def run(folder: Path, workers: int, *options: str) -> dict[str, bytes]:
    """The files that a run leaves, without its times."""
    cases = [word for name in CHOSEN for word in ("--case", name)]
    main(["conform", *options, *cases, "--out", str(folder), "--date", "2026-01-01", "--workers", str(workers)])
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != times.FILE_NAME]
    return {str(path.relative_to(folder)): path.read_bytes().replace(str(folder).encode(), b"OUT") for path in found}


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--python", SUBJECT), ("--python", WRONG)])
def test_one_worker_and_two_leave_the_same_bytes(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Results, report, recorded failures and every printed word are the same, for right and for wrong subjects."""
    said: list[str] = []
    left: list[dict[str, bytes]] = []
    for workers in (1, 2):
        left.append(run(tmp_path / str(workers), workers, *options))
        said.append(capsys.readouterr().out.replace(str(tmp_path / str(workers)), "OUT"))
    assert left[0] == left[1]
    assert said[0] == said[1]
    assert {"results.ndjson", "report.html"} <= set(left[0])


@pytest.mark.slow
def test_an_adapter_is_shared_as_well() -> None:
    """Each worker starts an adapter of its own, and three broken cases in a row end the run at the same place."""
    dies = SubjectAddress(TargetKind.COMMAND, command("deadly:Exits")).factory()
    reports = [judge(Request(dies, all_cases()[:8], workers=workers)) for workers in (1, 2)]
    assert reports[0] == reports[1]
    assert reports[0].stopped.startswith("the adapter broke in 3 cases in a row")


@pytest.mark.parametrize("subject", [Exits, pytest.param(Holds, marks=pytest.mark.slow)])
def test_a_worker_that_is_lost_is_the_outcome_of_its_case(subject: type[Tiny]) -> None:
    """A subject that ends its process, or never lets go of it, is an error of those cases; the run goes on."""
    cases = [find(name) for name in ENABLING]
    report = judge(Request(subject, cases, workers=2, timeout_seconds=0.2))
    assert [result.case_id for result in report.results] == list(ENABLING)
    lost = [result for result in report.results if "took its process with it" in result.detail]
    assert {result.verdict for result in lost} == {Verdict.ERROR}
    assert len(lost) >= 2, report.results


def test_a_case_made_for_one_run_is_played_by_the_judge_itself() -> None:
    """What no other process can have is played here, in its place among the others."""
    cases = [find("C-LC-2"), case_of(judge_cases.protects), find("C-REP-4")]
    report = judge(Request(Tiny, cases, workers=2))
    assert [result.case_id for result in report.results] == [case.id for case in cases]
    assert report == judge(Request(Tiny, cases))


class Real(Noted):
    """A product that is really there."""

    def describe(self) -> Description:
        """See Subject."""
        return evolve(super().describe(), ours=False)


@pytest.mark.parametrize(("workers", "alone"), [(None, True), (2, False)])
def test_a_product_that_is_really_there_is_asked_by_one_process(
    workers: int | None, *, alone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who did not ask for it has several runs at one product at a time."""
    notes = tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    judge(Request(Real, [find(name) for name in ENABLING], workers=workers, own_target=True))
    assert (set(notes.read_text().split()) == {str(os.getpid())}) is alone


@pytest.mark.slow
def test_workers_leave_no_adapter_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the run is over, each process that a worker has started for an adapter is gone."""
    notes = tmp_path / "notes"
    monkeypatch.setenv(NOTES, str(notes))
    served = SubjectAddress(TargetKind.COMMAND, command("deadly:Lingers")).factory()
    judge(Request(served, [find(name) for name in ENABLING], workers=2))
    started = notes.read_text().split()
    assert len(started) >= 2
    assert [process for process in started if runs(process)] == []


def runs(process: str) -> bool:
    """Whether there is such a process that has not ended."""
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_time_without_a_core_is_not_taken(tmp_path: Path) -> None:
    """What the kernel says that a thread waited for a core is subtracted; what it does not say counts as taken."""
    stat = tmp_path / "schedstat"
    stat.write_text("5000000000 2500000000 77\n")
    assert patience._waited(tmp_path) == 2.5
    stat.write_text("?")
    assert patience._waited(tmp_path) == 0.0
    stat.unlink()
    assert patience._waited(tmp_path) == 0.0


@pytest.mark.parametrize("starved", [True, False])
def test_a_loaded_machine_makes_no_subject_hang(starved: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that takes longer than its bound, because others had the cores, comes to its end."""
    monkeypatch.setattr(patience, "_waited", lambda _: time.monotonic() if starved else 0.0)
    bench = Bench(Tiny, 0.05)
    try:
        assert bench.run(lambda _: time.sleep(0.2)) is None
        assert starved
    except Hung:
        assert not starved
    finally:
        bench.close()


def test_a_thread_that_was_let_go_stops_computing() -> None:
    """Nobody waits for it any more, and the others need the core."""
    before = set(threading.enumerate())
    bench = Bench(Computes, 0.1)
    with pytest.raises(Hung, match="`do`"):
        bench.run(lambda carrier: carrier.do(Command(Verb.ENABLE, "vm1")))
    left = [thread for thread in set(threading.enumerate()) - before if thread is not bench._worker._thread]
    for thread in left:
        thread.join(10)
        assert not thread.is_alive()
    bench.close()
