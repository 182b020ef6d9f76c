"""The reference's parts know each other in one direction only, also where only a type checker looks."""

import ast
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[2]


def imports(file: Path) -> set[str]:
    """Every module that a file imports anywhere in it, under TYPE_CHECKING too."""
    tree = ast.walk(ast.parse(file.read_text()))
    froms = [node for node in tree if isinstance(node, ast.ImportFrom)]
    modules = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    return modules | {node.module or "" for node in froms}


def cycles(folder: Path) -> list[set[str]]:
    """Groups of modules below the folder which import each other."""
    files = {
        "siteproof." + ".".join(file.relative_to(folder.parent).with_suffix("").parts): file
        for file in folder.rglob("*.py")
        if file.name != "__init__.py"
    }
    graph = nx.DiGraph((name, other) for name, file in files.items() for other in imports(file) & set(files))
    return [group for group in nx.strongly_connected_components(graph) if len(group) > 1]


def test_no_part_of_the_reference_imports_itself_in_a_circle() -> None:
    """An import circle means two parts that cannot be understood one after the other."""
    assert cycles(ROOT / "reference") == []


def test_a_circle_would_be_seen(tmp_path: Path) -> None:
    """Two files that name each other, one of them for the type checker only, are reported."""
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "a.py").write_text("from siteproof.reference.b import B\n")
    (folder / "b.py").write_text("if TYPE_CHECKING:\n    from siteproof.reference import a\n")
    assert cycles(folder) == [{"siteproof.reference.a", "siteproof.reference.b"}]
