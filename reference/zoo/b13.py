"""B13: an increment over a subset of the points loses data of its parent (happened in Ceph, issue 55892).

When a second point in a row is thinned, what the older one needs of it is not handed over: the older point shows newer
content there.
"""

from attrs import evolve

from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.stores import Stores
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.zoo.exhibit import exhibit


class WrongHistory(History):
    """A parent inherits once."""

    def drop(self, name: str) -> None:
        """Who has inherited already gets nothing, and that is wrong."""
        index = self.index(name)
        entries = list(self._catalogue.entries)
        if not index or len(entries[index - 1].logs) == 1 or index == len(entries) - 1:
            super().drop(name)
            return
        gone = entries.pop(index)
        self._replace(evolve(self._catalogue, entries=tuple(entries)))
        self._forget_logs(gone.logs)
        self._saved = self._saved_mask()


class WrongReplica(Replica):
    """Keeps such a history."""

    history_type = WrongHistory


class WrongStores(Stores):
    """Holds such replicas."""

    replica_type = WrongReplica


def make_subject(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """The reference with B13."""
    return exhibit("B13", directory, durable, stores=WrongStores)
