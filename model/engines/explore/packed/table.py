"""A hash set of words with open addressing, filled many at a time.

Rule: 0 marks an empty place, so every word is stored plus one. The table is never more than 60 % full.
"""

import numpy as np

from siteproof.model.engines.explore.packed.lower import States

FILL_PERCENT_MAX = 60
FIRST_BITS = 12
SLICE = 1 << 16
_MIX = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_ONE = np.uint64(1)


class WordSet:
    """The visited states."""

    def __init__(self) -> None:
        """Empty."""
        self.count = 0
        self._table = np.zeros(1 << FIRST_BITS, np.uint64)

    def add(self, words: States) -> States:
        """Add the words, which may come again; those that are new, each once."""
        self._make_room(words.size)
        new = self._insert(words + _ONE)
        self.count += new.size
        return new - _ONE

    @property
    def memory_bytes(self) -> int:
        """What the table takes."""
        return int(self._table.nbytes)

    def _insert(self, keys: States) -> States:
        """Each round looks at one place for each key: found, taken over, or on to the next place."""
        table, mask = self._table, self._table.size - 1
        places = _hashed(keys) & mask
        won: list[States] = []
        while keys.size:
            there = table[places]
            empty = np.flatnonzero(there == 0)
            if empty.size:
                table[places[empty]] = keys[empty]  # of several for one place the last stays
                there = table[places]
                mine = empty[there[empty] == keys[empty]]
                won.append(keys[mine])
            left = np.flatnonzero(there != keys)
            keys, places = keys[left], (places[left] + 1) & mask
        return np.unique(np.concatenate(won)) if won else np.zeros(0, np.uint64)

    def _make_room(self, more: int) -> None:
        size = self._table.size
        while (self.count + more) * 100 > size * FILL_PERCENT_MAX:
            size *= 2
        if size > self._table.size:
            old = self._table[self._table != 0]
            self._table = np.zeros(size, np.uint64)
            for begin in range(0, old.size, SLICE):
                self._insert(old[begin : begin + SLICE])


def _hashed(keys: States) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    mixed = (keys ^ (keys >> _HALF)) * _MIX
    return ((mixed ^ (mixed >> _HALF)) >> _ONE).astype(np.int64)
