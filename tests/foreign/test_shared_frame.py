"""What foreign adapters share beside the lifecycle: a link, a child, disks as files, runs of dirty blocks."""

import signal
import socket
import time
from pathlib import Path

import pytest

from siteproof.conformance.adapters.azurite.machine import BLOCKS_OF_A_PUT, _runs
from siteproof.conformance.adapters.frame.child import Child, needed, ran
from siteproof.conformance.adapters.frame.files import DiskFiles
from siteproof.conformance.adapters.frame.link import Link
from siteproof.conformance.adapters.frame.product import ProductTrouble
from siteproof.conformance.agreement import agreement
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import DiskSpec
from siteproof.model.nouns.subject import Description


def exchanged(link: Link, server: socket.socket) -> None:
    """Three bytes go out, five come back."""
    with socket.create_connection(("127.0.0.1", int(str(link.entrance))), timeout=10) as near:
        near.sendall(b"abc")
        far, _ = server.accept()
        with far:
            assert far.recv(3, socket.MSG_WAITALL) == b"abc"
            far.sendall(b"defgh")
            assert near.recv(5, socket.MSG_WAITALL) == b"defgh"


@pytest.mark.parametrize(("pulls", "counted"), [(False, 3), (True, 5)])
def test_a_link_counts_what_leaves_on_the_side_that_it_is_told(*, pulls: bool, counted: int) -> None:
    """Over TCP as over a unix socket: what the connecting side sends, or what it receives when it pulls."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = Link(0, int(server.getsockname()[1]), pulls=pulls)
        try:
            exchanged(link, server)
            assert link.bytes_sent == counted
        finally:
            link.close()


def test_a_link_that_is_cut_lets_nobody_through() -> None:
    """Whoever connects to a cut link meets the end of the line, and nobody is at the other end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = Link(0, int(server.getsockname()[1]))
        link.cut()
        with socket.create_connection(("127.0.0.1", int(str(link.entrance))), timeout=10) as near:
            assert near.recv(1) == b""
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()
        link.close()


def test_a_program_that_is_missing_is_named_with_its_package() -> None:
    """The problem says what to install, and that nothing can be judged."""
    with pytest.raises(Problem, match="no-such-program") as raised:
        needed("Nothing", "apt-get install nothing", "sh", "no-such-program")
    assert (raised.value.hint, raised.value.code) == ("apt-get install nothing", ExitCode.CANNOT_JUDGE)


def test_a_child_that_ends_at_its_start_says_why(tmp_path: Path) -> None:
    """Its last words are the cause, and nobody waits for the whole time."""
    child = Child(("/bin/sh", "-c", "echo the disk is full; exit 1"), tmp_path / "log")
    began = time.monotonic()
    with pytest.raises(Problem, match="the disk is full"):
        child.ready(lambda: False, 30)
    assert time.monotonic() - began < 20


def test_a_child_that_will_not_end_is_killed(tmp_path: Path) -> None:
    """A shutdown has a bound; what exceeds it is trouble, and it runs no more."""
    child = Child(("/bin/sh", "-c", "trap '' INT; echo up; while :; do sleep 0.05; done"), tmp_path / "log")
    child.ready(lambda: child.last_words() == "up", 30)
    with pytest.raises(ProductTrouble, match="does not end within"):
        child.stop(signal.SIGINT, 0.2)
    assert not child.runs


def test_a_command_that_fails_or_takes_too_long_is_trouble() -> None:
    """Both are said in the command's own words, or with the bound."""
    with pytest.raises(ProductTrouble, match="no room"):
        ran(("sh", "-c", "echo no room >&2; exit 3"))
    with pytest.raises(ProductTrouble, match="more than"):
        ran(("sleep", "5"), seconds=0.1)


def test_disk_files_hold_the_scenarios_image_and_zeros(tmp_path: Path) -> None:
    """The image comes first, the rest of the disk is zeros, and a copy stays as it is."""
    (image := tmp_path / "image").write_bytes(b"x" * 100)
    (folder := tmp_path / "disks").mkdir()
    files = DiskFiles(folder, (DiskSpec("d", 1, image=str(image)),), tmp_path)
    copy = files.copy(0)
    files.write(0, 100, b"y")
    assert (copy.read_bytes(), files.read(0, 99, 3)) == (b"x" * 100 + bytes(3996), b"xy\0")


def test_neighbouring_blocks_travel_together_up_to_a_requests_size() -> None:
    """Each block is in one run, runs are as long as they may be, and gaps part them."""
    assert list(_runs({1, 2, 3, 7})) == [range(1, 4), range(7, 8)]
    assert [len(run) for run in _runs(set(range(BLOCKS_OF_A_PUT + 1)))] == [BLOCKS_OF_A_PUT, 1]
    assert list(_runs(set())) == []


def test_runs_that_differ_are_told_by_requirement() -> None:
    """What has one verdict is counted, what has several is named with each of them, and other products are refused."""

    def report(verdict: Verdict, name: str = "box") -> Report:
        results = tuple(
            CaseResult(f"C-{each}-1", "s", "MUST", (f"SP-{each}-1",), said)
            for each, said in (("FO", verdict), ("PT", Verdict.PASS))
        )
        return Report(Description(name, "1", {}), CORE, 0, "0", "d", results)

    found = agreement([report(Verdict.FAIL), report(Verdict.PASS), report(Verdict.FAIL)])
    assert str(found) == "3 runs: 1 requirements with one verdict; by chance SP-FO-1 (fail, pass, fail)"
    assert not agreement([report(Verdict.FAIL)] * 2).differing
    with pytest.raises(Problem, match="cannot be compared"):
        agreement([report(Verdict.FAIL), report(Verdict.FAIL, "sphere")])
