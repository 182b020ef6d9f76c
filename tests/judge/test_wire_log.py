"""`--record`: the wire log holds every call and its answer, as the schema says, and what broke as well."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from siteproof.cli import main
from siteproof.conformance import wire
from siteproof.conformance.carriers import recorded
from siteproof.model.nouns.problem import ExitCode

EXAMPLE = "siteproof.conformance.scaffolds.python_adapter:make_subject"


def log_of(folder: Path, *target: str) -> list[dict[str, Any]]:
    """The wire log of a run by two cases."""
    file = folder / "wire.ndjson"
    chosen = ("--case", "C-ERR-4", "--case", "C-RPO-1", "--depth", "quick", "--out", str(folder / "out"))
    main(["conform", *target, *chosen, "--record", str(file)])
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_line_is_of_the_schema_and_every_request_has_its_reply(tmp_path: Path) -> None:
    """Requests and replies of both directions are valid, alternate, and carry the same id."""
    lines = log_of(tmp_path, "--python", EXAMPLE)
    schema = wire.json_schema()
    asked = jsonschema.Draft202012Validator(schema)
    told = {
        op: jsonschema.Draft202012Validator({**form, "$defs": schema["$defs"]})
        for op, form in schema["x-replies"].items()
    }
    for request, reply in zip(lines[::2], lines[1::2], strict=True):
        asked.validate(request["request"])
        assert reply["session"] == request["session"]
        assert reply["reply"]["id"] == request["request"]["id"]
        if "cut_bytes" not in reply["reply"]:
            told[request["request"]["op"]].validate(reply["reply"])
    assert {"refused"} <= {line["reply"]["error"]["kind"] for line in lines if "error" in line.get("reply", {})}


def test_what_broke_is_the_last_line_of_its_session(tmp_path: Path) -> None:
    """An adapter that answers nonsense is written down with what it said."""
    (request, reply) = log_of(tmp_path, "--cmd", "cat")
    assert request["request"]["op"] == "describe"
    assert "broke the protocol" in reply["reply"]["error"]["message"]


def test_a_long_line_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log does not grow by whole images."""
    monkeypatch.setattr(recorded, "SHOWN_BYTES_MAX", 200)
    lines = log_of(tmp_path, "--python", EXAMPLE)
    assert any(line.get("reply", {}).get("cut_bytes", 0) > 200 for line in lines)


def test_a_log_that_cannot_be_written_is_told_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is judged when its log has no place."""
    target = ["--python", EXAMPLE, "--record", str(tmp_path / "no" / "wire.ndjson")]
    assert main(["conform", *target, "--out", str(tmp_path)]) == ExitCode.USAGE
    assert "cannot write" in capsys.readouterr().err
