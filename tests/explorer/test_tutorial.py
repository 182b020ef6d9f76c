"""The tutorial of one's own specification: every command, every edit, every line of output of the page."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorial-own-spec.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^siteproof (.+?)(?:    # exit code (\d))?$")


def blocks() -> list[tuple[str, str]]:
    """Every fenced block of the page with its language."""
    return [(match[1], match[2]) for match in BLOCK.finditer(PAGE.read_text())]


def run(folder: Path, line: str) -> str:
    """Run one line of a block as it stands; its exit code is what the page says."""
    match = COMMAND.match(line)
    assert match is not None, line
    command = f"{sys.executable} -m siteproof {match[1]}"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == int(match[2] or 0), (line, done.stdout, done.stderr)
    return done.stdout


def edit(file: Path, code: str) -> None:
    """Put a function in the place of the one of its name, or before the last line."""
    name = re.search(r"def (\w+)", code)
    assert name is not None
    text = file.read_text()
    old = re.compile(rf"^@[^\n]*\ndef {name[1]}\(.*?(?=^\n)", re.MULTILINE | re.DOTALL)
    if old.search(text):
        text = old.sub(lambda _: code, text)
    else:
        text = text.replace("\nSPEC = ", f"\n{code}\nSPEC = ")
        kind = code[1 : code.index("(")]
        text = text if f"{kind}," in text else text.replace("given, spec_of", f"given, {kind}, spec_of")
    file.write_text(text)


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Its commands end as it says, its edits repair and prove, and the lines that it shows come in that order."""
    printed = ""
    for language, text in blocks():
        if language == "sh":
            printed = "".join(run(tmp_path, line) for line in text.splitlines())
        elif language == "python":
            edit(tmp_path / "counter.py", text)
        else:
            place = 0
            for line in text.splitlines():
                place = printed.find(line, place)
                assert place >= 0, (line, printed)
    assert "<!doctype html>" in (tmp_path / "counter.html").read_text()
    assert list((tmp_path / "tla").glob("*.tla"))


def test_the_first_version_is_40_lines_and_its_mistake_is_the_shortest(tmp_path: Path) -> None:
    """What `new spec` writes is as small as the page says, and is never written over."""
    run(tmp_path, "siteproof new spec counter")
    assert len((tmp_path / "counter.py").read_text().splitlines()) <= 40
    run(tmp_path, "siteproof new spec counter    # exit code 2")
    run(tmp_path, "siteproof new spec class    # exit code 2")
