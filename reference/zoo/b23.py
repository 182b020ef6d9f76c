"""B23: a crash while points are merged corrupts the chain for ever (told in the notes of Arcserve UDP).

A merge is finished by the next point. If the replication service dies before it, what the older point needed of the
thinned one is gone, and the older point shows newer content.
"""

from attrs import evolve

from siteproof.reference.datapath import catalogue
from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.stores import Stores
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongHistory(History):
    """Writes down first that a point is gone, and later what it left."""

    def drop(self, name: str) -> None:
        """The stored catalogue lacks the legacy until it is written again, and that is wrong."""
        index = self.index(name)
        owned = self._catalogue.entries[index - 1].logs if index else ()
        super().drop(name)
        if not index or index == len(self._catalogue.entries):
            return
        entries = list(self._catalogue.entries)
        entries[index - 1] = evolve(entries[index - 1], logs=owned)
        unfinished = evolve(self._catalogue, entries=tuple(entries))
        catalogue.save(self._executor, self._folder, self._keys, unfinished)


class WrongReplica(Replica):
    """Keeps such a history."""

    history_type = WrongHistory


class WrongStores(Stores):
    """Holds such replicas."""

    replica_type = WrongReplica


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B23."""
    return exhibit("B23", directory, durable, stores=WrongStores)
