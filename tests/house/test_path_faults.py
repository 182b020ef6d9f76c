"""Faults of paths, on a fake file system: each ends in a Problem that names the file, and nothing already kept is lost.

pyfakefs fakes paths, not blocks: `os.pwrite`, `os.preadv` and `mmap` reach real files even under it. So it is used for
paths only, and a guard keeps the appliance's block work out of every test that uses it.
"""

import ast
from pathlib import Path

import pytest
from pyfakefs.fake_filesystem import FakeFilesystem

from siteproof.conformance import results
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE

TESTS = Path(__file__).parents[1]
BLOCK_CALLS = {"pwrite", "pread", "preadv", "pwritev", "mmap", "fallocate", "copy_file_range"}
HEAD = results.RunLine("0.1.0", "digest", 0, CORE)


def uses_fake_files(tree: ast.Module) -> bool:
    """Whether a test file asks for pyfakefs."""
    return any(isinstance(node, ast.arg) and node.arg == "fs" for node in ast.walk(tree))


def touches_blocks(tree: ast.Module) -> set[str]:
    """The block calls a test file makes, and the appliance's modules it imports."""
    calls = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in BLOCK_CALLS}
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return calls | {name for name in modules if name.startswith("siteproof.reference")}


def test_no_block_is_touched_under_the_fake_file_system() -> None:
    """A test file that uses pyfakefs makes no block call and imports nothing of the appliance."""
    trees = {path.name: ast.parse(path.read_text()) for path in TESTS.rglob("test_*.py")}
    fake = {name: tree for name, tree in trees.items() if uses_fake_files(tree)}
    assert Path(__file__).name in fake
    assert {name: touches_blocks(tree) for name, tree in fake.items() if touches_blocks(tree)} == {}


def test_the_guard_sees_a_block_call() -> None:
    """The guard is not blind: a file with a block call under pyfakefs is named."""
    wrong = ast.parse("import os\ndef test_x(fs):\n    os.pwrite(3, b'', 0)\n")
    assert uses_fake_files(wrong)
    assert touches_blocks(wrong) == {"pwrite"}


def test_a_record_that_is_a_folder_is_a_problem(fs: FakeFilesystem) -> None:
    """Reading results from a folder says which path is wrong."""
    fs.create_dir("/out/results.ndjson")
    with pytest.raises(Problem, match=r"/out/results\.ndjson"):
        results.read(Path("/out/results.ndjson"))


def test_a_record_that_is_not_there_is_a_problem(fs: FakeFilesystem) -> None:
    """Reading results that were never written says so."""
    fs.create_dir("/out")
    with pytest.raises(Problem, match="is not a record of runs"):
        results.read(Path("/out/results.ndjson"))


def test_a_line_cut_short_loses_only_itself(fs: FakeFilesystem) -> None:
    """A record whose last line was cut by a crash still gives the run before it, and can be appended to."""
    path = Path("/out/results.ndjson")
    whole = results.encode(HEAD)
    fs.create_file(path, contents=whole + "\n" + whole[: len(whole) // 2])
    assert results.read(path).head == HEAD
