"""What a subject shows of one machine: regions, allowed commands, points, watermarks, RPO, events (docs/design.md)."""

from attrs import field, frozen

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import (
    Direction,
    Health,
    Place,
    Protection,
    Resync,
    ResyncReason,
    Site,
    TestFailover,
    Verb,
    WriteOrderMode,
)


@frozen
class Regions:
    """The lifecycle regions of a machine that decide which command is allowed."""

    protection: Protection = Protection.UNPROTECTED
    direction: Direction = Direction.FORWARD
    active: Site = Site.PRIMARY
    test_failover: TestFailover = TestFailover.NONE
    resync: Resync = Resync.NONE


@frozen
class Watermarks:
    """Write sequences of one disk, always ordered: written >= sent >= cached >= applied >= pointed."""

    written: int = 0
    sent: int = 0
    cached: int = 0
    applied: int = 0
    pointed: int = 0


@frozen
class DiskView:
    """One protected disk; `dirty_blocks` counts what still has to travel."""

    name: str
    blocks: int
    mode: WriteOrderMode = WriteOrderMode.DATA
    dirty_blocks: int = 0
    watermarks: Watermarks = field(factory=Watermarks)


@frozen
class Event:
    """Something worth telling an operator; `code` is of the error catalogue."""

    time_ms: int
    code: ErrorCode
    machine: str
    detail: str = ""


@frozen
class Observation:
    """A snapshot of one machine; never waits, never changes anything.

    `rpo_ms` is now minus the source time of what "latest" would produce (None before a first point).
    `running` lists the places where a machine is powered on. `bytes_sent` counts bytes that left for the other side
    since reset, resync digests included. `generation` rises with every failover and failback. `group` is the
    replication group that the machine belongs to.
    """

    machine: str
    time_ms: int
    regions: Regions
    allowed: tuple[Verb, ...]
    points: tuple[RecoveryPoint, ...] = ()
    disks: tuple[DiskView, ...] = ()
    running: tuple[Place, ...] = (Place.PRIMARY,)
    rpo_ms: int | None = None
    health: Health = Health.NORMAL
    events: tuple[Event, ...] = ()
    resync_reason: ResyncReason | None = None
    generation: int = 0
    bytes_sent: int = 0
    link_up: bool = True
    running_job: str = ""
    group: str = ""
