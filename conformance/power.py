"""What a power failure of the source means for the ledger: what was not flushed may be gone.

Rule: only the disks tell what is left; the ledger follows them as far as the flushes allow, and no further.
"""

from typing import TYPE_CHECKING

from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Place
from siteproof.model.spec.lifecycle.table import running_place

if TYPE_CHECKING:
    from siteproof.conformance.lab import Lab, Machine

RETURNS = (FaultKind.FORCED_SHUTDOWN, FaultKind.SITE_UP)  # the faults after which a source runs again


def follow(lab: "Lab", machine: "Machine", kind: FaultKind, regions: Regions) -> None:
    """What the disks hold now is what replication owes; Failed when a block is older than its last flush.

    `regions` are those before the fault: a machine that runs elsewhere has lost nothing when its old site comes back.
    """
    at_home = running_place(regions) is Place.PRIMARY
    if not lab.history.unflushed(machine.name) or (kind is FaultKind.SITE_UP and not at_home):
        return
    lost = lab.history.lost_power(machine.name, lab.read(machine), lab.now_ms(machine))
    if lost:
        lab.note(f"{lost} blocks of {machine.name} that were not flushed went back with the power")
