"""The wire form of the Subject contract: one JSON object per line, requests and replies, and their JSON Schema.

The Protocols in model/nouns (subject.py and those of its optional parts) are the only source: operations, arguments
and answers are read off their methods, so the wire cannot know a field which the contract does not. Nothing is
believed before its length and type are checked.
Request {"id": n, "op": name, "args": {...}}; reply {"id": n, "ok": value} or {"id": n, "error": {"kind", "code",
"message"}}; bytes are base64; `do` answers {"accepted": {...}} or {"refused": {...}}.
"""

import inspect
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, get_type_hints

import msgspec
from attrs import frozen
from msgspec import UNSET, Raw, Struct, UnsetType

from siteproof.model.nouns.administration import Administering
from siteproof.model.nouns.appliances import Serving
from siteproof.model.nouns.commands import Accepted, Answer, Refusal
from siteproof.model.nouns.frames import Tapping
from siteproof.model.nouns.groups import Grouping
from siteproof.model.nouns.plans import Planning
from siteproof.model.nouns.subject import CONTRACT_VERSION, Arranging, Subject

LINE_BYTES_MAX = 512 * 1024 * 1024
SHOWN_BYTES_MAX = 120


class WireError(Exception):
    """A line that is not what the contract says; the message is one short sentence."""


class WrongIdError(WireError):
    """A reply to another call than the one that was asked."""

    def __init__(self, number: int) -> None:
        """`number` is the id it carries."""
        self.id = number
        super().__init__(f"it answers call {number}")


class ErrorKind(StrEnum):
    """Why a call has no answer."""

    REFUSED = "refused"  # a named refusal; nothing has changed
    UNSUPPORTED = "unsupported"  # the subject does not offer this call
    FAILED = "failed"  # the subject itself failed


class CallError(Struct, frozen=True):
    """The error half of a reply; `code` is of the catalogue when the kind is `refused`."""

    kind: ErrorKind
    code: str = ""
    message: str = ""


class DoAnswer(Struct, frozen=True, omit_defaults=True):
    """The answer of `do`: exactly one of the two is there."""

    accepted: Accepted | None = None
    refused: Refusal | None = None


class _Request(Struct, frozen=True):
    id: int
    op: str
    args: Raw = Raw(b"{}")


class _Numbered(Struct, frozen=True):
    id: int = 0


class _Reply(Struct, frozen=True, omit_defaults=True):
    id: int
    ok: Raw | UnsetType = UNSET
    error: CallError | UnsetType = UNSET


@frozen
class Operation:
    """One method of the contract: its name, its argument names with types, its answer's type on the wire."""

    name: str
    arguments: Mapping[str, Any]
    answer: Any
    record: type[Struct]


@frozen
class CallRequest:
    """A decoded request: the arguments are in the contract's order and of the contract's types."""

    id: int
    operation: Operation
    arguments: tuple[Any, ...]


@frozen
class Reply:
    """A decoded reply: a value, or an error."""

    id: int
    value: Any = None
    error: CallError | None = None


def _operation(name: str, method: Any) -> Operation:
    hints = get_type_hints(method)
    answer = hints.pop("return")
    record = msgspec.defstruct(f"{name}_arguments", list(hints.items()), frozen=True, module=__name__)
    return Operation(name, hints, DoAnswer if answer == Answer else answer, record)


OPERATIONS: dict[str, Operation] = {
    name: _operation(name, method)
    for protocol in (Subject, Arranging, Grouping, Planning, Administering, Serving, Tapping)
    for name, method in inspect.getmembers(protocol, inspect.isfunction)
    if not name.startswith("_")
}
OPTIONAL = frozenset(name for name in OPERATIONS if not hasattr(Subject, name))
"""Calls that only a subject with the capability behind them needs to answer."""


def encode_call(number: int, op: str, arguments: tuple[Any, ...]) -> bytes:
    """One request line, newline included."""
    args = msgspec.json.encode(OPERATIONS[op].record(*arguments))
    return _line(msgspec.json.encode(_Request(number, op, Raw(args))))


def decode_call(line: bytes) -> CallRequest:
    """The request on one line; WireError says what is wrong with it."""
    request = _decode(line, _Request)
    operation = OPERATIONS.get(request.op)
    if operation is None:
        raise WireError(f"there is no operation {request.op!r}; there are: {', '.join(OPERATIONS)}")
    record = _decode(bytes(request.args), operation.record)
    return CallRequest(request.id, operation, tuple(getattr(record, name) for name in operation.arguments))


def request_id(line: bytes) -> int:
    """The id of a request whatever its operation and arguments are."""
    numbered: _Numbered = _decode(line, _Numbered)
    return numbered.id


def encode_value(number: int, value: Any) -> bytes:
    """One reply line that carries an answer; WireError when it is longer than a line may be."""
    return _line(msgspec.json.encode(_Reply(number, ok=Raw(msgspec.json.encode(_to_wire(value))))))


def encode_error(number: int, error: CallError) -> bytes:
    """One reply line that carries an error."""
    return _line(msgspec.json.encode(_Reply(number, error=error)))


def decode_reply(line: bytes, op: str, number: int | None = None) -> Reply:
    """The reply to call `number` (any when None) of `op`; WireError says what is wrong with it.

    The id is judged first: an answer to another call has another form, and its form says nothing.
    """
    reply = _decode(line, _Reply)
    if number not in (None, reply.id):
        raise WrongIdError(reply.id)
    if (reply.ok is UNSET) == (reply.error is UNSET):
        raise WireError("a reply carries either `ok` or `error`")
    if not isinstance(reply.error, UnsetType):
        return Reply(reply.id, error=reply.error)
    return Reply(reply.id, _from_wire(_decode(bytes(reply.ok), OPERATIONS[op].answer)))


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of every request and every answer, for authors of adapters in other languages."""
    parts = [part for operation in OPERATIONS.values() for part in (operation.record, operation.answer)]
    schemas, definitions = msgspec.json.schema_components(parts, ref_template="#/$defs/{name}")
    pairs = list(zip(schemas[::2], schemas[1::2], strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "siteproof subject contract, NDJSON form",
        "description": (__doc__ or "").strip(),
        "x-contract-version": CONTRACT_VERSION,
        "x-line-bytes-max": LINE_BYTES_MAX,
        "oneOf": [_request_schema(op, pair[0]) for op, pair in zip(OPERATIONS.values(), pairs, strict=True)],
        "x-replies": {op: _reply_schema(pair[1]) for op, pair in zip(OPERATIONS, pairs, strict=True)},
        "$defs": definitions,
    }


def shown(line: bytes) -> str:
    """A short printable quotation of outside bytes, safe for a terminal."""
    head = ascii(line[:SHOWN_BYTES_MAX].decode("utf-8", "replace"))
    return head + ("…" if len(line) > SHOWN_BYTES_MAX else "")


def _request_schema(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    fields = {"id": {"type": "integer"}, "op": {"const": operation.name}, "args": arguments}
    required = ["id", "op", "args"] if operation.arguments else ["id", "op"]
    return {"title": operation.name, "type": "object", "properties": fields, "required": required}


def _reply_schema(answer: dict[str, Any]) -> dict[str, Any]:
    error = {
        "type": "object",
        "properties": {
            "kind": {"enum": [kind.value for kind in ErrorKind]},
            "code": {"type": "string"},
            "message": {"type": "string"},
        },
        "required": ["kind"],
    }
    number = {"id": {"type": "integer"}}
    return {
        "oneOf": [
            {"type": "object", "properties": {**number, "ok": answer}, "required": ["id", "ok"]},
            {"type": "object", "properties": {**number, "error": error}, "required": ["id", "error"]},
        ]
    }


def _to_wire(value: Any) -> Any:
    if isinstance(value, Accepted):
        return DoAnswer(accepted=value)
    return DoAnswer(refused=value) if isinstance(value, Refusal) else value


def _from_wire(value: Any) -> Any:
    if not isinstance(value, DoAnswer):
        return value
    answers = [answer for answer in (value.accepted, value.refused) if answer is not None]
    if len(answers) != 1:
        raise WireError("`do` answers exactly one of `accepted` and `refused`")
    return answers[0]


def _decode(line: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def _line(encoded: bytes) -> bytes:
    if len(encoded) >= LINE_BYTES_MAX:
        raise WireError(f"a line of {len(encoded)} bytes is longer than {LINE_BYTES_MAX}")
    return encoded + b"\n"
