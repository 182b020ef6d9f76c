"""B41: a nonce is used twice after a reconnect, a resynchronisation or a reprotect.

The source of randomness always says the same: every stream of a disk has the key of the one before it, and counts its
frames from nothing.
"""

import os
from typing import Any, Self

from siteproof.reference.datapath.keys import SALT_BYTES
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.stores import Stores
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit

INVITATION_BYTES = 8


def worn_out(size: int) -> bytes:
    """What a salt or an invitation is made of is no news, and that is wrong."""
    return b"\x07" * size if size in (SALT_BYTES, INVITATION_BYTES) else os.urandom(size)


class WrongReplica(Replica):
    """Draws from it."""

    @classmethod
    def open(cls, *store: Any, **options: Any) -> Self:
        """Whatever the store holds."""
        return super().open(*store, **{**options, "random": worn_out})


class WrongStores(Stores):
    """Holds such replicas."""

    replica_type = WrongReplica


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B41."""
    return exhibit("B41", directory, durable, stores=WrongStores)
