"""What an appliance works with: vault, stores, replicator and standing policy; the works of a job are handed this.

Maintainers keep: it takes no command and plans nothing, so a procedure never starts another one.
"""

from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.reference.replicator import Replicator
from siteproof.reference.stores import Stores
from siteproof.reference.vault import Vault


class Equipment:
    """The parts of one appliance; `policy` is what an enable without one gets."""

    def __init__(self, vault: Vault, stores: Stores, replicator: Replicator, policy: ReplicationPolicy) -> None:
        """Take the parts as they are."""
        self.vault = vault
        self.stores = stores
        self.replicator = replicator
        self.policy = policy

    @property
    def now_ms(self) -> int:
        """The steady clock."""
        return self.replicator.now_ms
