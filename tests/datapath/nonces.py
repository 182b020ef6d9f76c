"""Every nonce that was ever used, read off the frames themselves: from what was written to files and sent on the wire.

Maintainers keep: a nonce is (salt of the segment, sequence of the frame); two different frames under one are a reuse.
"""

import hashlib

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.effects import Bytes, Effect, Executor, Write
from siteproof.reference.datapath.frames import read_header
from siteproof.reference.datapath.segment import HEADER_BYTES

SALT = slice(40, 72)  # of the segment header


class Nonces:
    """A ledger of sealed frames; `reused` names each nonce that two different frames share."""

    def __init__(self) -> None:
        self._used: dict[tuple[bytes, int], bytes] = {}
        self._salts: dict[str, bytes] = {}
        self.reused: list[str] = []

    def __len__(self) -> int:
        return len(self._used)

    def write(self, effect: Effect) -> None:
        """Read what is being written to a log or a catalogue."""
        name = effect.file.rpartition("/")[2] if isinstance(effect, Write) else ""
        if isinstance(effect, Write) and name.startswith(("cache-", "undo-", "points", "cuts-", "journal-")):
            self.hear(effect.file, effect.data)

    def hear(self, place: str, data: Bytes) -> None:
        """Whole frames in order, behind a segment header where one begins."""
        view = memoryview(data)
        if bytes(view[:8]) == b"SPSEGMT1":
            self._salts[place] = bytes(view[SALT])
            view = view[HEADER_BYTES:]
        while len(view):
            header = read_header(view, place, 0)
            self._note(place, header.sequence, bytes(view[: header.frame_length]))
            view = view[header.frame_length :]

    def _note(self, place: str, sequence: int, frame: bytes) -> None:
        key, digest = (self._salts[place], sequence), hashlib.sha256(frame).digest()
        if self._used.setdefault(key, digest) != digest:
            self.reused.append(f"{place}: frame {sequence}, {len(frame) - frames.HEADER_BYTES} bytes")


class ListeningExecutor:
    """Tells a ledger what is written before it passes it on."""

    def __init__(self, inner: Executor, nonces: Nonces) -> None:
        self.inner, self.nonces = inner, nonces
        self.read_into, self.read, self.size = inner.read_into, inner.read, inner.size
        self.exists, self.list, self.path = inner.exists, inner.list, inner.path

    def perform(self, effect: Effect) -> None:
        """Note, then carry out."""
        self.nonces.write(effect)
        self.inner.perform(effect)
