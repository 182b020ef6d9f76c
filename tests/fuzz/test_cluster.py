"""A cluster changes nothing: units are data, workers may die, and what comes back is checked."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard
from attrs import define, evolve, field

from siteproof.cli import main
from siteproof.fuzz import cluster
from siteproof.fuzz.actions import ActionKind, WalkAction
from siteproof.fuzz.cells import CoverageCell
from siteproof.fuzz.cluster import Cluster, connected, of_client
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.guide import Guide, Kept
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.work_unit import UnitReply, carry_out, key_of, taken, unit_of, unpacked
from siteproof.model.nouns.problem import ExitCode, Problem
from tests.fuzz.campaigns import FORGETFUL, HONEST, campaign, said, target

CELL = CoverageCell("enable", "forward/primary/unprotected")
KNOWN = Guide({CELL: 3}, frozenset({"link_up"}), (Kept(1, PLAIN, (WalkAction(ActionKind.SETTLE),), (CELL,)),))
COURSE = WalkCourse(target(HONEST), 7, 4, target(FORGETFUL), 32)


def test_a_unit_travels_as_it_is() -> None:
    """Unpack ∘ pack = id, guide and other subject too; the same unit has the same key, another one another."""
    unit = unit_of(COURSE, (1, 2), KNOWN)
    assert unpacked(unit.packed()) == unit
    assert key_of(unit.packed()) == key_of(unit_of(COURSE, (1, 2), KNOWN).packed())
    assert len({key_of(unit_of(COURSE, numbers, KNOWN).packed()) for numbers in ((1,), (2,), (1, 2))}) == 3


def test_a_unit_comes_to_the_same_twice() -> None:
    """Carried out once more, a unit gives the same walks; those are the walks that were asked for."""
    unit = unit_of(evolve(COURSE, against=None), (0, 3), Guide())
    once, again = (taken(unit, carry_out(unit.packed())) for _ in range(2))
    assert once == again
    assert [each.number for each in once] == [0, 3]


def test_a_reply_that_cannot_be_right_is_a_problem() -> None:
    """Of another specification, with other walks, a worker's own problem, or no reply at all: each is named."""
    unit = unit_of(COURSE, (1,), Guide())
    for reply, word in (
        (UnitReply("older").packed(), "another specification"),
        (UnitReply(unit.specification).packed(), "cannot be read"),
        (UnitReply(unit.specification, (), "no subject", "it is gone").packed(), "no subject"),
        (b"noise", "cannot be read"),
        (zstandard.compress(b"[]"), "cannot be read"),
    ):
        with pytest.raises(Problem, match=word) as said_so:
            taken(unit, reply)
        assert said_so.value.code is ExitCode.CANNOT_JUDGE
    other = evolve(unit, specification="older")
    with pytest.raises(Problem, match="another specification"):
        taken(other, carry_out(other.packed()))


@define
class Mortal:
    """A cluster in this process whose workers die on some units, and on some walks always."""

    dies: int = 2  # so many units are lost at first
    deadly: int = -1  # the walk that no worker survives
    _sent: list[tuple[str, bytes]] = field(factory=list)

    def cluster(self) -> Cluster:
        """As a campaign sees it."""
        return Cluster(lambda data, key: self._sent.append((key, data)), self._gather, lambda: None)

    def _gather(self) -> Iterator[tuple[str, bytes | None]]:
        sent, self._sent = self._sent[::-1], []
        for key, data in sent:
            lost = self.dies > 0 or self.deadly in unpacked(data).numbers
            self.dies -= 1
            yield key, None if lost else carry_out(data)


def test_workers_that_die_change_nothing(tmp_path: Path) -> None:
    """A campaign on a cluster that loses workers is the campaign of one process, to the byte."""
    short = partial(evolve, steps=8)
    alone = campaign(HONEST, tmp_path / "one", 6, course=short)
    there = Mortal().cluster()
    many = campaign(HONEST, tmp_path / "two", 6, course=short, rounds=lambda mine: there.rounds(mine.course))
    assert said(many) == said(alone)


def test_a_walk_that_no_worker_survives_is_a_finding() -> None:
    """It alone, after all its tries; the other walks of its unit are there."""
    rounds = Mortal(dies=0, deadly=1).cluster().rounds(evolve(COURSE, against=None))
    walks = {each.number: each for each in rounds(range(4), Guide())}
    assert sorted(walks) == [0, 1, 2, 3]
    assert [number for number, each in walks.items() if each.finding is not None] == [1]
    assert walks[1].finding is not None
    assert walks[1].finding.rule == "crash"


def test_a_wrong_address_is_one_clear_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody there, or no address at all: exit code 3 and a hint, before the first walk."""
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:1", "nowhere", "ftp://127.0.0.1:8"):
        assert main(["fuzz", "--cluster", address, "--out", str(tmp_path)]) == ExitCode.CANNOT_JUDGE
        assert "no cluster at" in capsys.readouterr().err
    assert not (tmp_path / "campaign.sqlite").exists()
    assert main(["fuzz", "--cluster", "tcp://127.0.0.1:1", "--workers", "2"]) == ExitCode.USAGE


@pytest.mark.nightly
def test_a_real_cluster_whose_workers_are_killed_loses_nothing(tmp_path: Path) -> None:
    """Two workers, one of them killed every five seconds: the same campaign as in one process, to the byte."""
    distributed: Any = pytest.importorskip("distributed")
    alone = campaign(FORGETFUL, tmp_path / "one", 48)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as there:
        over = threading.Event()
        killer = threading.Thread(target=_kill, args=(there, over))
        killer.start()
        opened = connected(there.scheduler_address)
        try:
            many = campaign(FORGETFUL, tmp_path / "two", 48, rounds=lambda mine: opened.rounds(mine.course))
        finally:
            over.set()
            killer.join()
            opened.close()
    assert said(many) == said(alone)


def _kill(there: Any, over: threading.Event) -> None:
    """One worker of this cluster after the other, each five seconds."""
    while not over.wait(5):
        pids = [nanny.pid for nanny in there.workers.values() if nanny.pid]
        if pids:
            os.kill(pids[int(time.monotonic()) % len(pids)], signal.SIGKILL)


def test_a_client_is_a_cluster() -> None:
    """What a client of dask.distributed offers is all that is asked of it; lost workers come out as no reply."""
    distributed = pytest.importorskip("distributed")

    class Client:
        loop = None

        def submit(self, work: Any, data: bytes, key: str) -> tuple[Any, bytes, str]:
            return work, data, key

        def close(self) -> None:
            """Nothing is open."""

    made = of_client(Client(), 3)
    assert made.workers == 3
    made.submit(b"data", "walks-1")
    made.close()
    assert distributed.KilledWorker
