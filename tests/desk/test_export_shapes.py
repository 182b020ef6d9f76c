"""The same vault reads the same from every tool: az, az rest, PowerShell, lines; what is none is refused."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from siteproof.conformance.audit.audit import audit
from siteproof.conformance.audit.render.words import lines
from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.vault import vault_of
from siteproof.model.nouns.problem import Problem
from tests.desk.broken import BROKEN
from tests.desk.invented import NOW_MS, found, healthy

Shape = Callable[[str, Any], bytes]


def _objects(value: Any) -> list[Any]:
    return value["value"] if "value" in value else value if isinstance(value, list) else [value]


def _flat(value: Any) -> Any:
    return {**{key: each for key, each in value.items() if key != "properties"}, **value.get("properties", {})}


def _pascal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(each) for key, each in value.items()}
    return [_pascal(each) for each in value] if isinstance(value, list) else value


def _spoken(value: Any) -> Any:
    """Numbers and booleans as text."""
    if isinstance(value, dict):
        return {key: _spoken(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_spoken(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | float) else value


def _az(_name: str, value: Any) -> bytes:
    return json.dumps([_flat(each) for each in _objects(value)], indent=2).encode()


def _powershell(_name: str, value: Any) -> bytes:
    objects = [_pascal(_flat(each)) for each in _objects(value)]
    text = json.dumps(objects[0] if len(objects) == 1 else objects)
    return b"\xff\xfe" + text.encode("utf-16-le")


def _windows_dates(name: str, value: Any) -> bytes:
    from siteproof.conformance.exports.things import when_of  # noqa: PLC0415  (only this shape needs it)

    def dated(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: dated(inner) for key, inner in each.items()}
        if isinstance(each, list):
            return [dated(inner) for inner in each]
        ms = when_of(each) if isinstance(each, str) and each[4:5] == "-" else None
        return f"/Date({ms})/" if ms else each

    return _powershell(name, dated(value))


def _lines(_name: str, value: Any) -> bytes:
    return "\n".join(json.dumps(each) for each in _objects(value)).encode() + b"\n"


def _example(_name: str, value: Any) -> bytes:
    return json.dumps({"parameters": {}, "responses": {"200": {"body": value}, "202": {}}}).encode()


SHAPES: dict[str, Shape] = {
    "az": _az,
    "PowerShell": _powershell,
    "PowerShell 5 dates": _windows_dates,
    "lines": _lines,
    "published example": _example,
    "with a mark": lambda _name, value: b"\xef\xbb\xbf" + json.dumps(value).encode(),
    "strings": lambda _name, value: json.dumps(_spoken(value)).encode(),
    "lists in a list": lambda _name, value: json.dumps([_objects(value)]).encode(),
}
SOME = [each for each in BROKEN if each[0] != "AUD-PART"][::4]


def _found(files: dict[str, Any], shape: Shape) -> set[str]:
    read = vault_of(opened(shape(name, each), name) for name, each in files.items())
    return {each.check.id for each in audit(read, NOW_MS).new}


@pytest.mark.parametrize("name", SHAPES)
def test_the_shape_changes_nothing(name: str) -> None:
    """The healthy vault is clean and broken ones are found, whichever tool exported them."""
    assert _found(healthy(), SHAPES[name]) == set()
    for _, _, change in SOME:
        files = healthy()
        change(files)
        assert _found(copy.deepcopy(files), SHAPES[name]) == found(files)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (b'[{"id": "a", "properties": {"protectionState": "Pro', "cut off"),
        (b'{"value": [{"id": "a"}, {"id"', "cut off"),
        (b"<!DOCTYPE html><html><body>Sign in to your account</body></html>", "HTML"),
        (b"ERROR: Please run 'az login'", "JSON begins with"),
        (b"\xff\xfe{\x00\x00\xd8", "utf-16-le"),
        (b"{\x00}\x00", "zero bytes"),
        (b"[1, 2]", "no object"),
        (b'[{"a": }]', "no JSON"),
        (b'{"a": 1}\n{"a": \n', "cut off"),
        (b"[" * 5000, "nested"),
    ],
    ids=lambda each: each[:24].decode(errors="replace") if isinstance(each, bytes) else each,
)
def test_what_is_no_export_is_refused_with_its_cause(data: bytes, said: str) -> None:
    """One problem names the file, the cause and what to do."""
    with pytest.raises(Problem) as caught:
        vault_of([opened(data, "vault.json")])
    assert str(caught.value).startswith("vault.json")
    assert said in caught.value.cause
    assert caught.value.hint


@pytest.mark.parametrize(
    "odd", ["NaN", "-Infinity", "1e400", "/Date(99999999999999999999999)/", 1e308, [None], {"id": []}]
)
def test_a_value_that_is_none_of_its_field_ends_no_audit(odd: object) -> None:
    """No number and no time of a machine, a policy or a point has to be one: the vault is audited to its end."""
    files = healthy()
    machine = files["machines.json"]["value"][0]["properties"]
    for fields in (machine, machine["providerSpecificDetails"], files["policies.json"][0]["properties"]):
        fields.update({name: odd for name in fields if name not in ("providerSpecificDetails", "protectionState")})
    files["points-db.json"]["value"][0]["properties"]["recoveryPointTime"] = odd
    assert list(lines(audit(vault_of(opened(json.dumps(each).encode(), name) for name, each in files.items())), 50))
