"""The story that the service is for: protect a disk, kill anything, restore it tomorrow; through the command line.

Real programs write: e2fsprogs make the file system, SQLite the database, libnbd carries the blocks.
"""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TOOLS = ("mkfs.ext4", "debugfs", "nbdcopy")
MISSING = [tool for tool in TOOLS if shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin") is None]
SIZE = "8M"


def siteproof(*arguments: object, code: int = 0) -> str:
    """One command, to its end."""
    command = [sys.executable, "-m", "siteproof", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(state: Path, socket: Path) -> Iterator[subprocess.Popen[str]]:
    """An appliance that runs; whoever leaves it running has it killed."""
    command = [
        sys.executable,
        "-m",
        "siteproof",
        "appliance",
        "serve",
        "--state",
        str(state),
        "--nbd",
        f"unix:{socket}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "serving" in process.stderr.readline()
            yield process
        finally:
            process.kill()


def file_system(folder: Path, name: str, rows: int) -> Path:
    """An ext4 image with a database of so many rows, and some text."""
    root, image = folder / f"{name}-root", folder / f"{name}.img"
    root.mkdir()
    base = sqlite3.connect(root / "app.db")
    base.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, text TEXT)")
    base.executemany("INSERT INTO orders VALUES (?, ?)", [(n, f"{name} {n}" * 9) for n in range(rows)])
    base.commit()
    base.close()
    subprocess.run(["/usr/sbin/mkfs.ext4", "-q", "-F", "-d", root, image, SIZE], check=True, capture_output=True)
    return image


def rows_in(image: Path, folder: Path) -> list[tuple[int, str]]:
    """The database in an image, whole and checked."""
    dumped = folder / f"{image.name}.db"
    subprocess.run(["/usr/sbin/debugfs", "-R", f"dump app.db {dumped}", image], check=True, capture_output=True)
    base = sqlite3.connect(dumped)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = base.execute("SELECT number, text FROM orders ORDER BY number").fetchall()
    base.close()
    return found


def copy_over(source: Path, export: str, socket: Path) -> None:
    """A real program writes a whole image to an export."""
    subprocess.run(["nbdcopy", "--", source, f"nbd+unix:///{export}?socket={socket}"], check=True, timeout=120)


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_protect_kill_come_back_and_restore_yesterdays_point(tmp_path: Path) -> None:
    """Byte for byte, with a database that is whole; through two kills, one of them while blocks are written."""
    state, socket, disk = tmp_path / "state", tmp_path / "nbd", tmp_path / "disk.img"
    yesterday = file_system(tmp_path, "yesterday", 300)
    today = file_system(tmp_path, "today", 900)
    shutil.copy(yesterday, disk)
    siteproof("appliance", "init", "--state", state)
    siteproof("machine", "protect", "web", disk, "--state", state)
    with serving(state, socket) as process:
        copy_over(today, "web/sda", socket)
        assert siteproof("point", "take", "web", "--state", state) == "web: cp-000002\n"
        writer = subprocess.Popen(["nbdcopy", "--", yesterday, f"nbd+unix:///web/sda?socket={socket}"])
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        writer.wait(60)
    assert "cp-000001" in siteproof("point", "list", "web", "--state", state)
    for number, image in (("cp-000001", yesterday), ("cp-000002", today)):
        restored = tmp_path / f"{number}.img"
        siteproof("point", "verify", "web", number, "--state", state)
        siteproof("point", "restore", "web", number, restored, "--state", state)
        assert restored.read_bytes() == image.read_bytes()
        assert rows_in(restored, tmp_path) == rows_in(image, tmp_path)
    with serving(state, socket) as process:
        copy_over(today, "web/sda", socket)
        siteproof("machine", "ship", "web", "--state", state)
        siteproof("point", "take", "web", "--state", state)
        subprocess.run(
            ["nbdcopy", "--", f"nbd+unix:///web/sda@cp-000001?socket={socket}", tmp_path / "over-nbd.img"], check=True
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert (tmp_path / "over-nbd.img").read_bytes() == yesterday.read_bytes()
    assert "resync" not in siteproof("machine", "show", "web", "--state", state).splitlines()[0]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
def test_a_point_is_restored_as_qcow2(tmp_path: Path) -> None:
    """The same bytes in another format, and nothing else is left behind."""
    state, disk, target = tmp_path / "state", tmp_path / "disk.img", tmp_path / "restored.qcow2"
    disk.write_bytes(b"data" * 5000 + bytes(100_000))
    siteproof("appliance", "init", "--state", state)
    siteproof("machine", "protect", "web", disk, "--state", state)
    siteproof("point", "restore", "web", "cp-000001", target, "--as", "qcow2", "--state", state)
    subprocess.run(["qemu-img", "convert", "-O", "raw", target, tmp_path / "raw"], check=True)
    assert (tmp_path / "raw").read_bytes()[: disk.stat().st_size] == disk.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["disk.img", "raw", "restored.qcow2", "state"]
