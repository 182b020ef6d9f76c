"""What an open replica is made of, and the small steps of opening, clearing and going back.

Maintainers keep: nothing here decides; replica.py says when.
"""

from attrs import frozen

from siteproof.reference.datapath import frames
from siteproof.reference.datapath.blocks import Blocks, plain_runs, rows_of, run_table, zero_rows
from siteproof.reference.datapath.effects import Executor, SyncDirectory, Unlink
from siteproof.reference.datapath.frames import FrameKind
from siteproof.reference.datapath.fuse import Fuse
from siteproof.reference.datapath.history import History
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.log import Log, LogName
from siteproof.reference.datapath.points import PointView
from siteproof.reference.datapath.seed_disk import SeedDisk
from siteproof.reference.datapath.segment import Role
from siteproof.reference.datapath.state import StateFile


@frozen
class Parts:
    """What an open replica is made of."""

    executor: Fuse
    folder: str
    keys: DiskKeys
    seed: SeedDisk
    state: StateFile
    log: Log
    history: History


def past_of(view: PointView, blocks: Blocks, lsn: int) -> frames.Plain:
    """A frame that gives blocks the content that they have in a view."""
    data = b"".join(view.read(first, count) for first, count in plain_runs(blocks))
    rows = rows_of(data)
    zero = zero_rows(rows)
    kind = FrameKind.ZERO if zero.all() else FrameKind.DATA
    return frames.compress(kind, int(blocks[0]), run_table(blocks, zero), rows[~zero].tobytes(), lsn)


def cache_of(folder: str) -> LogName:
    """The name of a replica's cache log."""
    return LogName(folder, "cache", Role.CACHE)


def load_state(executor: Executor, folder: str, keys: DiskKeys) -> StateFile:
    """The state as it was recorded last; CorruptLog when there is none."""
    state = StateFile(executor, folder, keys)
    state.load()
    return state


def clear(executor: Executor, folder: str) -> None:
    """Remove every file of a folder."""
    names = executor.list(folder)
    for name in names:
        executor.perform(Unlink(f"{folder}/{name}"))
    if names:
        executor.perform(SyncDirectory(folder))
