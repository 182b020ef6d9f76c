"""`siteproof spec diff`: what changes between two states of the book, by its manifest."""

import json
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.cli.links import links
from siteproof.model.book.manifest import FILE, manifest_text
from siteproof.model.nouns.problem import ExitCode

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "model" / "spec" / "registry" / "requirements.toml"


def edited(folder: Path) -> Path:
    """The present manifest with one requirement gone, one new, and one that says something else."""
    data = json.loads(manifest_text(links()))
    entries = data["requirements"]
    entries["SP-X-1"] = entries.pop("SP-RES-4")
    entries["SP-RES-5"] |= {"level": "SHOULD", "cases": ["C-NEW-1"]}
    (folder / FILE).write_text(json.dumps(data))
    return folder


def test_two_equal_books_are_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The committed book, its manifest and the catalogue say the same requirements."""
    book = ROOT / "docs" / "spec"
    assert main(["spec", "diff", str(book), str(book / FILE)]) == ExitCode.OK
    assert main(["spec", "diff", str(book), str(CATALOGUE)]) == ExitCode.OK
    assert capsys.readouterr().out.count("\nSAME\n") == 2


def test_what_changed_is_told_field_by_field(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Added, removed and changed requirements are named, with what they said before, as text and as JSON."""
    old = ROOT / "docs" / "spec"
    new = edited(tmp_path)
    assert main(["spec", "diff", str(old), str(new)]) == ExitCode.VIOLATION
    told = capsys.readouterr().out
    assert "ADDED    SP-X-1" in told
    assert "REMOVED  SP-RES-4\n  MUST: A resized disk" in told
    assert "CHANGED  SP-RES-5\n  level: MUST → SHOULD\n  cases: -C-RES-4" in told
    assert "+C-NEW-1" in told
    assert told.endswith("1 added, 1 removed, 1 changed\n")
    assert main(["spec", "diff", str(old), str(new), "--format", "json"]) == ExitCode.VIOLATION
    kinds = {each["requirement"]: each["kind"] for each in json.loads(capsys.readouterr().out)["changes"]}
    assert kinds == {"SP-X-1": "added", "SP-RES-4": "removed", "SP-RES-5": "changed"}


@pytest.mark.parametrize("text", ["{", "[]", '{"requirements": {"SP-RES-1": {"level": 4}}}', "\udcff"])
def test_what_is_no_manifest_is_one_problem(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another kind is named, with what may be given."""
    file = tmp_path / "old.json"
    file.write_bytes(text.encode(errors="surrogateescape"))
    assert main(["spec", "diff", str(file), str(file)]) == ExitCode.USAGE
    assert "is no manifest of a book" in capsys.readouterr().err
    assert main(["spec", "diff", str(tmp_path), str(tmp_path)]) == ExitCode.USAGE
