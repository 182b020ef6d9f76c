"""Disks and points over NBD: every byte as written, every write captured, every odd request refused and survived."""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteproof.model.nouns.vocabulary import Consistency, Place
from siteproof.reference.service import protecting
from siteproof.reference.service.devices import MachineDisk, exports_of
from siteproof.reference.service.nbd import REQUEST_BYTES_MAX
from tests.service.desk import SIZE_BYTES, Desk
from tests.service.nbd_client import Client

READ, WRITE, FLUSH, TRIM, ZEROES = 0, 1, 3, 4, 6


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A protected machine with one disk of an odd size."""
    desk = Desk(tmp_path)
    desk.protected()
    yield desk
    desk.stop()


def client(desk: Desk) -> Client:
    """A connection to the desk's exports."""
    return Client(lambda: exports_of(desk.service))


def test_any_range_is_written_read_and_captured(desk: Desk) -> None:
    """A thousand random requests against a plain byte array; a point of it afterwards holds the same."""
    truth = bytearray(desk.images[0].read_bytes())
    chance = random.Random(11)
    with client(desk) as nbd:
        nbd.go("web/sda")
        assert nbd.size == SIZE_BYTES
        for _ in range(300):
            offset = chance.randrange(SIZE_BYTES)
            length = min(chance.choice((1, 511, 4096, 4097, 9000)), SIZE_BYTES - offset)
            kind = chance.choice((READ, WRITE, WRITE, ZEROES, TRIM))
            data = chance.randbytes(length) if kind == WRITE else b""
            error, read = nbd.ask(kind, offset, length, data, flags=chance.choice((0, 1)) if kind != READ else 0)
            assert error == 0
            if kind == READ:
                assert read == truth[offset : offset + length]
            else:
                truth[offset : offset + length] = data or bytes(length)
        assert nbd.ask(FLUSH) == (0, b"")
        assert nbd.ask(READ, 0, SIZE_BYTES) == (0, bytes(truth))
    assert desk.images[0].read_bytes() == truth
    point = protecting.take_point(desk.service, "web", Consistency.CRASH)
    assert desk.restored(point.name) == truth


def test_a_point_is_an_export_that_nobody_writes_to(desk: Desk) -> None:
    """It shows its own bytes while the machine writes on."""
    before, point = desk.images[0].read_bytes(), desk.web.points[0].name
    desk.write()
    protecting.ship(desk.service, "web")
    with client(desk) as nbd:
        assert nbd.go(f"web/sda@{point}") & 2
        assert nbd.ask(READ, 0, SIZE_BYTES) == (0, before)
        assert nbd.ask(WRITE, 0, data=b"x" * 512)[0] == 1
        assert nbd.ask(ZEROES, 0, 512)[0] == 1
        assert nbd.ask(READ, 100, 50) == (0, before[100:150])


def test_requests_out_of_range_or_unknown_are_refused_and_the_connection_goes_on(desk: Desk) -> None:
    """Each with its error; nothing is written."""
    before = desk.images[0].read_bytes()
    with client(desk) as nbd:
        nbd.go("web/sda")
        assert nbd.ask(READ, SIZE_BYTES, 1)[0] == 22
        assert nbd.ask(READ, 2**63, 4096)[0] == 22
        assert nbd.ask(READ, 0, REQUEST_BYTES_MAX + 1)[0] == 22
        assert nbd.ask(WRITE, SIZE_BYTES - 1, data=b"xx")[0] == 28
        assert nbd.ask(ZEROES, SIZE_BYTES - 1, 2)[0] == 22
        assert nbd.ask(77, 0, 0)[0] == 22
        assert nbd.ask(READ, 0, 16) == (0, before[:16])
    assert desk.images[0].read_bytes() == before


def test_a_machine_that_is_off_takes_no_write(desk: Desk) -> None:
    """A failover that could reach it has fenced it, whoever is still connected."""
    with client(desk) as nbd:
        nbd.go("web/sda")
        desk.web.hosts[Place.PRIMARY].running = False
        assert nbd.ask(WRITE, 0, data=b"x" * 512)[0] == 108
        assert nbd.ask(READ, 0, 512)[0] == 108


def test_options_are_answered_and_odd_ones_refused(desk: Desk) -> None:
    """The list, an unknown option, an unknown name, a length that lies."""
    with client(desk) as nbd:
        names = [data[4:].decode() for kind, data in nbd.option(3) if kind == 2]
        assert names == ["web/sda", "web/sda@cp-000001"]
        assert nbd.option(8)[-1][0] == 0x8000_0001
        name = struct.pack(">I", 4) + b"none" + struct.pack(">H", 0)
        assert nbd.option(7, name)[-1][0] == 0x8000_0006
        assert nbd.option(6, struct.pack(">I", 2**31) + b"web/sda" + struct.pack(">H", 0))[-1][0] == 0x8000_0003
        nbd.go("web/sda")


@pytest.mark.parametrize("garbage", [b"\0" * 16, b"IHAVEOPT" + struct.pack(">II", 7, 2**30), b"GET / HTTP/1.0\r\n"])
def test_what_is_no_nbd_ends_the_connection(desk: Desk, garbage: bytes) -> None:
    """Nobody waits for more, and nothing is allocated for it."""
    with client(desk) as nbd:
        nbd.send(garbage)
        assert nbd.take(1) == b""


def test_a_write_that_asks_for_it_is_behind_a_barrier(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """FUA flushes before it is answered; a plain write does not."""
    flushed: list[int] = []
    monkeypatch.setattr(MachineDisk, "flush", lambda _: flushed.append(1))
    with client(desk) as nbd:
        nbd.go("web/sda")
        nbd.ask(WRITE, 0, data=b"plain")
        assert flushed == []
        nbd.ask(WRITE, 0, data=b"forced", flags=1)
        nbd.ask(ZEROES, 0, 4096, flags=1)
        nbd.ask(FLUSH)
    assert len(flushed) == 3
