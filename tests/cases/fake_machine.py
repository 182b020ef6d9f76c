"""What the fake keeps of one machine.

Rule: data only.
"""

from attrs import define, field

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.policy import RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.model.nouns.subject import (
    FaultKind,
)
from siteproof.model.nouns.vocabulary import (
    Place,
    ResyncReason,
    Verb,
)
from siteproof.model.spec.lifecycle import table as lifecycle

Disks = dict[str, bytearray]
FRAME_BYTES = 48
DIGEST_BYTES = 16
NEEDS_LINK = (Verb.ENABLE, Verb.RESYNCHRONIZE, Verb.REPROTECT, Verb.FAIL_BACK)
MARKS = {
    FaultKind.FORCED_SHUTDOWN: (ResyncReason.FORCED_SHUTDOWN, ErrorCode.UNCLEAN_SOURCE_SHUTDOWN),
    FaultKind.AGENT_CRASH: (ResyncReason.FORCED_SHUTDOWN, ErrorCode.UNCLEAN_SOURCE_SHUTDOWN),
    FaultKind.LOW_MEMORY: (ResyncReason.LOW_MEMORY, ErrorCode.SOURCE_LOW_MEMORY),
    FaultKind.LOG_CORRUPT: (ResyncReason.CORRUPT_LOG, ErrorCode.CORRUPT_LOG_RECORD),
    FaultKind.LOG_TRUNCATED: (ResyncReason.CORRUPT_LOG, ErrorCode.CORRUPT_LOG_RECORD),
    FaultKind.DISK_RESIZED: (ResyncReason.DISK_RESIZED, ErrorCode.DISK_RESIZED),
}


@define(eq=False)
class FakeMachine:
    """Three copies of the disks, the replica, the points, and the regions."""

    spec: MachineSpec
    copies: dict[Place, Disks]
    policy: ReplicationPolicy
    regions: Regions = field(factory=Regions)
    replica: Disks = field(factory=dict)
    points: list[tuple[RecoveryPoint, dict[str, bytes]]] = field(factory=list)
    dirty: dict[str, set[int]] = field(factory=dict)
    written: dict[str, int] = field(factory=dict)
    shipped: dict[str, int] = field(factory=dict)
    events: list[Event] = field(factory=list)
    job: Command | None = None
    before: Regions = field(factory=Regions)
    phases: tuple[Regions, ...] = ()
    job_fails: bool = False
    link_up: bool = True
    site_up: bool = True
    reason: ResyncReason | None = None
    generation: int = 0
    bytes_sent: int = 0
    synced_ms: int = 0
    exceeded: bool = False  # the RPO is above its threshold, and that was told
    stale: bool = False  # an hour has passed without a point, and that was told
    pointed: bool = False  # this stream has had a point
    enabled_ms: int = 0
    used: str = ""
    named: tuple[str, ...] = ()  # the disks that the enable named; none: all
    skipped: set[tuple[str, int]] = field(factory=set)  # only a miniature skips anything
    made: int = 0

    @property
    def source(self) -> Disks:
        """The disks of the copy that runs production."""
        return self.copies[lifecycle.running_place(self.regions)]

    def source_of(self, regions: Regions) -> Disks:
        """The disks of the copy that runs in these regions."""
        return self.copies[lifecycle.running_place(regions)]

    def replicates(self, disk: str) -> bool:
        """Whether the disk takes part."""
        return not self.named or disk in self.named
