"""Which recovery points can still be believed when catalogue or undo logs are damaged, and what becomes of the rest.

Maintainers keep: nothing is deleted here. A log that no listed point needs any more is renamed to `lost-...`, so that
somebody may look at it; it goes with the replica.
"""

from attrs import evolve

from siteproof.reference.datapath import catalogue
from siteproof.reference.datapath.catalogue import Catalogue
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.effects import Executor, Rename, SyncDirectory
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.log import Position
from siteproof.reference.datapath.state import StateFile
from siteproof.reference.datapath.undo import UndoEpoch

LOST = "lost-"


def rescue_points(executor: Executor, folder: str, keys: DiskKeys, state: StateFile) -> None:
    """Keep the points behind the newest damaged undo log; all are lost with the catalogue itself.

    A point needs its own logs and every later one, so damage takes the points before it and none behind it.
    """
    try:
        known = catalogue.load(executor, folder, keys, state.catalogue)
    except CorruptLog:
        known = Catalogue(number=state.catalogue, next_log=_unused_log(executor, folder))
    wrong = {log for log in known.logs if not _can_be_read(executor, folder, keys, known, state, log)}
    last = max((index for index, entry in enumerate(known.entries) if wrong & set(entry.logs)), default=-1)
    kept = evolve(known, entries=known.entries[last + 1 :], number=known.number + 1)
    _set_aside(executor, folder, {f"undo-{log:08d}" for log in kept.logs})
    catalogue.save(executor, folder, keys, kept)
    undo = state.state.undo_number if state.state.undo_number in kept.logs else 0
    position = state.state.undo if undo else Position()
    state.record(evolve(state.state, catalogue=kept.number, undo_number=undo, undo=position))


def _can_be_read(executor: Executor, folder: str, keys: DiskKeys, known: Catalogue, state: StateFile, log: int) -> bool:
    try:
        UndoEpoch(executor, folder, keys, log, max(known.end(log), state.state.reached(log)))
    except CorruptLog:
        return False
    return True


def _unused_log(executor: Executor, folder: str) -> int:
    names = [name for name in executor.list(folder) if "undo-" in name]
    return 1 + max((int(name.partition("undo-")[2][:8]) for name in names), default=0)


def _set_aside(executor: Executor, folder: str, kept: set[str]) -> None:
    names = [name for name in executor.list(folder) if name.startswith("undo-") and name[:13] not in kept]
    for name in names:
        executor.perform(Rename(f"{folder}/{name}", f"{folder}/{LOST}{name}"))
    executor.perform(SyncDirectory(folder))
