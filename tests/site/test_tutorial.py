"""The tutorial does what it says: its commands run in order, and end as the page says they end."""

import re
import shlex
from pathlib import Path

import pytest

from siteproof.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL) for line in block.splitlines()]


def expected(line: str) -> int:
    """The exit code that the page names; 0 where it names none."""
    said = re.search(r"# exit code (\d+)", line)
    return int(said[1]) if said else 0


@pytest.mark.slow
def test_the_commands_of_the_tutorial_end_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other in an empty folder."""
    monkeypatch.chdir(tmp_path)
    assert len(LINES) >= 8
    for line in LINES:
        command = shlex.split(line.partition("#")[0])
        assert command[0] == "siteproof"
        assert main(command[1:]) == expected(line), line
    assert (tmp_path / "out" / "report.html").is_file()
