"""Barriers that no crash state misses: what else makes them so, place by place.

Rule: a nightly test takes each of them away and finds nothing, also after a second loss of power; one that is missed
has to leave this list. Whoever changes what is named beside a place looks at it again.
"""

from collections.abc import Mapping

REDUNDANT: Mapping[str, str] = {
    "history.py _remove_orphans SyncDirectory": "an orphan that comes back is an orphan again at the next opening",
    "log.py discard_behind SyncDirectory": "the first commit behind it syncs the same folder before anything counts",
    "parts.py clear SyncDirectory": "the description of a new replica is put in place by a sync of the same folder",
    "record_log.py renew SyncDirectory": "the first record of the new log syncs the same folder",
    "replica.py destroy SyncDirectory": "names are lost in their order only: what goes first is gone first",
    "replica.py salvage SyncDirectory": "segments before the position that is recorded then are never looked at",
    "rescue.py _set_aside SyncDirectory": "the catalogue that is saved next syncs the same folder",
    "state.py _settle Barrier": "the records below it are written anew before a segment that they need is removed",
}
