"""`siteproof audit`: the guide can be followed, forms agree, hostile names stay text, bad input is told."""

import json
import re
import shlex
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.conformance.audit.audit import CHECKS
from tests.desk.broken import broken
from tests.desk.invented import healthy, written
from tests.desk.shared import ROOT

NOW = "2026-03-14T12:00:00Z"
GUIDE = ROOT / "docs" / "audit.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A vault with an error, a warning and a note."""
    files = broken("an unknown state", "silent for two hours", "the name lies", "a critical component")
    return written(tmp_path / "vault", files)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    code = main(["audit", *arguments, "--now", NOW, "--date", "2026-03-14"])
    return code, capsys.readouterr().out


def test_the_guide_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each siteproof line of the page works as it stands on an exported vault, and ends as the page says."""
    monkeypatch.chdir(tmp_path)
    written(Path("vault"), broken("never drilled"))
    written(Path("vault-of-yesterday"), healthy())
    blocks = re.findall(r"^```\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("siteproof ")]
    assert len(lines) >= 5
    codes = []
    for line in lines:
        words, _, target = line.partition(" > ")
        codes.append(main(shlex.split(words)[1:]))
        out = capsys.readouterr().out
        if target:
            Path(target).write_text(out)
    assert codes == [1, 1, 1, 0, 1, 0, 0]
    assert Path("audit.html").read_text().startswith("<!doctype html>")


def test_the_page_lists_every_check() -> None:
    """The table of the guide is the catalogue, line by line."""
    told = [line for line in GUIDE.read_text().splitlines() if line.startswith("| `AUD-")]
    rows = [
        f"| `{each.id}` | {each.severity.value} | {each.holds} | {', '.join(each.requires) or '—'} |" for each in CHECKS
    ]
    assert told == rows


def test_every_form_says_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text, JSON, SARIF and JUnit agree on code, checks and sentences; the same files give the same bytes."""
    code, text = ask(capsys, str(folder))
    assert (code, ask(capsys, str(folder))[1]) == (1, text)
    data = json.loads(ask(capsys, str(folder), "--format", "json")[1])
    sarif = json.loads(ask(capsys, str(folder), "--format", "sarif")[1])
    junit = ET.fromstring(ask(capsys, str(folder), "--format", "junit")[1])
    found = {(each["check"], each["sentence"]) for each in data["findings"]}
    assert {name for name, _ in found} == {"AUD-STATE", "AUD-NAME", "AUD-APPLIANCE"}
    assert all(sentence in text and name in text for name, sentence in found)
    results = sarif["runs"][0]["results"]
    assert {(each["ruleId"], each["message"]["text"].split(". ")[0]) for each in results} == found
    rules = sarif["runs"][0]["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in results] == [each["ruleId"] for each in results]
    failed = {case.get("name", "").split()[0] for case in junit.iter("testcase") if case.find("failure") is not None}
    assert failed == {each["check"] for each in data["findings"] if each["severity"] != "note"}
    assert int(junit[0].get("failures", "")) == len(failed)


def test_both_definitions_of_the_rpo_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The service's figure, the newest point's age, and what the export says of ours."""
    data = json.loads(ask(capsys, str(folder), "--format", "json")[1])
    (line,) = [each for each in data["rpo"] if each["machine"] == "WEB-1"]
    assert (line["service_seconds"], line["newest_point_seconds"], line["limit_seconds"]) == (180, 239, 3600)
    assert "nothing waits in the log" in line["ours"]
    assert "WEB-1: 180 s · 239 s · the newest point's age: nothing waits" in ask(capsys, str(folder))[1]


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]


HOSTILE = ("<script>alert(1)</script>", "\x1b[31mred", "a\u202eb", "]]>\x00\ufffe", '" onload="x', "{{7*7}}")


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_stay_text(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a terminal, in a page, in XML: what a name holds is shown and obeyed by nobody."""
    files = healthy()
    machine = files["machines.json"]["value"][0]["properties"]
    machine.update(friendlyName=name, allowedOperations=[name])
    files["policies.json"][0]["properties"]["friendlyName"] = f"{name} 72 hours"
    written(tmp_path / "vault", files)
    code, text = ask(capsys, str(tmp_path / "vault"), "--html", str(tmp_path / "a.html"), "--site", "<i>")
    page = (tmp_path / "a.html").read_text()
    tags = _Tags()
    tags.feed(page)
    assert code == 1
    assert all(char.isprintable() or char == "\n" for char in text)
    assert {"script", "onload"} & set(tags.tags) == set()
    ET.fromstring(ask(capsys, str(tmp_path / "vault"), "--format", "junit")[1])
    json.loads(ask(capsys, str(tmp_path / "vault"), "--format", "sarif")[1])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"value": [', "cut off"),
        (b"<html>", "HTML"),
        (b"\xff\xfe\xd8", "utf-16-le"),
        (b"", "empty"),
        (b'["\\ud800"]', "JSON"),
    ],
    ids=["truncated", "page", "encoding", "empty", "half a character"],
)
def test_what_is_no_export_ends_with_2(
    data: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three lines that name the file, and nothing is judged."""
    (tmp_path / "vault.json").write_bytes(data)
    assert main(["audit", str(tmp_path / "vault.json")]) == 2
    error = capsys.readouterr().err
    assert "vault.json" in error
    assert said in error
    assert len(error.splitlines()) == 3


def test_what_is_missing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without files, a baseline that is none, a time that is none, an older export that is newer."""
    written(tmp_path / "vault", healthy())
    (tmp_path / "none").mkdir()
    (tmp_path / "no.json").write_text("[]")
    vault = str(tmp_path / "vault")
    for arguments in (
        [str(tmp_path / "none")],
        [vault, "--baseline", str(tmp_path / "no.json")],
        [vault, "--now", "noon"],
    ):
        assert main(["audit", *arguments]) == 2
        assert "hint" in capsys.readouterr().err
    assert main(["audit", vault, "--since", vault, "--now", "2026-01-01T00:00:00Z"]) == 2
    assert "newer" in capsys.readouterr().err
