"""The server half of the stdio carrier: any Python subject becomes an adapter process.

Rule: the protocol's stream carries the protocol only; what the subject prints goes to stderr, what it raises becomes
an error reply, and the loop ends with its input.
"""

import contextlib
import os
import sys
from typing import IO

from siteproof.conformance import wire
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import Subject, Unsupported


def serve(subject: Subject, requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer every request line until the input ends or `close` is called; then close the subject."""
    try:
        while line := requests.readline(wire.LINE_BYTES_MAX + 1):
            reply, last = answer(subject, line)
            replies.write(reply)
            replies.flush()
            if last:
                return
    except BrokenPipeError:
        return
    finally:
        with contextlib.suppress(Exception):
            subject.close()


def protocol_streams() -> tuple[IO[bytes], IO[bytes]]:
    """This process' stdin and stdout for the protocol alone; from now on printing goes to stderr."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout = sys.stderr
    return requests, replies


def answer(subject: Subject, line: bytes) -> tuple[bytes, bool]:
    """The reply to one line, and whether it is the last one."""
    if not line.endswith(b"\n"):
        return _error(0, "BadRequest", f"a line is cut short or longer than {wire.LINE_BYTES_MAX} bytes"), True
    try:
        call = wire.decode_call(line)
    except wire.WireError as error:
        return _error(_id_of(line), "BadRequest", str(error)), False
    return _reply(subject, call), call.operation.name == "close"


def _reply(subject: Subject, call: wire.CallRequest) -> bytes:
    op = call.operation.name
    if op in wire.OPTIONAL and not hasattr(subject, op):
        return wire.encode_error(call.id, wire.CallError(wire.ErrorKind.UNSUPPORTED, message=f"there is no {op}"))
    try:
        value = None if op == "close" else getattr(subject, op)(*call.arguments)
        return wire.encode_value(call.id, value)
    except Unsupported as error:
        return wire.encode_error(call.id, wire.CallError(wire.ErrorKind.UNSUPPORTED, message=str(error)))
    except Refused as error:
        return wire.encode_error(call.id, wire.CallError(wire.ErrorKind.REFUSED, error.code.value, error.detail))
    except Exception as error:  # noqa: BLE001  (a failing subject is data; the judge decides what it means)
        return _error(call.id, type(error).__name__, str(error))


def _error(number: int, code: str, message: str) -> bytes:
    return wire.encode_error(number, wire.CallError(wire.ErrorKind.FAILED, code, message))


def _id_of(line: bytes) -> int:
    """The id of a request that is wrong otherwise, so that its sender can tell which one it was; 0 when unreadable."""
    try:
        return wire.request_id(line)
    except wire.WireError:
        return 0
