"""The receiving end of a stream of sealed frames: nothing passes that the invited sender did not send next.

Maintainers keep: an invitation is random and good for one stream; the frame sequence has no gap; only frames of blocks
pass, within the disk, with an LSN that does not run backwards. (domain §7, B41)
"""

from collections.abc import Iterator

from siteproof.reference.datapath import frames, segment
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.frames import FrameKind, Plain
from siteproof.reference.datapath.keys import Aead, DiskKeys
from siteproof.reference.datapath.segment import Role

NAME = "stream"
_FROM_SOURCE = frozenset({FrameKind.DATA, FrameKind.ZERO})


class StreamReader:
    """Checks and decrypts one invited stream at a time; offsets in its errors count from the stream's start."""

    def __init__(self, keys: DiskKeys) -> None:
        """No stream is expected before `invite`."""
        self._keys = keys
        self._invited: int | None = None
        self._cipher: Aead | None = None
        self._sequence = 0
        self._offset = 0

    def invite(self) -> int:
        """Forget the present stream and expect one that carries this number."""
        self.close()
        self._invited = int.from_bytes(self._keys.random(8), "little")
        return self._invited

    def close(self) -> None:
        """Nothing more is accepted before the next invitation."""
        self._invited, self._cipher, self._sequence, self._offset = None, None, 0, 0

    def read(self, sealed: Bytes, blocks: int, lsn: int) -> Iterator[Plain]:
        """The frames in `sealed` (whole ones; the stream's header comes first), each checked before it is yielded."""
        view = memoryview(sealed)
        if self._cipher is None:
            view = self._open(view)
        while len(view):
            plain, length = self._next(view, blocks, lsn)
            view, lsn = view[length:], plain.lsn
            yield plain

    def _open(self, view: memoryview) -> memoryview:
        header, cipher = segment.open_header(self._keys, view, Role.STREAM, NAME)
        if header.epoch != self._invited:
            raise CorruptLog(NAME, 0, "not the invited stream: replay, or a sender that missed a reconnect")
        self._invited, self._cipher, self._offset = None, cipher, segment.HEADER_BYTES
        return view[segment.HEADER_BYTES :]

    def _next(self, view: memoryview, blocks: int, lsn: int) -> tuple[Plain, int]:
        assert self._cipher is not None
        header = frames.read_header(view, NAME, self._offset)
        if header.sequence != self._sequence:
            what = f"frame {header.sequence} where {self._sequence} belongs: replay or loss"
            raise CorruptLog(NAME, self._offset, what)
        plain = frames.unseal(self._cipher, header, view[: header.frame_length], NAME, self._offset)
        if plain.kind not in _FROM_SOURCE or plain.lsn < lsn:
            raise CorruptLog(NAME, self._offset, f"a {plain.kind.name} frame at LSN {plain.lsn} after {lsn}")
        frames.check_reach(plain, blocks, NAME, self._offset)
        self._sequence += 1
        self._offset += header.frame_length
        return plain, header.frame_length
