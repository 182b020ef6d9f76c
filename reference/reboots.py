"""The machine restarts in good order: what its agent finds again of its marks, and what that is worth (domain §3).

Rule: marks are believed only from the run that just ended, read whole; everything else is compared.
"""

from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import ResyncReason
from siteproof.reference.agent import MobilityAgent
from siteproof.reference.datapath.effects import Executor, Truncate, Unlink, Write
from siteproof.reference.host import bitmap_of
from siteproof.reference.machine import Machine
from siteproof.reference.replicator import Replicator
from siteproof.reference.stores import Stores


def reboot(replicator: Replicator, stores: Stores, machine: Machine, kind: FaultKind) -> None:
    """Shut the protected machine down and boot it, with its bitmaps as they are, damaged, or of an older run."""
    stream = machine.stream
    if stream is None or not machine.replicating or machine.job is not None:
        return
    replicator.comparisons.interrupt(machine)
    stream.break_off()
    store = stores.side(machine.active_place)
    for name, disk in stream.agent.disks.items():
        disk.close()
        _becomes_of_the_bitmap(stream.agent, store, name, kind)
    doubtful = stream.agent.boot(store)
    if doubtful and machine.trusted:
        replicator.mark(
            machine, ResyncReason.BITMAP_INVALID, f"the marks of {', '.join(doubtful)} are not those it left"
        )
    replicator.wrote(machine)


def _becomes_of_the_bitmap(agent: MobilityAgent, store: Executor, disk: str, kind: FaultKind) -> None:
    file = bitmap_of(agent.host.files[disk])
    stored, older = store.read(file, 0, store.size(file)), agent.earlier.get(disk)
    agent.earlier[disk] = stored
    if kind is FaultKind.BITMAP_DAMAGED:
        store.perform(Write(file, 0, bytes(len(stored))))
    elif kind is FaultKind.OLD_BITMAP and older is None:
        store.perform(Unlink(file))
    elif kind is FaultKind.OLD_BITMAP and older is not None:
        store.perform(Truncate(file, len(older)))
        store.perform(Write(file, 0, older))
