"""The type checker stops a misspelt variable and a foreign enumeration before anything runs (docs/engine.md)."""

import os
import subprocess
import sys
from pathlib import Path

SNIPPET = '''
import enum
from siteproof.model.language import Bool, Component, Step, action, given

class Phase(enum.Enum):
    COPYING = 1

class Colour(enum.Enum):
    RED = 1

class Machine(Component):
    def __init__(self) -> None:
        super().__init__()
        self.phase = self.symbol(Phase.COPYING)
        self.captures = self.flag()

@action("X-1")
def right(m: Machine) -> Step:
    """Something happens."""
    return given(m.captures & (m.phase == Phase.COPYING)).then(m.captures.becomes(False))

@action("X-2")
def wrong(m: Machine) -> Step:
    """Something is misspelt."""
    return given(m.captrues).then(
        m.phase.becomes(Colour.RED),
        m.captures.becomes(m.phase),
    )

def compared(m: Machine) -> Bool:
    return m.phase == Colour.RED
'''


def _lines(marker: str) -> int:
    return next(number for number, line in enumerate(SNIPPET.splitlines(), 1) if marker in line)


def test_the_type_checker_sees_what_a_reader_could_miss(tmp_path: Path) -> None:
    """The strict type checker reports exactly the four wrong lines of the snippet, and none of the right ones."""
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(file)]
    environment = {**os.environ, "MYPYPATH": str(root)}
    found = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    wrong = {int(line.split(":")[1]) for line in found.stdout.splitlines() if ": error:" in line}
    markers = ("m.captrues", "becomes(Colour.RED)", "becomes(m.phase)", "return m.phase == Colour.RED")
    assert wrong == {_lines(marker) for marker in markers}, found.stdout
