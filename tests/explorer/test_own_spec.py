"""Mistakes in a specification of one's own: each is answered with its file and line and a hint, exit code 2."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.cli.new_spec import TEMPLATE

GOOD = TEMPLATE.replace("@NAME@", "mine")
MISTAKES = {
    # what is written instead of what: the line that is named (by what stands in it), and what is said
    "unknown variable": ("s.there < s.here)", "s.their < s.here)", "has no variable `their`"),
    "effect on what is not declared": ("s.moved.becomes(True)", "s.flag().becomes(True)", "which nothing owns"),
    "guard on what is not declared": ("given(~s.moved).then", "given(~s.flag()).then", "which nothing owns"),
    "wrong type of a value": ("s.moved.becomes(True)", "s.here.becomes(True)", "a number (Int)"),
    "comparison with a word": ("s.here < s.most)", 's.here < "most")', "a number (Int)"),
    "python's and": ("~s.moved, s.here < s.most", "(~s.moved) and (s.here < s.most)", "`and` between two guards"),
    "unknown bound": ('bound(bounds, "most")', 'bound(bounds, "mots")', "there is no bound `mots`"),
    "no step": (
        "return given(~s.moved).then(s.moved.becomes(True))",
        "given(~s.moved).then(s.moved.becomes(True))",
        "returns no step",
    ),
    "no annotation": ("def fail_over(s: Sites)", "def fail_over(s)", "nothing is known for the parameter `s`"),
    "no reason": (', why="a number that the user was told would be given out again"', "", "why"),
    "unknown name": ("s.told <= seen(s)", "s.told <= sene(s)", "NameError: name 'sene' is not defined"),
    "syntax": ('@action("CNT-4")', '@action("CNT-4"', "was never closed"),
    "no tuple of parts": ("(Part(Sites, Sites),)", "(Part(Sites, Sites))", "no tuple of Part"),
    "bounds without numbers": ('{"most": 3}', '{"most": "3"}', "bounds are no numbers"),
    "out of its range": ("given(~s.moved, s.here < s.most)", "given(~s.moved)", "would become 4"),
    "too many values": ('{"most": 3}', '{"most": 300}', "has 301 values"),
    "no condition": ("return s.told <= seen(s)", "return s.told", "claims sites.told, which is no condition"),
    "nothing returned": ("    return s.told <= seen(s)", "    s.told <= seen(s)", "claims None"),
    "no enumeration": ("self.flag()", 'self.symbol("off")', "'off' is of no enumeration"),
    "a flag of numbers": ("self.flag()", "self.flag(initially=2)", "a flag is not 2"),
    "no rule": ('@action("CNT-1")', "@action", "names no rule"),
    "no effect": ("s.here.becomes(s.here + 1)", "s.here + 1", "(sites.here + 1) is not an effect"),
    "no bounds taken": ("(self, bounds: Bounds)", "(self)", "is not built from the bounds"),
    "no component": ("Part(Sites, Sites)", "Part(3, Sites)", "is no component"),
    "no sentence": ("__doc__", '""', "needs a name and a sentence"),
    "a part twice": ("(Part(Sites, Sites),)", "(Part(Sites, Sites), Part(Sites, Sites))", "two parts are of one kind"),
    "an end of the program": ("\nSPEC =", "\nraise SystemExit(7)\nSPEC =", "SystemExit: 7"),
    "a wrong import": ("import Bool,", "import Bole,", "cannot import name 'Bole'"),
}  # fmt: skip
ELSEWHERE = {
    "too many values": "self.number(to",
    "no condition": '@always("CNT-5"',
    "nothing returned": '@always("CNT-5"',
    "no bounds taken": "SPEC =",
    "an end of the program": "SystemExit",
    "no reason": '@always("CNT-5")',
}
"""Where another line is named than the one that was changed: the one that has to be mended."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder that is the present one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["", *sys.path])
    yield tmp_path
    for name in ("mine", "apart", "mine.deep"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_with_its_line(mistake: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file and the very line, in one sentence, without a traceback."""
    right, wrong, said = MISTAKES[mistake]
    assert right in GOOD
    (folder / "mine.py").write_text(GOOD.replace(right, wrong))
    assert main(["explore", "mine.py:SPEC"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    lines = (folder / "mine.py").read_text().splitlines()
    named = int(told.split("mine.py:", 1)[1].split()[0].rstrip(":"))
    meant = ELSEWHERE.get(mistake, wrong)
    assert any(meant in line for line in lines[named - 1 : named + 3]), lines[named - 1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("mine:OTHER", "there is SPEC"),
        ("mine:action", "not a Spec"),
        ("mine", "yours is  mine:SPEC"),
        ("nothing:SPEC", "there is no module `nothing`"),
        ("nothing.py:SPEC", "there is no file nothing.py"),
        ("no-name:SPEC", "is no module"),
        (":SPEC", "is no module"),
    ],
)
def test_what_is_not_there_is_said(asked: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module, a file or a specification that does not exist is one error, and names what exists."""
    (folder / "mine.py").write_text(GOOD)
    assert main(["prove", asked]) == 2
    assert said in capsys.readouterr().err


def test_an_error_of_ours_is_not_blamed_on_the_user(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong outside of the user's file stays a defect of siteproof: exit code 4 and a crash file."""
    (folder / "mine.py").write_text(GOOD)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("siteproof.model.language.spec.Spec.system", broken)
    assert main(["explore", "mine:SPEC", "--itf", "x"]) == 4


def test_every_command_takes_it_as_argument_and_as_option(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same output both ways; both at once are a usage error."""
    (folder / "deep").mkdir()
    (folder / "deep" / "apart.py").write_text(GOOD)
    for command, code in (("explore", 1), ("prove", 1), ("tour", 0)):
        outputs = []
        for words in (["deep/apart.py:SPEC"], ["--spec", "deep/apart.py:SPEC"]):
            assert main([command, *words]) == code
            outputs.append(capsys.readouterr().out)
        assert outputs[0] == outputs[1]
        assert main([command, "lifecycle", "--spec", "mine:SPEC"]) == 2
    assert main(["export", "--to", "json", "--spec", "deep.apart:SPEC"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "mine"


def test_a_violation_is_written_as_itf(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest violation's trace, its loop where it is one of runs; nothing is written where nothing is broken."""
    (folder / "mine.py").write_text(GOOD)
    assert main(["explore", "mine:SPEC", "--itf", "broken.json"]) == 1
    assert main(["explore", "mine:SPEC", "--first", "--itf", "first.json"]) == 1
    trace = json.loads((folder / "broken.json").read_text())
    assert [state["#meta"].get("rule") for state in trace["states"]] == [None, "CNT-1", "CNT-2", "CNT-4"]
    assert trace == json.loads((folder / "first.json").read_text())
    assert main(["explore", "sent_again", "--blocks", "1", "--points", "1", "--itf", "loop.json"]) == 1
    looped = json.loads((folder / "loop.json").read_text())
    assert 0 <= looped["loop"] < len(looped["states"])
    assert main(["explore", "lifecycle", "--itf", "none.json"]) == 0
    assert not (folder / "none.json").exists()
    assert "is not written" in capsys.readouterr().err
