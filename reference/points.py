"""A recovery point as the vault stores it: the public noun plus the steady time by which retention counts.

Names are unique for ever; order is the stream's sequence, never a clock.
"""

from attrs import frozen

from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Consistency


@frozen
class StoredPoint:
    """`born_ms` is the vault's steady clock, `taken_at_ms` the source's wall clock."""

    name: str
    consistency: Consistency
    born_ms: int
    taken_at_ms: int
    sequence: int
    group: str = ""  # whose members were cut at the same instant

    def public(self, pinned: bool, *, shared: bool = False) -> RecoveryPoint:
        """What an observer sees of it; `shared` says that every member of its group lists it."""
        group = self.group if shared else ""
        return RecoveryPoint(self.name, self.consistency, self.taken_at_ms, self.sequence, group, pinned)
