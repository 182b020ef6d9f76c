"""Recovery points: when one is taken, what it holds, and which one makes room (seed: Snapshots; domain §2).

A point is taken of what the receiver has applied. It is a moment of the past only while sends are consistent cuts:
never inside an open resynchronisation window, never with a half-applied log.
"""

from collections.abc import Iterator

from siteproof.model.language import Effect, Step, action, as_bool, exists, given
from siteproof.model.spec.data_plane.machine import NOTHING, Machine, delta_flows, log_is_empty

EVER, NEVER = as_bool(True), as_bool(False)


@action("PT-1")
def take_point(m: Machine) -> Step:
    """The replication service takes a point of the seed disk; the oldest one that is not pinned makes room."""
    room = exists(m.points, lambda slot: ~slot.used)
    return given(delta_flows(m) & m.forward & log_is_empty(m) & room).then(*store_point(m))


def store_point(m: Machine) -> Iterator[Effect]:
    """The seed disk becomes the newest point; points move on by one slot, around those that are pinned."""
    kept, image = EVER, m.seed
    for slot in m.points:
        stays = slot.used
        yield slot.kept.becomes(stays.if_else(slot.kept, kept))
        yield from (slot.image[b].becomes(stays.if_else(slot.image[b], image[b])) for b in m.blocks)
        kept = stays.if_else(kept, slot.kept)
        image = tuple(stays.if_else(image[b], slot.image[b]) for b in m.blocks)


def drop_points(m: Machine, *, but_used: bool = False) -> Iterator[Effect]:
    """Every point is deleted; `but_used` spares the one that an operation uses."""
    for slot in m.points:
        keep = slot.used if but_used else NEVER
        yield slot.kept.becomes(slot.kept & keep)
        if not but_used:
            yield slot.used.becomes(False)
        yield from (content.becomes(keep.if_else(content, NOTHING)) for content in slot.image)
