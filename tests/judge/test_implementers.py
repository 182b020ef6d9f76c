"""docs/implementers.md, followed as a new user would: every command in its order, where the page leaves its reader."""

import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from siteproof.conformance import expectations
from siteproof.conformance.case import all_cases

PAGE = (Path(__file__).parents[2] / "docs" / "implementers.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
FINE = (0, 1, 3)  # a verdict, whichever; anything else is a command that does not work


def commands() -> list[str]:
    """Every command line of the page, in its order."""
    return [line for kind, text in BLOCKS for line in text.splitlines() if not kind and line.strip()]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_page_can_be_followed(tmp_path: Path) -> None:
    """Each command ends with a verdict or a success, and what it should write is there afterwards."""
    folder, path = tmp_path, f"{sysconfig.get_path('scripts')}:/usr/bin:/bin"
    whole = [line for line in commands() if "--depth quick" in line]
    for line in commands():
        if line.startswith("cd "):
            folder = folder / line.removeprefix("cd ")
            continue
        meant = f"{line} --chapter RPO" if line in whole else line  # the whole suite has its own tests
        done = subprocess.run(
            ["sh", "-c", meant], cwd=folder, env={"PATH": path}, capture_output=True, text=True, check=False
        )
        assert done.returncode in FINE, f"{line}: {done.stderr}"
        assert "Usage" not in done.stderr
    assert folder != tmp_path
    for name in ("known.toml", "junit.xml", "siteproof.sarif", "out/summary.markdown", "out/report.html"):
        assert (folder / name).stat().st_size > 0, name


def test_every_command_of_the_page_is_ours() -> None:
    """The page asks for nothing but our own command and a folder."""
    assert {shlex.split(line)[0] for line in commands()} == {"cd", "siteproof"}


def test_the_two_lines_of_pytest_are_two_lines(tmp_path: Path) -> None:
    """The example for a suite of one's own is collected as it stands."""
    (text,) = [text for kind, text in BLOCKS if kind == "python"]
    assert len([line for line in text.splitlines() if line.strip()]) == 2
    source = text.replace("my_adapter:", "siteproof.conformance.scaffolds.python_adapter:")
    (tmp_path / "test_mine.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert "test_siteproof[C-RPO-1]" in done.stdout, done.stdout + done.stderr


def test_the_waiver_of_the_page_is_one() -> None:
    """The example of a waiver is read as one."""
    (text,) = [text for kind, text in BLOCKS if kind == "toml"]
    (waiver,) = expectations.read(text.encode(), "the page", all_cases()).waiver
    assert waiver.reason
