"""Disks as rows of one table. Rule: a block that has no row is zeros, and a raw file is made of what a query says."""

from pathlib import Path

from siteproof.conformance.adapters.postgres.server import DatabaseServer
from siteproof.model.nouns.stamp import BLOCK_BYTES

TABLES = (
    "CREATE TABLE blocks (disk int, block int, data bytea NOT NULL, PRIMARY KEY (disk, block))",
    "CREATE TABLE beat (n bigint NOT NULL)",
    "INSERT INTO beat VALUES (0)",
)


def create(server: DatabaseServer) -> None:
    """The tables, empty."""
    for each in TABLES:
        server.ask(each)


def write(server: DatabaseServer, disk: int, offset: int, data: bytes) -> None:
    """Whole blocks; committed on return."""
    first = offset // BLOCK_BYTES
    pieces = [data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES)]
    rows = ",".join(f"({disk},{first + number},'\\x{piece.hex()}')" for number, piece in enumerate(pieces))
    server.ask(
        f"INSERT INTO blocks VALUES {rows} ON CONFLICT (disk, block) DO UPDATE SET data = excluded.data"  # noqa: S608  (numbers and hex digits)
    )


def zero(server: DatabaseServer, disk: int, offset: int, length: int) -> None:
    """Blocks without a row."""
    first, blocks = offset // BLOCK_BYTES, length // BLOCK_BYTES
    server.ask(f"DELETE FROM blocks WHERE disk = {disk} AND block >= {first} AND block < {first + blocks}")  # noqa: S608  (numbers)


def fill(server: DatabaseServer, disk: int, image: Path) -> None:
    """What the file holds, zeros left out."""
    with image.open("rb") as file:
        block = 0
        while data := file.read(BLOCK_BYTES):
            if data.strip(b"\0"):
                write(server, disk, block * BLOCK_BYTES, data.ljust(BLOCK_BYTES, b"\0"))
            block += 1


def dump(server: DatabaseServer, disk: int, size_bytes: int, path: Path) -> Path:
    """A raw file of the disk."""
    with path.open("wb") as file:
        for block, data in server.ask(f"SELECT block, data FROM blocks WHERE disk = {disk}"):  # noqa: S608  (a number)
            file.seek(int(block) * BLOCK_BYTES)
            file.write(bytes.fromhex(data.removeprefix("\\x")))
        file.truncate(size_bytes)
    return path
