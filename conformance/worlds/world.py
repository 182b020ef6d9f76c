"""A world: everything around a case that its requirement does not speak of, as one frozen value.

Rule: the first value of every dimension is the plain one, what the case itself asks for. A value changes no promise: a
subject that keeps a requirement in the plain world keeps it in every world.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from attrs import fields, frozen


class Machines(StrEnum):
    """How many machines the appliance protects, at least."""

    ASKED = "as asked"
    TWO = "two"
    THREE = "three"


class Seat(StrEnum):
    """Where the machine that the case means stands among them."""

    FIRST = "first"
    LAST = "last"


class NameStyle(StrEnum):
    """What machines and disks are called."""

    PLAIN = "plain"
    ALIKE = "alike"  # one name begins with another
    BACKWARDS = "backwards"  # sorted by name they stand in the opposite order
    LONG = "long"  # sixty characters, and only the last ones differ


class Disks(StrEnum):
    """How many disks the machine has beside those that the case asks for."""

    ASKED = "as asked"
    ONE_MORE = "one more"
    TWO_MORE = "two more"


class DiskPosition(StrEnum):
    """Where the disks that the case means stand among them."""

    FIRST = "first"
    LAST = "last"


class DiskSize(StrEnum):
    """How large those disks are."""

    ASKED = "as asked"
    BLOCK = "one block"
    FEW = "few blocks"  # seven
    ODD = "odd"  # one block more: no multiple of anything
    WORD = "past a word"  # an eighth past the next multiple of 64 blocks
    WINDOW = "past a window"  # an eighth past the next multiple of 1,024 blocks, 4 MiB


class Past(StrEnum):
    """What has happened to the machine before the case begins."""

    FRESH = "fresh"
    SECOND_LIFE = "second life"  # protected once, and disabled
    FAILED_START = "failed start"  # the first enable failed, and was cleaned away
    ROUND_TRIP = "round trip"  # failed over and back, and protected again
    RESYNCHRONISED = "resynchronised"
    DRILLED = "drilled"  # a drill, with writes of its own, and its clean-up
    FAILED_DRILL = "failed drill"
    AGED = "aged"  # hours of points, thinned out
    CLOCK_JUMPED = "clock jumped"


class Heading(StrEnum):
    """Which way data flows when the case begins, where it makes sense both ways."""

    OUT = "out"
    BACK = "back"  # failed over, committed and reprotected: the case is played at the recovery site


class Trouble(StrEnum):
    """What has gone wrong, and healed, just before the case begins."""

    NONE = "none"
    LINK_BLINKED = "link blinked"
    TARGET_CRASHED = "target crashed"
    AGENT_CRASHED = "agent crashed"  # marked, and resynchronised


class Pattern(StrEnum):
    """How the workload writes, where the case leaves it open."""

    SCATTERED = "scattered"
    TWICE = "twice"  # every block is written twice
    ZEROS = "zeros"  # every other block becomes zeros
    RUN = "run"  # adjacent blocks
    ENDS = "ends"  # the first and the last block of the disk among them
    BATCH = "batch"  # many more blocks in one call
    INSIDE = "inside"  # what was written last changes by one byte
    DISCARD = "discard"  # and a stretch of the disk, short or long, is discarded


class Neighbours(StrEnum):
    """What the machines and disks beside the meant ones do."""

    IDLE = "idle"
    WRITING = "writing"
    GROUP = "one group"  # the machines beside are members of a replication group, and write in turn


class Hour(StrEnum):
    """When it all begins."""

    OFFICE = "office hours"
    NIGHT = "night"
    WEEKEND = "weekend"


class Policy(StrEnum):
    """Which replication policy rules, where the case names none."""

    DEFAULT = "default"
    LONG = "long"  # three days
    APP = "app"  # an application-consistent point every hour


class Asking(StrEnum):
    """What commands ask for beside what the case does, where it leaves that open."""

    PLAIN = "plain"
    LISTED = "disks listed"  # an enable names every disk of the machine, the last one first
    RUNNING = "source left running"  # a failover asks for no shutdown
    ELSEWHERE = "elsewhere"  # a reprotect goes to an alternate location
    APP = "application-consistent"  # a failback does


@frozen
class World:
    """One world; a field is a dimension, and its default the plain value."""

    machines: Machines = Machines.ASKED
    seat: Seat = Seat.FIRST
    names: NameStyle = NameStyle.PLAIN
    disks: Disks = Disks.ASKED
    disk: DiskPosition = DiskPosition.FIRST
    size: DiskSize = DiskSize.ASKED
    past: Past = Past.FRESH
    way: Heading = Heading.OUT
    trouble: Trouble = Trouble.NONE
    pattern: Pattern = Pattern.SCATTERED
    neighbours: Neighbours = Neighbours.IDLE
    hour: Hour = Hour.OFFICE
    policy: Policy = Policy.DEFAULT
    asking: Asking = Asking.PLAIN

    def __str__(self) -> str:
        """`past round trip, size odd`: what is not plain; `plain` when all of it is."""
        return ", ".join(f"{name} {self.value(name)}" for name in self.odd) or "plain"

    @property
    def odd(self) -> tuple[str, ...]:
        """The dimensions in which this world is not the plain one."""
        return tuple(name for name in DIMENSIONS if self.value(name) != DIMENSIONS[name][0])

    def value(self, dimension: str) -> str:
        """The value in that dimension."""
        return str(getattr(self, dimension))

    def plainly(self, *dimensions: str) -> "World":
        """This world with the plain value in those dimensions, and in those that mean nothing without them."""
        return sound(self.but({name: DIMENSIONS[name][0] for name in dimensions}))

    def but(self, values: Mapping[str, str]) -> "World":
        """This world with other values; ValueError for one that the dimension does not have."""
        chosen: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(World)}
        return World(**chosen | {name: type(chosen[name])(value) for name, value in values.items()})


def _kind(dimension: str) -> type[StrEnum]:
    kind = type(getattr(World(), dimension))
    assert issubclass(kind, StrEnum)
    return kind


# Every dimension with its values, the plain one first.
DIMENSIONS: dict[str, tuple[str, ...]] = {each.name: tuple(_kind(each.name)) for each in fields(World)}
PLAIN = World()
# What only a case can bear that says so: it looks at the other side whichever way data flows.
CONSENT = {("way", Heading.BACK.value)}
# What a case fixes that names blocks of its own: there have to be as many as it asks for.
SIZED = (f"size={DiskSize.BLOCK}", f"size={DiskSize.FEW}")


def unsound(world: World) -> Iterator[str]:
    """Dimensions whose value means nothing in this world: no last among one, no neighbour of one that is alone."""
    if world.machines is Machines.ASKED and world.seat is not Seat.FIRST:
        yield "seat"
    if world.disks is Disks.ASKED and world.disk is not DiskPosition.FIRST:
        yield "disk"
    alone = world.machines is Machines.ASKED and world.disks is Disks.ASKED
    grouped = world.neighbours is Neighbours.GROUP and world.machines is Machines.ASKED
    if grouped or (alone and world.neighbours is not Neighbours.IDLE):
        yield "neighbours"


def sound(world: World) -> World:
    """The world without the values that mean nothing in it."""
    return world.but({name: DIMENSIONS[name][0] for name in unsound(world)})
