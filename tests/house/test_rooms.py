"""The architecture is what the folder listing shows: rooms with floors, and no import that leads in a circle."""

import ast
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[2]
ENTRIES_MAX = 12
CHAPTER_LINES_MAX = 500
FILE_LINES_MAX = 400
PURE = ("model/nouns", "model/language", "model/spec", "model/drawing", "model/advice")
WORLD = {"subprocess", "socket", "random", "secrets", "time", "threading", "asyncio", "tempfile", "shutil", "os"}


def modules() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    found = {}
    for folder in ("model", "reference", "conformance", "fuzz", "siteproof/cli", "siteproof/explorer"):
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(part for part in ("siteproof", *parts) if part != "__init__").replace("..", ".")
            found[name.removeprefix("siteproof.") if folder.startswith("siteproof/") else name] = path
    return found


def imports(path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of ours that a file imports anywhere: at its top, in a function, or for type checkers only."""
    froms = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom) and node.module)
    named = ((node.module or "", alias.name) for node in froms for alias in node.names)
    return {full if (full := f"{module}.{name}") in known else module for module, name in named} & known.keys()


def test_no_import_leads_in_a_circle() -> None:
    """Not even inside a function or behind TYPE_CHECKING: whoever reads a module never needs a module that needs it."""
    known = modules()
    graph = nx.DiGraph((name, other) for name, path in known.items() for other in imports(path, known) if other != name)
    assert [sorted(circle) for circle in nx.strongly_connected_components(graph) if len(circle) > 1] == []


def test_the_listing_of_the_model_shows_its_architecture() -> None:
    """Whoever opens the folder sees rooms, and can count them."""
    entries = {path.name for path in (ROOT / "model").iterdir() if path.name != "__pycache__"}
    assert len(entries) <= ENTRIES_MAX
    assert {path.name for path in (ROOT / "model").glob("*.py")} == {"__init__.py"}
    assert {"nouns", "language", "spec", "engines", "theorems", "book", "drawing", "advice"} <= entries


def test_chapters_may_have_500_lines_and_nothing_else_more_than_400() -> None:
    """A chapter is read in one sitting, and in one file."""
    for path in (ROOT / "model").rglob("*.py"):
        chapter = path.parent == ROOT / "model" / "spec"
        lines = len(path.read_text().splitlines())
        assert lines < (CHAPTER_LINES_MAX if chapter else FILE_LINES_MAX), path.relative_to(ROOT)


def test_the_pure_rooms_touch_no_world() -> None:
    """No process, socket, clock, chance or file system where the standard and what is derived from it stand."""
    for room in PURE:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.walk(ast.parse(path.read_text()))
            plain = {
                alias.name.partition(".")[0] for node in tree if isinstance(node, ast.Import) for alias in node.names
            }
            assert plain & WORLD == set(), path.relative_to(ROOT)
