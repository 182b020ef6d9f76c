"""The key can be replaced, however often that is interrupted; a lost or a wrong key is one clear refusal."""

import secrets
import shutil
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.datapath.effects import Effect
from siteproof.reference.datapath.folder import FolderExecutor
from siteproof.reference.service import protecting
from siteproof.reference.service.rotation import rotate
from siteproof.reference.service.service import Service
from siteproof.reference.service.state_directory import KEY, NEXT_KEY
from tests.service.desk import Desk


class Died(BaseException):
    """Nothing of the process ran after this."""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A stopped appliance whose machine has two disks, several points and a drill."""
    desk = Desk(tmp_path, disks=2)
    desk.protected()
    desk.write()
    desk.seconds(310)
    desk.do(Verb.TEST_FAILOVER)
    desk.stop()
    return desk


def works(desk: Desk) -> None:
    """Every point and new ones."""
    desk.open()
    points = desk.web.listed
    assert len(points) >= 2
    held = {point.name: (desk.restored(point.name), desk.restored(point.name, "sdb")) for point in points}
    desk.write(1)
    desk.seconds(310)
    assert desk.restored(desk.web.listed[-1].name, "sdb") == desk.images[1].read_bytes()
    assert all((desk.restored(name), desk.restored(name, "sdb")) == data for name, data in held.items())
    desk.stop()


def test_the_former_key_opens_nothing_and_everything_works_under_the_new_one(desk: Desk) -> None:
    """Vault, machine's log and both disks; the new key is its owner's only."""
    former = (desk.state / KEY).read_bytes()
    assert main(["appliance", "rotate-key", "--state", str(desk.state)]) == 0
    assert (desk.state / KEY).read_bytes() != former
    assert (desk.state / KEY).stat().st_mode & 0o077 == 0
    assert not (desk.state / NEXT_KEY).exists()
    works(desk)
    for record in desk.state.rglob("disk"):
        copy = desk.folder / "copy"
        shutil.copytree(desk.state, copy)
        (copy / KEY).write_bytes(former)
        with pytest.raises(Problem, match="unwrapped"):
            rotate(copy)
        shutil.rmtree(copy)
        assert former.strip() not in record.read_bytes()


def dies(state: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Rotate, and die before effect `number`; False when it was done by then."""
    performed, left = FolderExecutor.perform, [number]

    def perform(folder: FolderExecutor, effect: Effect) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Died
        performed(folder, effect)

    with monkeypatch.context() as patch:
        patch.setattr(FolderExecutor, "perform", perform)
        try:
            rotate(state)
        except Died:
            return True
    return False


def test_a_rotation_that_dies_anywhere_is_finished_by_the_next_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before each effect: the appliance refuses to start by name, the next rotation finishes, every point is whole."""
    copy, number = desk.folder / "copy", 0
    shutil.copytree(desk.state, copy)
    while dies(copy, number, monkeypatch):
        with pytest.raises(Problem, match="the key is being replaced"):
            Service(copy)
        assert rotate(copy) >= 4
        with Service(copy, lambda: desk.now_ms) as service:
            points = [point.name for point in service.machine("web").listed]
            assert len(points) >= 2
            assert all(protecting.verify(service, "web", point) for point in points)
        shutil.rmtree(copy)
        shutil.copytree(desk.state, copy)
        number += 1
    assert number >= 20


def test_a_running_appliance_keeps_its_key(desk: Desk) -> None:
    """Who holds the lock is asked to stop first, and nothing has changed."""
    desk.open()
    before = (desk.state / KEY).read_bytes()
    with pytest.raises(Problem, match="in use"):
        rotate(desk.state)
    assert (desk.state / KEY).read_bytes() == before
    assert not (desk.state / NEXT_KEY).exists()
    desk.stop()


@pytest.mark.parametrize("key", ["", "no key", secrets.token_hex(32)], ids=["lost", "garbage", "another"])
def test_a_lost_or_wrong_key_is_refused_and_nothing_is_touched(desk: Desk, key: str) -> None:
    """One problem, no file is changed or removed, and with the right key everything is there."""
    right = (desk.state / KEY).read_bytes()
    if key:
        (desk.state / KEY).write_text(key)
    else:
        (desk.state / KEY).unlink()
    before = {path: path.read_bytes() for path in desk.state.rglob("*") if path.is_file() and path.name != "lock"}
    with pytest.raises(Problem) as problem:
        desk.open()
    assert "key" in f"{problem.value.problem} {problem.value.cause}"
    with pytest.raises(Problem):
        rotate(desk.state)
    (desk.state / NEXT_KEY).unlink(missing_ok=True)
    after = {path: path.read_bytes() for path in desk.state.rglob("*") if path.is_file() and path.name != "lock"}
    assert after == before
    (desk.state / KEY).write_bytes(right)
    works(desk)
