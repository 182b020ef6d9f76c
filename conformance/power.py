"""What a power failure of the source means for the ledger: what was not flushed may be gone.

Rule: only the disks tell what is left; the ledger follows them as far as the flushes allow, and no further.
"""

from collections.abc import Callable

from siteproof.conformance.history import WriteHistory
from siteproof.conformance.images import MachineImages
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Place
from siteproof.model.spec.lifecycle.table import running_place

RETURNS = (FaultKind.FORCED_SHUTDOWN, FaultKind.SITE_UP)  # the faults after which a source runs again


def blocks_lost(history: WriteHistory, before: Observation, kind: FaultKind, read: Callable[[], MachineImages]) -> int:
    """How many blocks went back; what the disks hold now is what replication owes from now on.

    Failed when a block is older than its last flush. `before` is the machine before the fault: one that runs elsewhere
    has lost nothing when its old site comes back.
    """
    at_home = running_place(before.regions) is Place.PRIMARY
    if not history.unflushed(before.machine) or (kind is FaultKind.SITE_UP and not at_home):
        return 0
    return history.lost_power(before.machine, read(), before.time_ms)
