"""One process at a time on a state directory, whatever became of the one before."""

import subprocess
import sys
from pathlib import Path

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.state_lock import StateLock
from siteproof.reference.stores import Stores

HOLD = """
import sys
from pathlib import Path
from siteproof.reference.datapath.state_lock import StateLock
lock = StateLock(Path(sys.argv[1]))
print(lock.epoch, flush=True)
sys.stdin.read()
"""


def test_a_second_holder_is_refused_and_the_next_one_has_another_epoch(tmp_path: Path) -> None:
    """Within one process too; the epoch rises with every holder and survives them."""
    first = StateLock(tmp_path)
    with pytest.raises(Problem, match="is in use"):
        StateLock(tmp_path)
    first.release()
    first.release()
    second = StateLock(tmp_path)
    assert (first.epoch, second.epoch) == (1, 2)
    second.release()


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    """Kill -9, and the next start goes through, under a new epoch."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "1"
        with pytest.raises(Problem, match="another process"):
            StateLock(tmp_path)
        holder.kill()
    lock = StateLock(tmp_path)
    assert lock.epoch == 2
    lock.release()


def test_an_appliance_holds_its_directory(tmp_path: Path) -> None:
    """Two appliances cannot serve one directory."""
    stores = Stores(tmp_path / "state", durable=False)
    with pytest.raises(Problem, match="is in use"):
        Stores(tmp_path / "state", durable=False)
    stores.remove()
