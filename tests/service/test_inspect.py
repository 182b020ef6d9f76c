"""`siteproof log inspect` shows every frame of a sealed file, authenticates under the key, and names damage."""

import json
from pathlib import Path

import pytest

from siteproof.cli import main
from tests.service.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A protected machine whose process has ended."""
    desk = Desk(tmp_path)
    desk.protected()
    desk.stop()
    return desk


def rows(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict[str, object]]:
    """What is printed, line by line."""
    capsys.readouterr()
    assert main(["log", "inspect", "--format", "ndjson", *arguments]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_logs_of_a_machine_are_shown_under_its_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The point stands in the machine's log; every file of the state that is a segment can be read to its end."""
    key = str(desk.state / "keys" / "kek")
    cuts = next(desk.state.glob("cloud/web-*/cuts-*.log"))
    shown = rows(capsys, str(cuts), "--key", key)
    assert shown[0]["role"] == "cuts"
    assert any("cp-000001" in str(row.get("record")) for row in shown)
    files = [*desk.state.rglob("*.log"), *desk.state.rglob("points")]
    assert len(files) >= 4
    for file in files:
        assert all(row.get("authentic", True) for row in rows(capsys, str(file), "--key", key))


def test_without_the_key_no_record_is_shown(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Headers only."""
    cuts = next(desk.state.glob("cloud/web-*/cuts-*.log"))
    assert not any("record" in row or "authentic" in row for row in rows(capsys, str(cuts)))


def test_damage_is_named_and_ends_with_one(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """One flipped bit in a ciphertext is seen under the key only, one in a header always."""
    key = str(desk.state / "keys" / "kek")
    cuts = next(desk.state.glob("cloud/web-*/cuts-*.log"))
    data = bytearray(cuts.read_bytes())
    data[320 + 60] ^= 1
    cuts.write_bytes(data)
    assert rows(capsys, str(cuts))[-1]["what"] != "damage"
    last = rows(capsys, str(cuts), "--key", key, code=1)[-1]
    assert (last["what"], last["offset"]) == ("damage", 320)
    assert "tag does not match" in str(last["reason"])
    data[320 + 10] ^= 1
    cuts.write_bytes(data)
    assert rows(capsys, str(cuts), code=1)[-1]["offset"] == 320


def test_what_is_no_segment_and_another_key_are_problems(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2."""
    other = desk.folder / "other.key"
    other.write_text("00" * 32)
    assert rows(capsys, str(desk.images[0]), code=2) == []
    assert rows(capsys, str(next(desk.state.glob("cloud/web-*/cuts-*.log"))), "--key", str(other), code=2) == []
