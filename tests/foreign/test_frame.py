"""The frame of foreign adapters: a product of dictionaries, whose every promise can be watched."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from siteproof.conformance.adapters.frame.changes import Changes
from siteproof.conformance.adapters.frame.machine import FrameMachine
from siteproof.conformance.adapters.frame.product import ForeignProduct, ProductTrouble
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.policy import MINUTE_MS, ReplicationPolicy
from siteproof.model.nouns.scenario import START_MS, DiskSpec, MachineSpec
from siteproof.model.nouns.vocabulary import Place, Protection, Resync, Verb


class Recorded(ForeignProduct):
    """Writes down what it is asked for; `fails` names what does not work."""

    resynchronises = True
    bytes_sent = 0
    link_up = True

    def __init__(self) -> None:
        """Nothing was asked for."""
        self.asked: list[str] = []
        self.fails = ""

    def _do(self, what: str) -> None:
        self.asked.append(what)
        if self.fails and what.startswith(self.fails):
            raise ProductTrouble(f"{what} failed")

    def write(self, place: Place, disk: int, offset: int, data: bytes) -> None:
        """See Product."""

    def zero(self, place: Place, disk: int, offset: int, length: int) -> None:
        """See Product."""

    def flush(self, place: Place, disk: int) -> None:
        """See Product."""

    def dump(self, place: Place, disk: int) -> Path:
        """See Product."""
        return Path(f"{place}{disk}")

    def enable(self, disks: tuple[int, ...]) -> None:
        """See Product."""
        self._do(f"enable {disks}")

    def ship(self) -> None:
        """See Product."""
        self._do("ship")

    def mark(self, point: str, *, running: bool) -> None:
        """See Product."""
        self._do(f"mark {point}{' running' if running else ''}")

    def drop(self, point: str) -> None:
        """See Product."""
        self._do(f"drop {point}")

    def restore(self, point: str, disk: int) -> Path:
        """See Product."""
        return Path(f"{point}{disk}")

    def forget(self) -> None:
        """See Product."""
        self._do("forget")

    def cut(self) -> None:
        """See Product."""
        self.link_up = False

    def heal(self) -> None:
        """See Product."""
        self.link_up = True

    def crash_target(self) -> None:
        """See Product."""

    def resynchronise(self) -> None:
        """See Product."""
        self._do("resynchronise")

    def fail_over(self, point: str, *, reachable: bool) -> None:
        """See Product."""
        self._do(f"fail over {point or 'latest'} {'planned' if reachable else 'forced'}")


@pytest.fixture
def machine() -> FrameMachine:
    """A protected machine of one disk, whose product has forgotten how that came."""
    made = FrameMachine(Recorded(), MachineSpec("vm", (DiskSpec("d", 8),)), START_MS)
    do(made, Verb.ENABLE)
    asked(made).clear()
    return made


def asked(machine: FrameMachine) -> list[str]:
    """What its product was asked for."""
    product = machine.product
    assert isinstance(product, Recorded)
    return product.asked


def do(machine: FrameMachine, verb: Verb) -> None:
    """Give the command."""
    machine.do(Command(verb, "vm"), ReplicationPolicy())


def fail(machine: FrameMachine, what: str) -> None:
    """From now on that does not work."""
    product = machine.product
    assert isinstance(product, Recorded)
    product.fails = what


def test_points_of_one_state_stand_on_one_mark(machine: FrameMachine) -> None:
    """Half an hour without a write costs the product nothing, and lists six points more."""
    machine.pass_time(START_MS + 30 * MINUTE_MS)
    assert (asked(machine), len(machine.points.entries)) == ([], 7)


def test_a_write_is_shipped_and_marked_when_it_is_due(machine: FrameMachine) -> None:
    """Five minutes after a write it has been shipped once and marked once."""
    machine.changes.note(0, range(1), 1)
    machine.pass_time(START_MS + 5 * MINUTE_MS)
    assert asked(machine) == ["ship", "mark p2"]


def test_a_write_inside_a_shipment_stays_dirty() -> None:
    """What was written after the shipment began is not taken off by its end."""
    changes = Changes(1)
    changes.note(0, range(2), 1)
    stand = changes.stand()
    changes.note(0, range(1, 3), 2)
    changes.arrived(stand)
    assert (changes.dirty_blocks(0), changes.shipped[0], changes.written[0]) == (2, 1, 2)


def test_a_failed_job_leads_where_the_table_says(machine: FrameMachine) -> None:
    """A failover that the product cannot do leaves the machine failed, and says so."""
    fail(machine, "fail over")
    do(machine, Verb.FAIL_OVER)
    assert machine.regions.protection is Protection.FAILOVER_FAILED
    assert machine.events[-1].code is ErrorCode.TARGET_INTERNAL_ERROR


def test_what_meets_a_dead_link_is_marked_until_it_is_resynchronised(machine: FrameMachine) -> None:
    """The mark outlives the cut, nothing is shipped or marked under it, and only the command takes it away."""
    machine.product.cut()
    machine.changes.note(0, range(1), 1)
    machine.pass_time(START_MS + MINUTE_MS)
    machine.product.heal()
    machine.pass_time(START_MS + 10 * MINUTE_MS)
    assert (machine.regions.resync, asked(machine)) == (Resync.REQUIRED, [])
    do(machine, Verb.RESYNCHRONIZE)
    assert (machine.regions.resync, asked(machine)) == (Resync.NONE, ["resynchronise"])


def test_a_failover_without_the_site_is_forced_and_makes_a_point_of_what_was_there(machine: FrameMachine) -> None:
    """With the site gone nobody asks the source, and what took over is listed as a point of its own."""
    machine.changes.note(0, range(1), 1)
    machine.site_up = False
    do(machine, Verb.FAIL_OVER)
    assert asked(machine) == ["fail over latest forced", "mark p2 running"]
    assert machine.running == (Place.RECOVERY,)


def test_a_command_that_the_table_does_not_list_asks_nobody(machine: FrameMachine) -> None:
    """A commit of a protected machine is refused, and the product hears nothing of it."""
    with pytest.raises(Refused):
        do(machine, Verb.COMMIT)
    assert asked(machine) == []


def test_a_scratch_folder_goes_with_an_owner_that_is_killed() -> None:
    """Even SIGKILL of the process that made it leaves nothing behind."""
    program = (
        "import sys, time; from siteproof.conformance.adapters.frame.scratch import ScratchFolder;"
        "print(ScratchFolder('siteproof-test-', in_memory=False).path, flush=True); time.sleep(60)"
    )
    with subprocess.Popen((sys.executable, "-c", program), stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        folder = Path(owner.stdout.readline().strip())
        assert folder.is_dir()
        owner.kill()
    end = time.monotonic() + 30
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert not folder.exists()
