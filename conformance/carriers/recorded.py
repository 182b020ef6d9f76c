"""The wire log: every call of a session and what came back, one JSON object a line, whatever carried it.

Rule: recording changes nothing that is judged; a long line is cut, and says how long it was.
"""

import itertools
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from siteproof.conformance import wire
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.subject import Unsupported

SHOWN_BYTES_MAX = 1 << 16
_SESSIONS = itertools.count(1)


class WireLog:
    """A file that grows by a line for each request and each reply; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """The file is begun anew."""
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()

    def line(self, session: int, number: int, name: str, content: bytes) -> None:
        """Add one line about call `number`; `content` is JSON."""
        kept: Any = (
            json.loads(content) if len(content) <= SHOWN_BYTES_MAX else {"id": number, "cut_bytes": len(content)}
        )
        with self._lock:
            self._file.write(json.dumps({"session": session, name: kept}, ensure_ascii=False) + "\n")
            self._file.flush()

    def close(self) -> None:
        """No line follows."""
        self._file.close()


class Recorded(Carrier):
    """A carrier around another one that writes down what passes."""

    def __init__(self, inner: Carrier, log: WireLog) -> None:
        """Calls go to `inner`."""
        self._inner = inner
        self._log = log
        self._session = next(_SESSIONS)
        self._number = 0

    @property
    def doing(self) -> str:  # type: ignore[override]
        """The call that has not come back yet."""
        return self._inner.doing

    def flood(self) -> str:
        """See Carrier."""
        return self._inner.flood()

    def abandon(self) -> None:
        """See Carrier."""
        self._inner.abandon()

    def close(self) -> None:
        """See Carrier; polite closing is the inner carrier's."""
        self._inner.close()

    def call(self, op: str, *arguments: Any) -> Any:
        """See Carrier."""
        self._number += 1
        self._log.line(self._session, self._number, "request", wire.encode_call(self._number, op, arguments))
        try:
            value = self._inner.call(op, *arguments)
        except (Refused, Unsupported, SubjectFailed, CarrierBroken) as error:
            self._log.line(self._session, self._number, "reply", wire.encode_error(self._number, _as_error(error)))
            raise
        self._log.line(self._session, self._number, "reply", wire.encode_value(self._number, value))
        return value


def recording(factory: Callable[[], Carrier], log: WireLog) -> Callable[[], Carrier]:
    """The same carriers, each written down as a session of its own."""
    return lambda: Recorded(factory(), log)


def _as_error(error: Exception) -> wire.CallError:
    if isinstance(error, Refused):
        return wire.CallError(wire.ErrorKind.REFUSED, error.code.value, error.detail)
    if isinstance(error, Unsupported):
        return wire.CallError(wire.ErrorKind.UNSUPPORTED, message=str(error))
    cause = f": {error.cause}" if isinstance(error, CarrierBroken) else ""
    return wire.CallError(wire.ErrorKind.FAILED, type(error).__name__, f"{error.args[0]}{cause}")
