"""Writes that carry their bytes: what a stamped write means is made here, for subjects that asked for `inline` data.

Rule: the numbers stay as they are; only `data` is added, and what carries data already is left alone.
"""

from attrs import evolve

from siteproof.model.nouns.stamp import Stamp
from siteproof.model.nouns.subject import During, Write


def filled(writes: tuple[Write, ...]) -> tuple[Write, ...]:
    """The same writes, each with its 4096 bytes."""
    return tuple(write if write.data else evolve(write, data=_bytes(write)) for write in writes)


def filled_during(during: tuple[During, ...]) -> tuple[During, ...]:
    """The same arrangements, their writes with bytes."""
    return tuple(evolve(each, writes=filled(each.writes)) if each.writes else each for each in during)


def _bytes(write: Write) -> bytes:
    numbers = (write.block, write.sequence, write.time_ms, write.seed, write.noise)
    return Stamp(write.machine_index, write.disk_index, *numbers).to_bytes()
