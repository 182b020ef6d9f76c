"""`siteproof spec build` and `siteproof explain` as a user meets them."""

import json
from pathlib import Path

import pytest

from siteproof.cli import main


def test_build_writes_a_book_that_check_finds_fresh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After a build the check passes, and both say how much there is."""
    assert main(["spec", "build", "--out", str(tmp_path / "book")]) == 0
    assert "requirements" in capsys.readouterr().out
    assert main(["spec", "build", "--check", "--out", str(tmp_path / "book")]) == 0
    assert "fresh" in capsys.readouterr().out


def test_check_names_every_stale_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed, a missing and a foreign file are each named, nothing is written, and the exit code is 1."""
    main(["spec", "build", "--out", str(tmp_path)])
    (tmp_path / "res.md").write_text("edited by hand\n")
    (tmp_path / "lifecycle.svg").unlink()
    (tmp_path / "old.md").write_text("a chapter that was renamed\n")
    capsys.readouterr()
    assert main(["spec", "build", "--check", "--out", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert all(name in told for name in ("res.md", "lifecycle.svg", "old.md"))
    assert "glossary.md" not in told
    assert (tmp_path / "res.md").read_text() == "edited by hand\n"


@pytest.mark.parametrize("name", ["res.md", "foreign.md"])
def test_one_wrong_file_is_enough(name: str, tmp_path: Path) -> None:
    """A single file that is stale, or that is not of the book, makes the check fail."""
    main(["spec", "build", "--out", str(tmp_path)])
    (tmp_path / name).write_text("other\n")
    assert main(["spec", "build", "--check", "--out", str(tmp_path)]) == 1


def test_build_writes_only_what_is_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second build writes one file when one was changed, and never removes a file that is not its own."""
    main(["spec", "build", "--out", str(tmp_path)])
    (tmp_path / "res.md").write_bytes(b"\xff\xfe")
    (tmp_path / "mine.txt").write_text("kept")
    capsys.readouterr()
    assert main(["spec", "build", "--out", str(tmp_path)]) == 0
    assert "1 written" in capsys.readouterr().out
    assert (tmp_path / "mine.txt").read_text() == "kept"


def test_the_check_as_json_names_the_same_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document with what is stale, missing and foreign, and the exit code of the text."""
    main(["spec", "build", "--out", str(tmp_path)])
    (tmp_path / "res.md").write_text("edited by hand\n")
    (tmp_path / "lifecycle.svg").unlink()
    capsys.readouterr()
    assert main(["spec", "build", "--check", "--format", "json", "--out", str(tmp_path)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["stale"], told["missing"], told["not_part"]) == (["res.md"], ["lifecycle.svg"], [])


def test_explain_as_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of the text, below version and name."""
    assert main(["explain", "sp-res-5"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert main(["explain", "sp-res-5", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines"] == lines


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file where the folder should be is named, exit code 2."""
    (tmp_path / "file").write_text("")
    assert main(["spec", "build", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_explain_tells_a_requirement(capsys: pytest.CaptureFixture[str]) -> None:
    """Sentence, level, evidence, source, rules and cases are printed."""
    assert main(["explain", "sp-res-5"]) == 0
    told = capsys.readouterr().out
    wanted = ("SP-RES-5", "sends only the blocks that differ", "MUST", "the seed document", "RES-3", "cases")
    assert [word for word in wanted if word not in told] == []


def test_explain_says_why_something_is_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """A requirement that nothing can judge now gives its reason."""
    assert main(["explain", "SP-SET-1"]) == 0
    assert "not judged now: no vault in the contract" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("LC-5.3", ("fail_over", "SP-FO-14")),
        ("PT-2", ("always", "sometimes", "SP-PT-3")),
        ("b2", ("bug class", "SP-RES-14", "RES-3")),
        ("POL-T3", ("theorem", "SP-POL-5")),
        ("duplicatemachineidentity", ("DuplicateMachineIdentity", "clone", "SP-LC-29")),
        ("DUPLICATE_MACHINE_IDENTITY", ("DuplicateMachineIdentity", "clone")),
    ],
)
def test_explain_knows_rules_and_errors(name: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Rule ids, theorem ids and error names are explained, with the requirements that they belong to."""
    assert main(["explain", name]) == 0
    told = capsys.readouterr().out
    assert [word for word in words if word not in told] == []


def test_explain_answers_an_unknown_id_with_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped id is one clear error with similar ids, exit code 2, and prints nothing else."""
    assert main(["explain", "SP-RES-999"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "did you mean SP-RES-" in told.err


def test_a_missing_file_is_not_called_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing and what is stale are named and counted apart, with the command that mends both."""
    main(["spec", "build", "--out", str(tmp_path)])
    (tmp_path / "res.md").write_text("edited by hand\n")
    (tmp_path / "lifecycle.svg").unlink()
    capsys.readouterr()
    assert main(["spec", "build", "--check", "--out", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert f"missing: {tmp_path / 'lifecycle.svg'}" in told
    assert f"stale: {tmp_path / 'res.md'}" in told
    assert told.rstrip().endswith(f"1 missing, 1 stale: siteproof spec build --out {tmp_path}")


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is called stale; exit code 2, and how to write a book there."""
    gone = tmp_path / "gone"
    assert main(["spec", "build", "--check", "--out", str(gone)]) == 2
    printed = capsys.readouterr()
    assert "stale" not in printed.out
    assert f"{gone} is no folder" in printed.err
    assert f"siteproof spec build --out {gone} writes one" in printed.err
    assert not gone.exists()
