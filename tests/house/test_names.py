"""One class name, one meaning: a reader who has met a name is right about it wherever it comes again."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.house.test_house import ROOT, product

APART = ("reference/zoo", "model/spec/wrong_designs", "conformance/scaffolds")
"""Rooms whose files are each one change to the same thing: they are read one at a time, and name what they change."""

SAME_THING = {
    "Appliance": "the chapter's, and the reference's own",
    "Host": "the chapter's, and the reference's own",
    "Job": "what the table says of an accepted command, and the reference's own",
    "Link": "the chapter's, and the reference's own",
    "Machine": "the chapter's, the one that a case drives, and the reference's own",
    "Stream": "the chapter's, and the reference's own",
    "Write": "of the contract, and of the reference's store, whose errors name it by its class",
}
"""Names that are told twice because both sides of a wall have the thing, which is what is tested."""


def defined(paths: list[Path], root: Path = ROOT) -> dict[str, list[str]]:
    """Where each class name is defined; a private one is met in its own file only."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        place = path.relative_to(root).as_posix()
        if not place.startswith(APART):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(f"{place}:{node.lineno}")
    return found


@pytest.fixture(scope="module")
def twice() -> dict[str, list[str]]:
    """The names that are defined more than once."""
    return {name: places for name, places in defined(product()).items() if len(places) > 1}


def test_a_class_name_has_one_meaning(twice: dict[str, list[str]]) -> None:
    """No two classes share a name, but for the things that stand on both sides of a wall."""
    assert {name: places for name, places in twice.items() if name not in SAME_THING} == {}
    assert sorted(twice) == sorted(SAME_THING), "a name of the list is told once by now"


def test_a_thing_of_two_sides_stands_once_on_each(twice: dict[str, list[str]]) -> None:
    """The list excuses no third meaning within one room."""
    for name in SAME_THING:
        rooms = [place.split("/")[0] for place in twice[name]]
        assert len(rooms) == len(set(rooms)), name


def test_a_second_meaning_is_found(tmp_path: Path) -> None:
    """Two files with a class of one name are both shown."""
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("class Plan:\n    pass\n")
    assert defined([tmp_path / "a.py", tmp_path / "b.py"], tmp_path) == {"Plan": ["a.py:1", "b.py:1"]}
