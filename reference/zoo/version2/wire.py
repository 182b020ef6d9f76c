"""Wrong on the wire: in the clear, unpacked, and a receiver that takes what nobody who was meant has sent.

Rule: see the folder's `__init__`.
"""

from collections.abc import Iterator
from typing import Any, Self

from siteproof.reference.datapath import segment
from siteproof.reference.datapath.blocks import Runs
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.frames import TAG_BYTES, Codec, FrameKind, Plain
from siteproof.reference.datapath.parts import Parts
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.segment import Role
from siteproof.reference.datapath.stream import NAME, StreamReader
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replicator import Replicator
from siteproof.reference.stores import Stores
from siteproof.reference.stream import Stream
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class NoCipher:
    """Seals nothing."""

    def __init__(self, key: bytes) -> None:
        """The key is not used."""

    def encrypt_into(self, nonce: bytes, data: Bytes, associated_data: Bytes, buf: bytearray | memoryview) -> int:
        """The data as it is, and that is wrong."""
        del nonce, associated_data
        buf[: len(data)] = data
        return len(data) + TAG_BYTES

    def decrypt_into(self, nonce: bytes, data: Bytes, associated_data: Bytes, buf: bytearray | memoryview) -> int:
        """The data as it came."""
        del nonce, associated_data
        buf[:] = memoryview(data)[:-TAG_BYTES]
        return len(buf)


class ClearReplica(Replica):
    """Reads and writes so."""

    @classmethod
    def create(cls, *store: Any, **options: Any) -> Self:
        """From the beginning."""
        return super().create(*store, **{**options, "aead": NoCipher})

    @classmethod
    def open(cls, *store: Any, **options: Any) -> Self:
        """Ever after."""
        return super().open(*store, **{**options, "aead": NoCipher})


class AnyStream(StreamReader):
    """Takes every stream that was sealed for its disk once."""

    def read(self, sealed: Bytes, blocks: int, lsn: int) -> Iterator[Plain]:
        """However old it is, and that is wrong."""
        yield from super().read(sealed, blocks, min(lsn, 0))

    def _open(self, view: memoryview) -> memoryview:
        _, self._cipher = segment.open_header(self._keys, view, Role.STREAM, NAME)
        self._invited, self._offset = None, segment.HEADER_BYTES
        return view[segment.HEADER_BYTES :]


class ReplayingReplica(Replica):
    """Reads any stream."""

    def __init__(self, parts: Parts) -> None:
        """With the wrong reader."""
        super().__init__(parts)
        self._stream = AnyStream(parts.keys)


class UnpackedSealer(Sealer):
    """Has no time to pack."""

    @staticmethod
    def compress(kind: FrameKind, first_block: int, table: Runs, payload: Bytes, lsn: int) -> Plain:
        """Everything travels as it is, and that is wrong."""
        text = b"".join((table.tobytes(), payload))
        return Plain(kind, Codec.RAW, 0, first_block, lsn, len(payload), len(table), text)


class LosesItsPlace(Stream):
    """Goes on behind a damaged message."""

    def intrude(self, disk: str, sealed: Bytes) -> bool:
        """What was on its way counts as arrived, and that is wrong."""
        taken = super().intrude(disk, sealed)
        if not taken:
            self.agent.cut().done()
        return taken


def _storing(replica: type[Replica], name: str, directory: str | None, durable: bool) -> ReferenceSubject:
    class Storing(Stores):
        """Holds such replicas."""

        replica_type = replica

    return exhibit(name, directory, durable, stores=Storing)


def in_the_clear(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Sends plain bytes."""
    return _storing(ClearReplica, "in the clear", directory, durable)


def takes_replays(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Takes a recorded stream."""
    return _storing(ReplayingReplica, "takes replays", directory, durable)


def unpacked(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Packs nothing."""

    class Unpacking(ProcessServer):
        """Seals so."""

        sealer_type = UnpackedSealer

    class Sending(Replicator):
        """Sends so."""

        server_type = Unpacking

    return exhibit("unpacked", directory, durable, replicator=Sending)


def takes_torn(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Loses changes to a damaged message."""

    class Losing(Replicator):
        """Receives so."""

        stream_type = LosesItsPlace

    return exhibit("takes torn", directory, durable, replicator=Losing)
