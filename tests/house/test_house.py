"""The house rules, as tests: shapes, floors, walls and what must never be committed (docs/architecture.md)."""

import ast
import functools
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
ROOMS = ("model", "reference", "conformance", "fuzz")
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
BODY_LINES_MEDIAN_MAX = 6


def committed() -> list[Path]:
    """Every file git tracks or would track, without links."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).is_file() and not (ROOT / name).is_symlink()]


def sources() -> list[Path]:
    """Every Python file of the project."""
    return [path for path in committed() if path.suffix == ".py"]


def product() -> list[Path]:
    """Every Python file that is not a test."""
    return [path for path in sources() if "tests" not in path.relative_to(ROOT).parts]


@frozen
class FunctionShape:
    """One function: where it begins, how long it and its body without the docstring are, whether it has one."""

    name: str
    line: int
    lines: int
    body: int
    told: bool


def functions(paths: list[Path]) -> Iterator[tuple[Path, FunctionShape]]:
    """Every function with the file it stands in."""
    return ((path, shape) for path in paths for shape in _shapes(path))


@functools.cache
def _shapes(path: Path) -> tuple[FunctionShape, ...]:
    """Each file is parsed once, and its tree is not kept."""
    found = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))
    return tuple(
        FunctionShape(
            node.name,
            node.lineno,
            (node.end_lineno or 0) - node.lineno,
            body_lines(node),
            bool(ast.get_docstring(node)),
        )
        for node in found
    )


def body_lines(node: ast.FunctionDef) -> int:
    """Lines of a body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def siteproof_imports(path: Path) -> Iterator[str]:
    """The siteproof modules a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("siteproof"))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("siteproof"):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_a_relative_link(room: str) -> None:
    """siteproof/<room> is a relative link to the top-level folder of that name."""
    link = ROOT / "siteproof" / room
    assert link.is_symlink()
    assert link.readlink() == Path("..") / room


def test_no_file_is_over_400_lines() -> None:
    """A source file has fewer than 400 lines; chapters of the standard have a bound of their own (test_rooms)."""
    files = [path for path in sources() if path.parent != ROOT / "model" / "spec"]
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files}
    assert {name: lines for name, lines in long.items() if lines >= FILE_LINES_MAX} == {}


def test_no_function_is_over_60_lines() -> None:
    """A function has at most 60 lines."""
    sizes = {f"{path.relative_to(ROOT)}:{shape.line}": shape.lines for path, shape in functions(sources())}
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES_MAX} == {}


@pytest.mark.parametrize("room", [*ROOMS, "siteproof"])
def test_the_median_body_has_at_most_6_lines(room: str) -> None:
    """Half of the functions of a room have bodies of six lines or fewer."""
    sizes = [shape.body for path, shape in functions(product()) if path.relative_to(ROOT).parts[0] == room]
    assert not sizes or statistics.median(sizes) <= BODY_LINES_MEDIAN_MAX


def test_the_reference_knows_the_nouns_only() -> None:
    """Wall 1: no file of reference imports anything of the model but its nouns."""
    mine = [path for path in product() if path.relative_to(ROOT).parts[0] == "reference"]
    used = {(path.name, name) for path in mine for name in siteproof_imports(path)}
    allowed = ("siteproof.reference", "siteproof.model.nouns")
    assert {(path, name) for path, name in used if not name.startswith(allowed)} == set()


def test_the_judge_does_not_name_the_reference() -> None:
    """Wall 2: no file of conformance mentions the reference's modules, not even in a string."""
    mine = [path for path in product() if path.relative_to(ROOT).parts[0] == "conformance"]
    assert [path.name for path in mine if "siteproof.reference" in path.read_text()] == []


def test_nothing_of_the_workplace_is_committed() -> None:
    """No registry host and no absolute path of a machine stands in any file."""
    hosts = "|".join(("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "deb." + "debian"))
    leak = re.compile(rf"{hosts}|/(work|farm|root|home)/[a-z.]")
    texts = {path.relative_to(ROOT): path.read_text(errors="ignore") for path in committed()}
    assert [str(name) for name, text in texts.items() if leak.search(text)] == []


def test_nothing_is_left_to_do() -> None:
    """No stub and no reminder is called done."""
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b|NotImplemented" + "Error")
    assert [path.name for path in sources() if marks.search(path.read_text())] == []


def test_every_noqa_says_why() -> None:
    """A lint exception names its rule and gives a reason in words."""
    bare = re.compile(r"#\s*noqa(?!: [A-Z0-9, ]+ {2}\()")
    lines = [(path.name, line) for path in sources() for line in path.read_text().splitlines() if "# noqa" in line]
    assert [item for item in lines if bare.search(item[1]) and path_is_not_this(item[0])] == []


def path_is_not_this(name: str) -> bool:
    """This file speaks of the mark without using it."""
    return name != Path(__file__).name


def test_every_lint_rule_left_out_has_a_reason() -> None:
    """Each ignored rule in pyproject.toml is followed by a comment."""
    block = (ROOT / "pyproject.toml").read_text().split("ignore = [", 1)[1].split("\n]", 1)[0]
    rules = [line.strip() for line in block.splitlines() if line.strip().startswith('"')]
    assert [rule for rule in rules if not re.search(r'",\s+# \w+', rule)] == []


def test_the_lock_has_hashes_and_no_address() -> None:
    """requirements.lock pins every package with hashes and names no host."""
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z0-9_.-]+==", lock, re.MULTILINE)
    assert pins
    assert "://" not in lock
    assert len(re.findall(r"^[a-z0-9_.-]+==.*\\\n +--hash=sha256:", lock, re.MULTILINE)) == len(pins)


def test_the_lock_covers_what_pyproject_asks_for() -> None:
    """Every dependency and extra of pyproject.toml is pinned in the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [name for extra in project["optional-dependencies"].values() for name in extra]
    names = {re.split(r"[<>=]", item)[0].lower().replace(".", "-").replace("_", "-") for item in wanted}
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {name.replace(".", "-").replace("_", "-") for name in re.findall(r"^([a-z0-9_.-]+)==", lock, re.MULTILINE)}
    assert names - pinned == set()


def test_every_test_says_a_sentence() -> None:
    """Each test function has a docstring, which is the sentence that it proves."""
    tests = [(path, each) for path, each in functions(sources()) if each.name.startswith("test_")]
    mine = [(path, each) for path, each in tests if "tests" in path.parts]
    assert mine
    assert [f"{path.name}:{each.name}" for path, each in mine if not each.told] == []
