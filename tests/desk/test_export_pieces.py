"""A large export is read piece by piece and says what it says as a whole; memory holds one piece."""

import io
import json
import tracemalloc
from typing import Any

import pytest

from siteproof.conformance.audit.audit import audit
from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.pieces import opened_in_pieces
from siteproof.conformance.exports.vault import vault_of
from siteproof.model.nouns.problem import Problem
from tests.desk.invented import ITEMS, NOW_MS, machine, points

NAMES = ["plain", "with { brace", "} and [", '"quoted\\"', "ümlaut", "{{7*7}}"]


def _list(count: int) -> list[Any]:
    found = [machine(f"m-{number}") for number in range(count)]
    for number, each in enumerate(found):
        each["properties"]["friendlyName"] = f"{NAMES[number % len(NAMES)]} {number}"
    return [*found, *points("m-1")]


def _bytes(shape: str, listed: list[Any]) -> bytes:
    if shape == "lines":
        return b"\n".join(json.dumps(each).encode() for each in listed)
    if shape == "pages":
        return b"\n".join(json.dumps({"value": [each], "nextLink": None}).encode() for each in listed)
    if shape == "UTF-16":
        return b"\xff\xfe" + json.dumps(listed).encode("utf-16-le")
    whole = {"value": listed, "nextLink": "https://next"} if "value" in shape else listed
    return json.dumps(whole, indent=2 if "indented" in shape else None, ensure_ascii=False).encode()


SHAPES = ["list", "value", "value indented", "list indented", "lines", "pages", "UTF-16"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("piece_bytes", [700, 9000])
def test_pieces_say_what_the_whole_says(shape: str, piece_bytes: int) -> None:
    """The same objects at the same places, whatever braces stand in names and wherever a piece ends."""
    data = _bytes(shape, _list(7))
    whole = opened(data, "vault.json")
    pieces = list(opened_in_pieces(io.BytesIO(data).read, "vault.json", piece_bytes))
    read = [(each.place, each.value()) for piece in pieces for each in piece.documents]
    assert [value for _, value in read] == [each.value() for each in whole.documents]
    assert shape == "pages" or [place for place, _ in read] == [each.place for each in whole.documents]
    assert tuple(place for piece in pieces for place in piece.more) == whole.more
    assert len(pieces) > 2 or shape in ("lines", "pages", "UTF-16")


@pytest.mark.parametrize("end", [b"", b"}", b"]]", b', {"id": '])
def test_a_large_file_that_is_cut_off_is_refused(end: bytes) -> None:
    """At its end as well, after pieces that were read; the problem names the file."""
    data = json.dumps(_list(7)).encode()[:-1] + end
    with pytest.raises(Problem) as caught:
        vault_of(opened_in_pieces(io.BytesIO(data).read, "vault.json", 3000))
    assert "vault.json" in caught.value.problem


def test_two_members_without_a_comma_between_are_refused() -> None:
    """A cut between them hides nothing."""
    each = json.dumps(machine("m"))
    data = f"[{each} {each}, {each}]".encode()
    with pytest.raises(Problem):
        vault_of(opened_in_pieces(io.BytesIO(data).read, "vault.json", 3000))


def test_memory_is_a_piece_and_what_is_kept() -> None:
    """Megabytes of what nobody asks for beside each machine leave nothing behind."""
    each = machine("m")
    each["properties"]["ballast"] = ["x" * 1000] * 100
    member = json.dumps(each).encode()
    data = b"[" + b",".join(member.replace(b'/m"', b'/m-%d"' % number) for number in range(150)) + b"]"
    file = io.BytesIO(data)
    tracemalloc.start()
    vault = vault_of(opened_in_pieces(file.read, "vault.json", 1 << 19))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(vault.machines) == 150
    assert peak < len(data) / 3


def test_a_machine_reads_the_same_quickly_and_slowly() -> None:
    """Field for field: a key in unusual letters sends the machine the slow way, and the audit is the same."""
    quick, slow = (
        json.dumps(machine("db-1")),
        json.dumps(machine("db-1")).replace('"protectionState"', '"PROTECTIONSTATE"'),
    )
    found = [vault_of([opened(text.encode(), "v")]) for text in (quick, slow)]
    assert found[0].machines[0].values == found[1].machines[0].values
    assert [each.machine_of(f"{ITEMS}/DB-1") is not None for each in found] == [True, True]
    assert [audit(each, NOW_MS).new for each in found] == [(), ()]
