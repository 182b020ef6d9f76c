"""`siteproof crosscheck`: what it prints and how it ends, whoever is there and whatever they say."""

from collections.abc import Collection
from pathlib import Path

import pytest
from attrs import frozen

from siteproof.cli import crosscheck as command
from siteproof.cli import main
from siteproof.model.engines.crosscheck import spin, tlc
from siteproof.model.engines.crosscheck.tool import Counts, Room, ToolResult, output
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem

STOPPED = "(Spin Version 6.5.2 -- 6 December 2019)\nWarning: Search not completed\nerrors: 0\n  10 states, stored\n"
FAILED = "pan:1: assertion violated (x<=2) (at depth 7)\n(Spin Version 6.5.2 -- 6 December 2019)\nerrors: 1\n"
ROUNDED = "(Spin Version 6.5.2 -- 1)\ndepth reached 9, errors: 0\n 3e+07 states, stored\n2.86e+08 transitions (=\n"
QUEUE = "TLC2 Version 2.15 of Day\n12 states generated, 5 distinct states found, 3 states left on queue.\n"
INITIAL = "TLC2 Version 2.15 of Day\nError: Invariant X is violated by the initial state:\n"


@frozen
class Echo:
    """A tool that says what it was told to say."""

    counts: Counts
    absent: str = ""
    name: str = "Echo"

    def missing(self) -> str:
        """See Tool."""
        return self.absent

    def run(self, system: System, asserted: Collection[int], room: Room) -> ToolResult:
        """See Tool."""
        del system, asserted, room
        return ToolResult("1.0", self.counts, itself="as told")


RIGHT = Counts(109, 444, 14)


@pytest.mark.parametrize(
    ("tool", "code", "last"),
    [
        (Echo(RIGHT), 0, "AGREE: siteproof plain, Echo"),
        (Echo(Counts(109, 445, 14)), 1, "DISAGREE: Echo with siteproof plain"),
        (Echo(Counts(108, 444, 14)), 1, "DISAGREE: Echo with siteproof plain"),
        (Echo(Counts(109, 444, 13)), 1, "DISAGREE: Echo with siteproof plain"),
        (
            Echo(RIGHT, "not here (install it)"),
            3,
            "OPEN: siteproof plain agree as far as they could run; Echo did not run",
        ),
    ],
)
def test_the_exit_code_tells_agreement(
    tool: Echo, code: int, last: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 when all agree, 1 when any number differs, 3 when somebody is missing; the last line says so in words."""
    monkeypatch.setattr(command, "TOOLS", (tool,))
    assert main(["crosscheck", "lifecycle", "--engine", "plain"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("siteproof 0.")
    assert lines[-1] == last
    assert any(line.startswith("MISSING  Echo: not here") for line in lines) == (code == 3)


def test_missing_tools_are_named_with_how_to_install_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With an empty PATH both tools are listed with a reason, and nothing is called agreement."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["crosscheck", "lifecycle"]) == 3
    out = capsys.readouterr().out
    assert "MISSING  SPIN: `spin` is not on the PATH (Debian: apt install spin)" in out
    assert "MISSING  TLC: `java` is not on the PATH" in out
    assert "\nAGREE" not in out


def test_several_of_our_engines_stand_beside_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    """Each named engine has a row with the same numbers; a tool that was not asked for is not missing."""
    if spin.Spin().missing():
        pytest.skip(spin.Spin().missing())
    assert main(["crosscheck", "unfenced", "--points", "1", "--blocks", "1", "--tool", "spin", "--engine", "plain", "--engine", "packed"]) == 0  # fmt: skip  # noqa: E501  (one command line)
    lines = capsys.readouterr().out.splitlines()
    rows = [line.split()[-8:] for line in lines[2:5]]
    assert len({tuple(row) for row in rows}) == 1
    assert not any(line.startswith("MISSING") for line in lines)


@pytest.mark.parametrize("printed", [STOPPED, ROUNDED, "nonsense", ""])
def test_an_unfinished_search_of_spin_is_no_answer(printed: str) -> None:
    """Output that does not tell of a completed search is a Problem that cannot be judged."""
    with pytest.raises(Problem) as raised:
        spin.answer(printed)
    assert raised.value.code is ExitCode.CANNOT_JUDGE


@pytest.mark.parametrize("printed", [QUEUE, "nonsense", ""])
def test_an_unfinished_search_of_tlc_is_no_answer(printed: str) -> None:
    """States left on the queue, or no result at all, are a Problem that cannot be judged."""
    with pytest.raises(Problem) as raised:
        tlc.answer(printed)
    assert raised.value.code is ExitCode.CANNOT_JUDGE


def test_violations_are_told_by_their_distance() -> None:
    """SPIN's depth of the step, TLC's last state, and the initial state at distance 0."""
    assert spin.answer(FAILED) == ToolResult("6.5.2", broken_at=7)
    assert tlc.answer(INITIAL).broken_at == 0
    assert (
        tlc.answer(INITIAL.replace("by the initial state:", ".") + "State 1: <Initial>\nState 2: <A>\n").broken_at == 1
    )


def test_a_tool_has_a_time_limit(tmp_path: Path) -> None:
    """What does not end in time is stopped and cannot be judged."""
    with pytest.raises(Problem, match="did not end"):
        output(["sleep", "60"], tmp_path, Room(seconds_max=0.2))


def test_a_tool_that_fails_is_no_answer(tmp_path: Path) -> None:
    """An unexpected exit code is a Problem with the last lines of what was printed."""
    with pytest.raises(Problem, match="ended with code"):
        output(["ls", "absent"], tmp_path, Room())
