"""After a failover the list of lost blocks is exact: what the old side has and the point has not, and nothing else."""

from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Place, Selection, Verb
from siteproof.reference.service.losses import LostRun, losses
from tests.service.desk import SIZE_BYTES, Desk

BLOCK = 4096


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A protected machine of two disks with a second point."""
    desk = Desk(tmp_path, disks=2)
    desk.protected()
    desk.seconds(310)
    return desk


def written(desk: Desk, disk: str, block: int, count: int = 1) -> None:
    """The old side writes, whether or not it may."""
    data = desk.random.randbytes(BLOCK * count)
    desk.web.hosts[Place.PRIMARY].disk(disk).write(block, data)


def test_what_the_old_side_wrote_behind_the_point_is_listed_exactly(desk: Desk) -> None:
    """Runs of blocks, disk by disk; a block that was written with what it held is not lost, a zeroed one is."""
    point = desk.web.listed[-1].name
    written(desk, "sda", 3, 2)
    disk = desk.web.hosts[Place.PRIMARY].disk("sdb")
    disk.write(7, disk.read(7, 1))
    disk.discard(1, 1)
    desk.do(Verb.FAIL_OVER, selection=Selection.CUSTOM, point=point, shutdown=False)
    assert losses(desk.web) == [LostRun("sda", 3, 2), LostRun("sdb", 1, 1)]
    written(desk, "sda", 5)
    written(desk, "sdb", 20)
    assert losses(desk.web) == [LostRun("sda", 3, 3), LostRun("sdb", 1, 1), LostRun("sdb", 20, 1)]
    desk.do(Verb.COMMIT)
    assert len(losses(desk.web)) == 3
    desk.stop()


def test_a_failover_to_what_had_arrived_loses_nothing(desk: Desk) -> None:
    """The latest write was shipped; writes of the new side are not losses of the old one."""
    desk.write()
    desk.seconds(3)
    desk.do(Verb.FAIL_OVER)
    desk.write()
    assert losses(desk.web) == []
    desk.stop()


def test_a_disk_that_ends_inside_a_block_is_compared_to_its_end(desk: Desk) -> None:
    """The last bytes count, and what lies behind them does not."""
    image, last = desk.images[0], SIZE_BYTES // BLOCK
    desk.do(Verb.FAIL_OVER, shutdown=False)
    with image.open("r+b") as file:
        file.seek(SIZE_BYTES - 1)
        file.write(b"!")
    assert losses(desk.web) == [LostRun("sda", last, 1)]
    desk.stop()


def test_where_there_are_no_two_sides_it_is_a_problem(desk: Desk) -> None:
    """Before a failover and after a reprotect."""
    with pytest.raises(Problem, match="nothing to compare"):
        losses(desk.web)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        desk.do(verb)
    with pytest.raises(Problem, match="nothing to compare"):
        losses(desk.web)
    desk.stop()


def test_the_command_lists_them(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """On a stopped appliance, too."""
    desk.do(Verb.FAIL_OVER, shutdown=False)
    written(desk, "sdb", 9, 4)
    desk.stop()
    assert main(["machine", "losses", "web", "--state", str(desk.state)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == ["sdb", "9", "4"]
