"""Recovery points: when one is taken, what it holds, and which one makes room (seed: Snapshots; DOMAIN.md §2).

A point is taken of what the receiver has applied. It is a moment of the past only while sends are consistent cuts:
never inside an open resynchronisation window, never with a half-applied log.
"""

from collections.abc import Iterator

from siteproof.model.language import Effect, Step, action, as_bool, given
from siteproof.model.machine import NOTHING, Machine, delta_flows, log_is_empty
from siteproof.model.nouns.vocabulary import Resync

NEVER = as_bool(value=False)


@action("PT-1")
def take_point(m: Machine) -> Step:
    """The replication service takes a point of the seed disk; the oldest one makes room."""
    return given(delta_flows(m) & m.forward & log_is_empty(m)).then(*store_point(m))


def store_point(m: Machine) -> Iterator[Effect]:
    """The seed disk becomes the newest point, every point moves one slot, the last one is pruned."""
    newest = m.points[0]
    yield newest.kept.becomes(value=True)
    yield newest.taken_in_window.becomes(m.resync != Resync.NONE)
    yield from (newest.image[b].becomes(m.seed[b]) for b in m.blocks)
    for newer, older in zip(m.points, m.points[1:], strict=False):
        yield older.kept.becomes(newer.kept)
        yield older.taken_in_window.becomes(newer.taken_in_window)
        yield from (older.image[b].becomes(newer.image[b]) for b in m.blocks)


def drop_points(m: Machine, *, but_used: bool = False) -> Iterator[Effect]:
    """Every point is deleted; `but_used` spares the one that an operation uses."""
    for slot in m.points:
        keep = slot.used if but_used else NEVER
        yield slot.kept.becomes(slot.kept & keep)
        yield slot.used.becomes(keep)
        yield slot.taken_in_window.becomes(slot.taken_in_window & keep)
        yield from (content.becomes(keep.then(content, NOTHING)) for content in slot.image)
