"""The fuse of a replica: the first effect or read that fails blows it, and nothing passes it any more.

Maintainers keep: a blown fuse is never mended. Whoever wants to go on opens the replica anew, with a new fuse, and so
believes only what is in the store. That is why no failed sync is tried again and no sealed frame is sealed twice.

Opening claims the replica: file `owner` holds magic 8, epoch 8 and 16 random bytes. Whoever finds another claim in it
than its own has been replaced, and its fuse blows before it can write or acknowledge anything.
"""

import struct

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Barrier, Effect, Executor, Truncate, Write
from siteproof.reference.datapath.keys import Random

_OWNER = struct.Struct("<8sQ16s")
_OWNER_MAGIC = b"SPOWNER1"


def read_owner(held: bytes) -> int | None:
    """The epoch of a claim; None when it is not intact."""
    if len(held) < _OWNER.size or held[:8] != _OWNER_MAGIC:
        return None
    return int(_OWNER.unpack_from(held)[1])


class TakenOver(StoreFailed):
    """Somebody else has opened the replica since."""

    code_of_event = ErrorCode.STALE_GENERATION


class Fuse:
    """Passes everything on to `inner` until something fails there; `blown` tells what it was."""

    def __init__(self, inner: Executor) -> None:
        """Whole."""
        self.blown: StoreFailed | None = None
        self._inner = inner
        self._owner = ""
        self._claim = b""
        self._in_seed = False  # the last effect wrote to the seed: the claim was looked at before

    def claim(self, folder: str, random: Random) -> None:
        """From here on the replica in this folder is ours, and nobody's who opened it before."""
        owner = f"{folder}/owner"
        epoch = self._epoch(owner) + 1
        claim = _OWNER.pack(_OWNER_MAGIC, epoch, random(16))
        self.perform(Truncate(owner, _OWNER.size))
        self.perform(Write(owner, 0, claim))
        self.perform(Barrier(owner))
        self._owner, self._claim = owner, claim

    def _epoch(self, owner: str) -> int:
        held = self.read(owner, 0, _OWNER.size) if self.exists(owner) else b""
        return read_owner(held) or 0

    def check(self) -> None:
        """StoreFailed when the fuse is blown."""
        if self.blown is not None:
            raise StoreFailed("go on", f"it is out of service since: {self.blown.cause}", full=self.blown.full)

    def blow(self, failure: StoreFailed) -> None:
        """Nothing passes from here on; the first reason is the one that is kept."""
        self.blown = self.blown or failure

    def perform(self, effect: Effect) -> None:
        """As `inner`, while the fuse is whole."""
        if self.blown is not None:
            self.check()
        try:
            self._check_claim(effect)
            self._inner.perform(effect)
        except StoreFailed as failure:
            self.blow(failure)
            raise

    def _check_claim(self, effect: Effect) -> None:
        """Before every effect; of many writes to a seed in a row before the first one only."""
        in_seed = isinstance(effect, Write) and effect.file.endswith("/seed.raw")
        looked, self._in_seed = self._in_seed and in_seed, in_seed
        if self._owner and not looked and self._claimed() != self._claim:
            raise TakenOver("go on", "the replica was opened by somebody else")

    def _claimed(self) -> bytes:
        try:
            return self._inner.read(self._owner, 0, _OWNER.size)
        except StoreFailed:
            raise
        except Problem:  # there is no such file any more
            return b""

    def release(self) -> Executor:
        """The store behind the fuse, for whoever removes everything, blown or not."""
        return self._inner

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As `inner`, while the fuse is whole."""
        if self.blown is not None:
            self.check()
        try:
            return self._inner.read_into(file, offset, buffer)
        except StoreFailed as failure:
            self.blow(failure)
            raise

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As `inner`, while the fuse is whole."""
        if self.blown is not None:
            self.check()
        try:
            return self._inner.read(file, offset, length)
        except StoreFailed as failure:
            self.blow(failure)
            raise

    def size(self, file: str) -> int:
        """As `inner`, while the fuse is whole."""
        if self.blown is not None:
            self.check()
        try:
            return self._inner.size(file)
        except StoreFailed as failure:
            self.blow(failure)
            raise

    def exists(self, file: str) -> bool:
        """As `inner`."""
        return self._inner.exists(file)

    def list(self, folder: str) -> tuple[str, ...]:
        """As `inner`, while the fuse is whole."""
        if self.blown is not None:
            self.check()
        try:
            return self._inner.list(folder)
        except StoreFailed as failure:
            self.blow(failure)
            raise

    def path(self, file: str) -> str:
        """As `inner`."""
        return self._inner.path(file)
