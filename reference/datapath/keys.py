"""Keys: one data key per disk is wrapped by another, and every segment has its own (docs/data-path.md, Keys).

Maintainers keep: a segment key is used by one writer for one run; its salt is 32 fresh random bytes, so a nonce (the
frame's sequence) never meets the same key twice, not even after the store was rolled back. No secret has a repr.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from attrs import field, frozen
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.effects import Bytes

KEY_BYTES = 32
SALT_BYTES = 32
KEY_ID_BYTES = 8
COMMITMENT_BYTES = 32
WRAPPED_BYTES = SALT_BYTES + KEY_BYTES + 16

Random = Callable[[int], bytes]


class Aead(Protocol):
    """An authenticated cipher with one key; `buffer` is 16 bytes longer than the plaintext."""

    def encrypt_into(self, nonce: bytes, data: Bytes, associated_data: Bytes, buf: bytearray | memoryview) -> int:
        """Write ciphertext and tag into `buf`."""
        ...

    def decrypt_into(self, nonce: bytes, data: Bytes, associated_data: Bytes, buf: bytearray | memoryview) -> int:
        """Write the plaintext into `buf`; InvalidTag when anything was changed."""
        ...


AeadMaker = Callable[[bytes], Aead]


@frozen
class SegmentIdentity:
    """What a segment key is bound to: format version, disk, stream epoch or log number, and the segment's role."""

    format: int
    disk: str
    epoch: int
    role: int

    def info(self, purpose: str) -> bytes:
        """The HKDF info of one use; no two identities share one."""
        return f"siteproof/{purpose}/{self.format}/{self.role}/{self.epoch}/".encode() + self.disk.encode()


@frozen
class KeyEncryptionKey:
    """The operator's key; it only ever wraps data keys."""

    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls, random: Random = os.urandom) -> "KeyEncryptionKey":
        """A new key of 32 random bytes."""
        return cls(random(KEY_BYTES))

    @classmethod
    def from_file(cls, path: str | Path) -> "KeyEncryptionKey":
        """The key in a file of 64 hexadecimal digits or 32 bytes; Problem when there is none."""
        try:
            text = Path(path).read_bytes()
        except OSError as error:
            raise _no_key(path, error.strerror or "unreadable") from error
        return cls(_key_of(path, text))

    def wrap(self, data_key: bytes, context: bytes, random: Random = os.urandom) -> bytes:
        """The data key sealed under this key and bound to `context`; WRAPPED_BYTES long."""
        salt = random(SALT_BYTES)
        return salt + AESGCM(_derive(self.secret, salt, b"siteproof/wrap", KEY_BYTES)).encrypt(
            bytes(12), data_key, context
        )

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again; Problem when this is another key, or the record was changed."""
        salt, sealed = wrapped[:SALT_BYTES], wrapped[SALT_BYTES:]
        try:
            return AESGCM(_derive(self.secret, salt, b"siteproof/wrap", KEY_BYTES)).decrypt(bytes(12), sealed, context)
        except InvalidTag as error:
            raise _wrong_key("the disk's data key cannot be unwrapped") from error


@frozen
class SegmentKey:
    """The cipher of one segment and what its header shows of the key."""

    cipher: Aead = field(repr=False)
    key_id: bytes
    commitment: bytes


@frozen
class DiskKeys:
    """One disk's data key, with the random source and the cipher that its segments use."""

    disk: str
    secret: bytes = field(repr=False)
    random: Random = field(default=os.urandom, repr=False)
    aead: AeadMaker = field(default=AESGCM, repr=False)
    key_id: bytes = field(init=False)
    """A name of the data key that tells nothing about it."""

    @key_id.default
    def _named(self) -> bytes:
        return _derive(self.secret, b"", b"siteproof/key-id", KEY_ID_BYTES)

    def salt(self) -> bytes:
        """Fresh random bytes for a segment that is being opened for writing."""
        return self.random(SALT_BYTES)

    def segment_key(self, salt: bytes, identity: SegmentIdentity, header: bytes = b"") -> SegmentKey:
        """The key of one segment; the commitment proves key and header before anything is decrypted."""
        info = identity.info("segment") + b"/" + header
        okm = _derive(self.secret, salt, info, KEY_BYTES + COMMITMENT_BYTES)
        return SegmentKey(self.aead(okm[:KEY_BYTES]), self.key_id, okm[KEY_BYTES:])

    def digest_key(self) -> bytes:
        """The key of the resynchronisation's digests and messages."""
        return _derive(self.secret, b"", b"siteproof/digest/" + self.disk.encode(), KEY_BYTES)


def nonce_of(sequence: int) -> bytes:
    """The 12-byte nonce of a frame: its sequence within the segment."""
    return sequence.to_bytes(12, "little")


def wrong_key(where: str) -> Problem:
    """The Problem of a segment that was sealed under another data key."""
    return _wrong_key(f"{where} was sealed under another key")


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _key_of(path: str | Path, text: bytes) -> bytes:
    if len(text) == KEY_BYTES:
        return text
    try:
        key = bytes.fromhex(text.decode("ascii").strip())
    except ValueError as error:
        raise _no_key(path, "neither 32 bytes nor 64 hexadecimal digits") from error
    if len(key) != KEY_BYTES:
        raise _no_key(path, f"{len(key)} bytes instead of {KEY_BYTES}")
    return key


def _no_key(path: str | Path, cause: str) -> Problem:
    return Problem(f"no usable key in {str(path)!r}", cause, "name the key file that the replica was created with")


def _wrong_key(problem: str) -> Problem:
    return Problem(
        problem, "the key is not the one it was created with", "name the right key file; nothing was changed"
    )
