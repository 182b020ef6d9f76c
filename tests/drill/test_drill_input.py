"""The drill's real input: a disk image of real files and a database that survives every cut between its flushes."""

import random
from pathlib import Path

import pytest

from siteproof.conformance.drill.database import BlockDisk, Database
from siteproof.conformance.drill.disk_image import file_system_faults, make_image
from siteproof.model.nouns.stamp import BLOCK_BYTES

DISK_BYTES = 97 * BLOCK_BYTES


def test_an_image_has_the_asked_size_and_a_clean_file_system(tmp_path: Path) -> None:
    """A 32 MiB image has 8192 blocks and e2fsck finds nothing wrong with it."""
    image = make_image(tmp_path, 32 << 20)
    assert image.path.stat().st_size == 8192 * BLOCK_BYTES == image.blocks * BLOCK_BYTES
    assert image.files > 10
    assert image.kind == "composed" or file_system_faults(image.path) == ""


def test_a_damaged_file_system_is_noticed(tmp_path: Path) -> None:
    """Flipping bytes of the file system's own tables is found by the same check."""
    image = make_image(tmp_path, 32 << 20)
    if image.kind != "ext4":
        pytest.skip("mkfs.ext4 (Debian package e2fsprogs) is not installed")
    with image.path.open("r+b") as disk:
        disk.seek(BLOCK_BYTES)
        disk.write(random.Random(1).randbytes(8 * BLOCK_BYTES))
    assert file_system_faults(image.path) != ""


def test_without_mkfs_the_image_is_composed_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where e2fsprogs is missing the same real files make up the image, and the note names the package."""
    monkeypatch.setattr("shutil.which", lambda *_args, **_more: None)
    image = make_image(tmp_path, 8 << 20)
    assert image.kind == "composed"
    assert "e2fsprogs" in image.note
    assert image.path.stat().st_size == 8 << 20


def recorded_run(transactions: int) -> tuple[list[tuple[int, bytes]], list[tuple[int, int]]]:
    """Block writes of a database run, and for each transaction how many writes came before its acknowledgement."""
    log: list[tuple[int, bytes]] = []
    database = Database(BlockDisk(bytearray(DISK_BYTES), wrote=lambda block, data: log.append((block, data))))
    acknowledged = []
    for number in range(1, transactions + 1):
        database.commit(number, "x" * 500)
        acknowledged.append((len(log), number))
    database.close()
    return log, acknowledged


def survivors(log: list[tuple[int, bytes]]) -> tuple[list[int], str]:
    """Transactions and faults that SQLite finds on a disk with just these writes."""
    image = bytearray(DISK_BYTES)
    for block, data in log:
        image[block * BLOCK_BYTES : (block + 1) * BLOCK_BYTES] = data
    database = Database(BlockDisk(image))
    found = database.numbers(), database.faults()
    database.close()
    return found


def test_the_database_keeps_what_it_acknowledged_at_every_cut() -> None:
    """Whatever prefix of its block writes survives, every transaction acknowledged before it is there."""
    log, acknowledged = recorded_run(12)
    for cut in range(40, len(log), 3):
        numbers, faults = survivors(log[:cut])
        promised = max((number for at, number in acknowledged if at <= cut), default=0)
        assert faults == ""
        assert numbers == list(range(1, len(numbers) + 1))
        assert promised <= len(numbers) <= promised + 1


def test_a_replica_that_loses_write_order_is_caught_by_the_database() -> None:
    """Dropping writes in the middle loses transactions or integrity: the workload can tell a bad replica."""
    log, _ = recorded_run(12)
    dice = random.Random(3)
    results = []
    for _ in range(10):
        kept = [write for position, write in enumerate(log) if position < len(log) // 2 or dice.random() < 0.6]
        try:
            numbers, faults = survivors(kept)
        except Exception:  # noqa: BLE001  (any refusal of SQLite to open the database counts as noticed)
            numbers, faults = [], "unreadable"
        results.append(faults != "" or numbers != list(range(1, 13)))
    assert sum(results) >= 8
