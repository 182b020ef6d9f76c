"""What the data-plane chapters speak of: a protected machine with both of its disks, its points, and the link.

Rule: the content of a block is a version of the workload's history, so that a lost, torn or stale block shows.
"""

import itertools

from siteproof.model.language import Bool, Bounds, Component, Int, bound, define, exists, for_each
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync

FOREIGN = 0  # content that belongs to no version of this history: never written here, or abandoned by a failover
FIRST = 1  # content of every block of the source before the first write
NOTHING = 0  # an empty place in the log; foreign content never travels

Blocks = tuple[Int, ...]


class Link(Component):
    """The network between the sites."""

    def __init__(self) -> None:
        """Up at first."""
        super().__init__()
        self.up = self.flag(initially=True)


class Slot(Component):
    """One place of the retention store. `used` marks the point of a drill or a failover: it is pinned."""

    def __init__(self, bounds: Bounds) -> None:
        """Empty at first."""
        super().__init__()
        self.kept = self.flag()
        self.used = self.flag()
        self.image = self.numbers(bounds["blocks"], to=bound(bounds, "versions"))


class Machine(Component):
    """One machine with one disk: `source` on premises, `seed` in the cloud.

    `dirty` is the change tracker's bitmap at the side that runs; `log` holds what left that side and is not applied
    yet, `received` says that it has reached the cache and cannot get lost any more. `drill_disk` is the test machine's.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Unprotected and running on premises."""
        super().__init__()
        blocks, versions = bounds["blocks"], bound(bounds, "versions")
        self.protection = self.symbol(Protection.UNPROTECTED)
        self.direction = self.symbol(Direction.FORWARD)
        self.resync = self.symbol(Resync.NONE)
        self.runs_on_premises = self.flag(initially=True)
        self.runs_in_cloud = self.flag()
        self.agent_up = self.flag()
        self.source = self.numbers(blocks, to=versions, initially=FIRST)
        self.seed = self.numbers(blocks, to=versions, initially=FOREIGN)
        self.dirty = self.flags(blocks)
        self.log = self.numbers(blocks, to=versions, initially=NOTHING)
        self.received = self.flag()
        self.drill = self.flag()
        self.drill_disk = self.numbers(blocks, to=versions, initially=NOTHING)
        self.points = tuple(Slot(bounds) for _ in range(bounds["points"]))
        self.blocks = range(blocks)
        self.last_version = versions

    @property
    def forward(self) -> Bool:
        """Data flows from on premises to the cloud."""
        return self.direction == Direction.FORWARD

    @property
    def sender(self) -> Blocks:
        """The disk of the side that runs."""
        return tuple(self.forward.if_else(near, far) for near, far in zip(self.source, self.seed, strict=True))

    @property
    def receiver(self) -> Blocks:
        """The disk of the other side."""
        return tuple(self.forward.if_else(far, near) for near, far in zip(self.source, self.seed, strict=True))


@define
def replicating(m: Machine) -> Bool:
    """Data is meant to flow: the initial copy runs or the machine is protected."""
    return m.protection.is_in(Protection.INITIAL_REPLICATION, Protection.PROTECTED)


@define
def tracks(m: Machine) -> Bool:
    """The agent notes which blocks the workload writes."""
    return replicating(m) & m.agent_up


@define
def delta_flows(m: Machine) -> Bool:
    """Changes are sent as they happen: protected and not marked for resynchronisation."""
    return tracks(m) & (m.protection == Protection.PROTECTED) & (m.resync == Resync.NONE)


@define
def compares(m: Machine) -> Bool:
    """Blocks are copied one by one while the workload goes on: initial copy or running resynchronisation."""
    copies = (m.protection == Protection.INITIAL_REPLICATION) & (m.resync == Resync.NONE)
    return tracks(m) & (copies | (m.resync == Resync.RUNNING))


@define
def log_is_empty(m: Machine) -> Bool:
    """Everything that was sent has been applied."""
    return for_each(m.log, lambda content: content == NOTHING)


@define
def something_dirty(m: Machine) -> Bool:
    """At least one block is marked in the bitmap."""
    return exists(m.dirty, lambda mark: mark)


@define
def in_flight(m: Machine) -> Bool:
    """Something was sent and has not reached the cache: a dead link loses it."""
    return ~log_is_empty(m) & ~m.received


@define
def caught_up(m: Machine) -> Bool:
    """Nothing has to travel and nothing has to be applied."""
    return ~something_dirty(m) & log_is_empty(m)


@define
def is_past_image(image: Blocks) -> Bool:
    """The disk looked like this at some moment.

    The workload writes its blocks in turn and starts over, so an image of the past never has a block that is newer
    than the one before it, and its last block is at most one round behind its first.
    """
    ours = for_each(image, lambda content: content != FOREIGN)
    in_turn = for_each(itertools.pairwise(image), lambda pair: pair[1] <= pair[0])
    return ours & in_turn & (image[0] <= image[-1] + 1)


@define
def is_next(image: Blocks, block: int, last: Int) -> Bool:
    """The workload's next write goes to this block, and there is a version left to write."""
    if block > 0:
        return image[block] < image[block - 1]
    return (image[0] == image[-1]) & (image[0] < last)


@define
def same(left: Blocks, right: Blocks) -> Bool:
    """Both disks hold the same content in every block."""
    return for_each(zip(left, right, strict=True), lambda pair: pair[0] == pair[1])
