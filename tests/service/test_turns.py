"""An initial copy does not keep others waiting: calls are answered and writes are taken while it runs."""

import threading
from pathlib import Path
from typing import Any

import pytest

from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.service.service import Service
from siteproof.reference.service.verbs import call
from siteproof.reference.stream import Stream
from tests.service.desk import Desk

PATIENCE_SECONDS = 60
IMAGE_BYTES = 8 << 20


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose image takes many frames, of which one is carried at a time."""
    monkeypatch.setattr(Sealer, "bulk_blocks", 16)
    desk = Desk(tmp_path)
    desk.images[0].write_bytes(desk.random.randbytes(IMAGE_BYTES))
    desk.service.appliance.steps = 1
    return desk


class Visitor:
    """Comes when the service breathes for the first time in a copy, in a thread of its own."""

    def __init__(self, desk: Desk, patch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.shown: list[str] = []
        self.failed: list[BaseException] = []
        self.breaths = 0
        self._thread: threading.Thread | None = None
        self._breathe = Service.breathe
        patch.setattr(Service, "breathe", lambda service: self._breathes(service))  # noqa: PLW0108  (a function binds)

    def _breathes(self, service: Service) -> None:
        self.breaths += 1
        if self._thread is None and self.desk.web.regions.protection is Protection.INITIAL_REPLICATION:
            self._thread = threading.Thread(target=self._visit, daemon=True)
            self._thread.start()
            while self._thread.is_alive():
                self._breathe(service)
        self._breathe(service)

    def _visit(self) -> None:
        try:
            self.visit()
        except BaseException as error:  # noqa: BLE001  (told in the test's own thread)
            self.failed.append(error)

    def visit(self) -> None:
        """Look, list, and write."""
        answer: Any = call(self.desk.service, "machine.show", {"machine": "web"})
        self.shown.append(answer["regions"]["protection"])
        call(self.desk.service, "event.list", {})
        self.desk.web.hosts[self.desk.web.active_place].disk("sda").write(3, b"w" * BLOCK_BYTES)


def protect(desk: Desk) -> Any:
    """As the command line asks."""
    return call(desk.service, "machine.protect", {"machine": "web", "images": [str(desk.images[0])]})


def state(desk: Desk) -> str:
    """Where protection stands."""
    return desk.web.regions.protection.value


@pytest.mark.timeout(PATIENCE_SECONDS * 4)
def test_others_are_answered_inside_an_initial_copy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is shown in its copy, a write is taken, and the next point has it."""
    visitor = Visitor(desk, monkeypatch)
    answer = protect(desk)
    assert visitor.failed == []
    assert visitor.shown == ["initial_replication"]
    assert visitor.breaths > 20
    assert answer["regions"]["protection"] == "protected"
    desk.seconds(310)
    newest = desk.restored(desk.web.listed[-1].name)
    assert newest == desk.images[0].read_bytes()
    assert newest[3 * BLOCK_BYTES : 4 * BLOCK_BYTES] == b"w" * BLOCK_BYTES
    desk.stop()


@pytest.mark.timeout(PATIENCE_SECONDS * 4)
def test_an_initial_copy_can_be_ended_from_beside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disable in its middle is taken, nothing of the copy is left, and protection can begin anew."""
    visitor = Visitor(desk, monkeypatch)
    monkeypatch.setattr(
        visitor, "visit", lambda: call(desk.service, "machine.do", {"machine": "web", "verb": "disable"})
    )
    protect(desk)
    assert visitor.failed == []
    assert state(desk) == "unprotected"
    assert desk.web.stream is None
    assert not list((desk.state / "cloud").glob("web-*/*/cache-*"))
    desk.do(Verb.ENABLE)
    assert state(desk) == "protected"
    desk.stop()


@pytest.mark.timeout(PATIENCE_SECONDS * 4)
def test_a_stop_inside_an_initial_copy_ends_it_and_the_next_start_makes_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waited hears that the appliance ended; the next process copies again."""
    visitor = Visitor(desk, monkeypatch)
    monkeypatch.setattr(visitor, "visit", desk.service.close)
    with pytest.raises(Problem, match="ended before it answered"):
        protect(desk)
    assert visitor.failed == []
    monkeypatch.undo()
    desk.open()
    assert state(desk) == "initial_replication"
    desk.service.settle()
    assert state(desk) == "protected"
    assert desk.restored(desk.web.listed[-1].name) == desk.images[0].read_bytes()
    desk.stop()


def test_a_write_between_the_look_at_holes_and_the_cut_cannot_be(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workload that writes into a hole when the copy begins is in it, or in the next delta; never in neither."""
    desk.images[0].write_bytes(b"")
    with desk.images[0].open("r+b") as image:
        image.truncate(IMAGE_BYTES)
    real = Stream.copying

    def copying(stream: Stream) -> Any:
        steps = real(stream)
        disk = stream.agent.disks["sda"]
        cut_all = stream.agent.cut_all

        def cut_late() -> Any:
            disk.write(9, b"e" * BLOCK_BYTES)  # the last moment before the cut
            found = cut_all()
            disk.write(11, b"l" * BLOCK_BYTES)  # the first one behind it
            return found

        monkeypatch.setattr(stream.agent, "cut_all", cut_late)
        return steps

    monkeypatch.setattr(Stream, "copying", copying)
    protect(desk)
    first = desk.restored(desk.web.listed[0].name)
    assert first[9 * BLOCK_BYTES : 10 * BLOCK_BYTES] == b"e" * BLOCK_BYTES
    desk.seconds(310)
    assert desk.restored(desk.web.listed[-1].name) == desk.images[0].read_bytes()
    desk.stop()


def test_a_refusal_changes_nothing_of_a_copy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failover in the middle of the copy is refused, and the copy ends as it should."""
    visitor = Visitor(desk, monkeypatch)
    refused: list[str] = []

    def visit() -> None:
        with pytest.raises(Refused) as refusal:
            call(desk.service, "machine.do", {"machine": "web", "verb": "fail_over"})
        refused.append(refusal.value.code.value)

    monkeypatch.setattr(visitor, "visit", visit)
    assert protect(desk)["regions"]["protection"] == "protected"
    assert refused == ["OperationConflict"]
    desk.stop()
