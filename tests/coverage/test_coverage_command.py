"""`siteproof coverage`: what runs and campaigns write can be measured, added up, and a wrong file is named."""

import json
import os
import re
from pathlib import Path

import msgspec
import pytest

from siteproof.cli import main
from siteproof.conformance import results
from siteproof.conformance.coverage import events
from siteproof.conformance.coverage.record import read
from siteproof.model.nouns.problem import ExitCode, Problem
from tests.coverage.histories import BY_HAND, FORGED

ROOT = Path(__file__).parents[2]
EMBEDDED = "siteproof.reference.subject:make_subject"


def asked(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = ExitCode.OK) -> dict[str, dict[str, int]]:
    """The figures that the command prints as JSON."""
    assert main(["coverage", *arguments, "--format", "json"]) == code
    shown = json.loads(capsys.readouterr().out)
    figures: dict[str, dict[str, int]] = shown["visited"]
    assert {name: len(shown["missing"][name]) for name in figures} == {
        name: each["total"] - each["visited"] for name, each in figures.items()
    }
    return figures


def kept(tmp_path: Path, data: bytes, name: str = "log.ndjson") -> str:
    """A file with these bytes."""
    (tmp_path / name).write_bytes(data)
    return str(tmp_path / name)


def test_a_history_by_hand_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table, the shortest ways to what is missing, and the verdict line are printed; exit code 0."""
    assert main(["coverage", kept(tmp_path, BY_HAND), "--missing", "--limit", "2"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "states shown                 3 of " in shown
    assert "way: enable → fail_over → commit" in shown or "way: enable → disable" in shown
    assert shown.endswith("EXPLAINED: the model allows every recorded step\n")


def test_a_forged_history_is_a_violation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A step that the model does not allow is named with its line: exit code 1."""
    path = kept(tmp_path, FORGED)
    assert main(["coverage", path]) == ExitCode.VIOLATION
    shown = capsys.readouterr().out
    assert f"DEVIATION  {path}:8: fail_back accepted in ?/?/failed_over" in shown
    assert shown.endswith("DEVIATES: 1 recorded step is not allowed by the model\n")


def test_files_are_added_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two files together cover what either covers, and what one says of a machine is forgotten for the next."""
    head = b'{"kind": "history", "version": 1}\n'
    other = (
        head + b'{"kind": "state", "protection": "unprotected"}\n{"kind": "do", "verb": "reprotect", "refused": "no"}\n'
    )
    paths = kept(tmp_path, BY_HAND), kept(tmp_path, other, "other.ndjson")
    one, two, both = asked(capsys, paths[0]), asked(capsys, paths[1]), asked(capsys, *paths)
    assert all(both[name]["visited"] >= max(one[name]["visited"], two[name]["visited"]) for name in both)
    assert both["other commands asked"]["visited"] == 1


def test_a_run_records_what_its_report_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run of the lifecycle's cases takes most rules, and no step of the reference is one that the model forbids."""
    chosen = ["--chapter", "LC", "--chapter", "FB", "--depth", "quick"]
    assert main(["conform", "--python", EMBEDDED, *chosen, "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    figures = asked(capsys, str(tmp_path / results.FILE_NAME))
    assert figures["rules taken"]["visited"] > 30
    assert figures["states shown"]["visited"] > 40
    assert figures["requirements touched"]["visited"] > 60


def test_a_campaign_keeps_the_walks_that_show_something_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The history of a campaign is bounded by what there is to show: a walk that repeats others is not kept."""
    walks = ["fuzz", "--executions", "6", "--steps", "20", "--out", str(tmp_path)]
    assert main(walks) == ExitCode.OK
    capsys.readouterr()
    path = tmp_path / events.FILE_NAME
    assert asked(capsys, str(path))["transitions taken"]["visited"] > 0
    names = [json.loads(line).get("name") for line in path.read_text().splitlines() if '"kind":"begin","name"' in line]
    assert names[0] == "walk 0"
    assert 1 <= len(names) <= 6


def test_a_kept_walk_says_what_was_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record of a shrunk failure holds the history of its last repetition."""
    walks = ["fuzz", "--zoo", "B2", "--executions", "40", "--seed", "7", "--max-failures", "1", "--out", str(tmp_path)]
    assert main(walks) == ExitCode.VIOLATION
    capsys.readouterr()
    path = min((tmp_path / "failures").glob("walk-*.json"))
    assert main(["coverage", str(path), "--format", "json"]) in {ExitCode.OK, ExitCode.VIOLATION}  # by who was wrong
    found = json.loads(capsys.readouterr().out)["visited"]["states shown"]
    assert found["visited"] > 0


WRONG = {
    "nothing": (b"", "no `kind`|is not JSON"),
    "no JSON": (b"PNG\x00\x01", "line 1 is not JSON"),
    "no kind": (b"[1, 2]\n", "line 1 has no `kind`"),
    "another kind": (b'{"kind": "plan"}\n', "its kind 'plan' is none of"),
    "another version": (b'{"kind": "history", "version": 2}\n{"kind": "begin"}\n', "it is of version 2"),
    "no version": (b'{"kind": "history"}\n', "line 1: .*version"),
    "no state": (b'{"kind": "history", "version": 1}\n', "no state and no command"),
    "an unknown state": (BY_HAND + b'{"kind": "state", "protection": "asleep"}\n', "line 8: .*asleep"),
    "an unknown verb": (BY_HAND + b'{"kind": "do", "verb": "sleep"}\n', "line 8: .*sleep"),
    "a torn line": (BY_HAND + b'{"kind": "sta', "line 8: "),
    "deep nesting": (b"[" * 100_000, "line 1 is not JSON"),
    "a case without a history": (b'{"kind": "case", "history": [3]}', "Expected `object`, got `int`"),
    "an old walk": (b'{\n"kind": "walk"\n}', "no state and no command"),
    "lines behind a case": (b'{"kind": "case"}\n{"kind": "case"}\n', "is not JSON"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_named(name: str) -> None:
    """Whatever is not a recorded history is a Problem that says why, with the line where there is one."""
    data, cause = WRONG[name]
    with pytest.raises(Problem) as raised:
        read(data, "a file")
    assert raised.value.problem == "a file is not a recorded history"
    assert re.search(cause, raised.value.cause), raised.value.cause


@pytest.mark.parametrize(
    "command", [["coverage"], ["replay"], ["policy", "check"], ["plan", "check"]], ids=lambda words: words[0]
)
@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "absent"])
def test_what_is_no_file_is_refused_at_once(
    command: list[str], kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A device without an end, a pipe without a writer, a folder, a missing file: one clear error each, exit code 2."""
    os.mkfifo(tmp_path / "pipe")
    path = {"device": "/dev/zero", "pipe": str(tmp_path / "pipe"), "folder": str(tmp_path), "absent": "absent"}[kind]
    assert main([*command, path]) == ExitCode.USAGE
    shown = capsys.readouterr().err
    assert shown.startswith(f"error: cannot read {path!r}\n  cause: ")
    assert shown.count("error") == 1


def test_records_of_different_tables_are_not_added_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A record of a provider that wants the commit first cannot be measured on the map of one that does not."""
    strict = BY_HAND.replace(b'"version": 1', b'"version": 1, "reprotect_requires_commit": true')
    paths = kept(tmp_path, BY_HAND), kept(tmp_path, strict, "strict.ndjson")
    assert main(["coverage", *paths]) == ExitCode.USAGE
    assert "these records cannot be added up" in capsys.readouterr().err
    assert main(["coverage", paths[1]]) == ExitCode.OK


def test_the_documented_example_is_what_the_command_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of docs/histories.md is explained but for its last line, which is the deviation it speaks of."""
    page = (ROOT / "docs" / "histories.md").read_text()
    example = page.split("```json\n", 1)[1].split("```", 1)[0].encode()
    path = kept(tmp_path, example)
    assert main(["coverage", path]) == ExitCode.VIOLATION
    shown = capsys.readouterr().out
    quoted = next(line for line in page.splitlines() if line.startswith("DEVIATION"))
    assert quoted.replace("drill.ndjson", path) in shown


def test_the_documented_fields_are_the_fields_there_are() -> None:
    """Every kind of line, and every field of it, stands in docs/histories.md."""
    page = (ROOT / "docs" / "histories.md").read_text()
    for kind in (events.Head, events.Begin, events.ShownState, events.Do, events.Passes, events.Judged):
        names = [kind.__struct_config__.tag, *(field.name for field in msgspec.structs.fields(kind))]
        assert [name for name in names if f"`{name}`" not in page] == []
