"""The folder executor: real bytes in real files, and nothing outside of its folder."""

from pathlib import Path

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath import folder as folder_module
from siteproof.reference.datapath.effects import Acknowledge, Barrier, Rename, SyncDirectory, Truncate, Unlink, Write
from siteproof.reference.datapath.folder import FolderExecutor


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/../../out", "a//b", "", ".", "a/./b", "a/..", "x\0y"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """Absolute paths, parents and odd names are refused by every operation, and nothing is created outside."""
    store = FolderExecutor(tmp_path / "root")
    for effect in (Write(name, 0, b"x"), Truncate(name, 1), Unlink(name), Rename("a", name), Rename(name, "a")):
        with pytest.raises(Problem):
            store.perform(effect)
    for call in (store.size, store.exists, store.path):
        with pytest.raises(Problem):
            call(name)
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    """A link planted in the folder leads nowhere, neither as a file nor as a folder on the way."""
    store = FolderExecutor(tmp_path / "root")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "secret")
    (tmp_path / "root" / "folder").symlink_to(tmp_path)
    with pytest.raises(Problem):
        store.read("file", 0, 6)
    with pytest.raises(Problem):
        store.perform(Write("folder/secret", 0, b"gone"))
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_effects_do_what_they_say(tmp_path: Path) -> None:
    """Write, truncate, rename, unlink, list and acknowledge, seen from outside."""
    heard: list[Acknowledge] = []
    store = FolderExecutor(tmp_path, heard.append)
    store.perform(Write("a/b", 5, memoryview(b"hello")))
    store.perform(Barrier("a/b"))
    store.perform(SyncDirectory("a"))
    assert (tmp_path / "a/b").read_bytes() == bytes(5) + b"hello"
    store.perform(Rename("a/b", "a/c"))
    store.perform(Truncate("a/c", 7))
    assert (store.read("a/c", 5, 10), store.size("a/c"), store.list("a")) == (b"he", 7, ("c",))
    store.perform(Unlink("a/c"))
    assert not store.exists("a/c")
    store.perform(Acknowledge("r", 3))
    assert heard == [Acknowledge("r", 3)]


def test_open_files_are_bounded(tmp_path: Path) -> None:
    """A thousand files do not exhaust the process: only some stay open, and all stay readable."""
    store = FolderExecutor(tmp_path)
    for number in range(folder_module.HANDLES_MAX * 3):
        store.perform(Write(f"f{number}", 0, bytes([number])))
    assert len(list(Path("/proc/self/fd").iterdir())) < folder_module.HANDLES_MAX + 64
    assert [store.read(f"f{number}", 0, 1)[0] for number in range(192)] == list(range(192))
    store.close()


def test_a_full_or_missing_device_is_a_problem_not_a_traceback(tmp_path: Path) -> None:
    """What the device refuses is told as problem, cause and hint."""
    store = FolderExecutor(tmp_path)
    with pytest.raises(Problem, match="no usable file"):
        store.read("nothing", 0, 1)
    with pytest.raises(Problem, match="could not unlink"):
        store.perform(Unlink("nothing"))
