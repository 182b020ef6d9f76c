"""Honest variants of what travels: packed where it helps much, packed harder, small frames, counted with its envelope.

Rule: see the folder's `__init__`.
"""

import zstandard
from attrs import evolve

from siteproof.model.nouns.observation import Observation
from siteproof.reference.datapath.blocks import Runs
from siteproof.reference.datapath.effects import Bytes
from siteproof.reference.datapath.frames import Codec, FrameKind, Plain
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.process_server import ProcessServer
from siteproof.reference.replicator import Replicator
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import variant

ENVELOPE_PERCENT = 3
HARD_LEVEL = 12


def as_it_is(kind: FrameKind, first_block: int, table: Runs, payload: Bytes, lsn: int) -> Plain:
    """A frame whose payload is not packed."""
    text = b"".join((table.tobytes(), payload))
    return Plain(kind, Codec.RAW, 0, first_block, lsn, len(payload), len(table), text)


def packed_where_it_helps(kind: FrameKind, first_block: int, table: Runs, payload: Bytes, lsn: int) -> Plain:
    """A frame whose payload is packed when that halves it; anything else travels as it is."""
    packed = packed_hard(kind, first_block, table, payload, lsn)
    return packed if 2 * len(packed.text) < len(payload) else as_it_is(kind, first_block, table, payload, lsn)


def packed_hard(kind: FrameKind, first_block: int, table: Runs, payload: Bytes, lsn: int) -> Plain:
    """A frame whose payload is packed as well as can be; one that does not shrink travels as it is."""
    packed = zstandard.ZstdCompressor(level=HARD_LEVEL, write_checksum=False).compress(payload)
    if len(packed) >= len(payload):
        return as_it_is(kind, first_block, table, payload, lsn)
    text = b"".join((table.tobytes(), packed))
    return Plain(kind, Codec.ZSTD, 0, first_block, lsn, len(payload), len(table), text)


class SparingSealer(Sealer):
    """Packs what shrinks by half."""

    compress = staticmethod(packed_where_it_helps)


class SparingServer(ProcessServer):
    """Uses it."""

    sealer_type = SparingSealer


class SparingReplicator(Replicator):
    """Uses that."""

    server_type = SparingServer


class HardSealer(Sealer):
    """Takes more time to pack."""

    compress = staticmethod(packed_hard)


class HardServer(ProcessServer):
    """Uses it."""

    sealer_type = HardSealer


class HardReplicator(Replicator):
    """Uses that."""

    server_type = HardServer


class SmallSealer(Sealer):
    """A few blocks per frame."""

    delta_blocks = 8
    bulk_blocks = 16


class SmallServer(ProcessServer):
    """Uses it."""

    sealer_type = SmallSealer


class SmallReplicator(Replicator):
    """Uses that."""

    server_type = SmallServer


class Envelopes(ReferenceSubject):
    """Counts what the network counts."""

    def observe(self, machine: str) -> Observation:
        """Payload and envelope."""
        seen = super().observe(machine)
        return evolve(seen, bytes_sent=seen.bytes_sent + seen.bytes_sent * ENVELOPE_PERCENT // 100)


def sparing(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Compression where it helps much."""
    return variant("sparing", directory, durable, replicator=SparingReplicator)


def packed(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Another compression."""
    return variant("packed", directory, durable, replicator=HardReplicator)


def small_frames(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Another frame size."""
    return variant("small frames", directory, durable, replicator=SmallReplicator)


def envelopes(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Counts more bytes."""
    return variant("envelopes", directory, durable, subject=Envelopes)
