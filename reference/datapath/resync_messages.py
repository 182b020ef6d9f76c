"""The messages of a resynchronisation: 32 bytes of header and tag, then numbers and digests, or sealed frames.

Layout, little endian: kind 1, reserved 3, round 4, session 8, keyed BLAKE3 tag 16 over the rest; then a count 4, as
many 8-byte numbers, and the digests or frames. Maintainers keep: a message is believed only behind its tag, and only
within the session that it names.
"""

import hmac
import struct
from enum import IntEnum

from attrs import frozen
from blake3 import blake3

from siteproof.reference.datapath.corruption import CorruptLog

_HEAD = struct.Struct("<B3sIQ")
_COUNT = struct.Struct("<I")
_TAG_BYTES = 16
NUMBERS_MAX = 1 << 16
MESSAGE_MAX = 32 << 20
NAME = "resync message"


class Say(IntEnum):
    """Who says what: S to T from the source, T to S from the target."""

    START = 1  # S to T: numbers = LSN, blocks
    ROOTS = 2  # T to S: digests of the round's windows
    WANT_LEAVES = 3  # S to T: numbers = windows
    LEAVES = 4  # T to S: digests of their leaves
    WANT_BLOCKS = 5  # S to T: numbers = leaves
    BLOCKS = 6  # T to S: digests of their blocks
    FRAMES = 7  # S to T: sealed frames of differing blocks
    NEXT = 8  # S to T: the round is over, publish the next one
    END = 9  # S to T: numbers = differing windows, digests = what their roots have to be
    CONCLUDED = 10  # T to S: everything is applied, verified and durable


@frozen
class Message:
    """One message; `round` counts batches of windows from 0."""

    say: Say
    session: int
    round: int = 0
    numbers: tuple[int, ...] = ()
    data: bytes = b""

    def pack(self, key: bytes) -> bytes:
        """The message's bytes under the disk's digest key."""
        body = _COUNT.pack(len(self.numbers)) + struct.pack(f"<{len(self.numbers)}Q", *self.numbers) + self.data
        head = _HEAD.pack(self.say, b"", self.round, self.session)
        return head + _tag(key, head, body) + body


def unpack(key: bytes, data: bytes) -> Message:
    """The message again; CorruptLog when it is too long, malformed or not sealed under this key."""
    if not _HEAD.size + _TAG_BYTES + _COUNT.size <= len(data) <= MESSAGE_MAX:
        raise CorruptLog(NAME, 0, f"{len(data)} bytes are no message")
    head, tag, body = data[: _HEAD.size], data[_HEAD.size : _HEAD.size + _TAG_BYTES], data[_HEAD.size + _TAG_BYTES :]
    if not hmac.compare_digest(tag, _tag(key, head, body)):
        raise CorruptLog(NAME, 0, "the tag does not match: damaged, tampered or of another disk")
    say, _, number, session = _HEAD.unpack(head)
    count = int(_COUNT.unpack_from(body)[0])
    end = _COUNT.size + count * 8
    if say not in frozenset(Say) or count > NUMBERS_MAX or end > len(body):
        raise CorruptLog(NAME, 0, f"a message of kind {say} with {count} numbers")
    return Message(Say(say), session, number, struct.unpack_from(f"<{count}Q", body, _COUNT.size), body[end:])


def _tag(key: bytes, head: bytes, body: bytes) -> bytes:
    tag: bytes = blake3(head + body, key=key).digest(_TAG_BYTES)
    return tag
