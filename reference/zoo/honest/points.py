"""Honest variants of points: other names, another order of the list, more of them.

Rule: see the folder's `__init__`.
"""

import hashlib

from attrs import evolve

from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.resynchronizer import Comparisons
from siteproof.reference.subject import ReferenceSubject
from siteproof.reference.vault import Vault
from siteproof.reference.zoo.exhibit import variant


class HashedVault(Vault):
    """Names that tell nothing of their order."""

    def next_point(self) -> tuple[str, int]:
        """A digest."""
        name, number = super().next_point()
        return hashlib.blake2b(name.encode(), digest_size=8).hexdigest(), number


class Hashed(ReferenceSubject):
    """Keeps such a vault."""

    vault_type = HashedVault


class NewestFirst(ReferenceSubject):
    """Lists what is needed first, first."""

    def observe(self, machine: str) -> Observation:
        """In the order in which an operator reads."""
        seen = super().observe(machine)
        return evolve(seen, points=tuple(reversed(seen.points)))


class PointingComparisons(Comparisons):
    """A finished comparison is worth a point."""

    def _conclude(self, machine: Machine) -> None:
        super()._conclude(machine)
        if machine.forward and isinstance(self.replicator, Replicator):
            self.replicator.take_point(machine, Consistency.CRASH)


class PointingReplicator(Replicator):
    """Takes one more."""

    comparisons_type = PointingComparisons


def names(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Other names."""
    return variant("hashed", directory, durable, subject=Hashed)


def order(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """Another order."""
    return variant("newest first", directory, durable, subject=NewestFirst)


def more(directory: str | None = None, durable: bool = True) -> ReferenceSubject:
    """More points."""
    return variant("pointing", directory, durable, replicator=PointingReplicator)
