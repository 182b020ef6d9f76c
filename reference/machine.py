"""One machine as the vault knows it: regions, hosts, stream, points, job. State only; who changes it is appliance.py.

A machine's hosts are kept by place; the vault never asks which side is which, it asks the regions.
"""

from attrs import define, field

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.model.nouns.vocabulary import Consistency, Direction, Place, Protection, Resync, ResyncReason, Site
from siteproof.reference.comparison import Resynchronization
from siteproof.reference.host import Host
from siteproof.reference.jobs import Job
from siteproof.reference.lifecycle import running_place
from siteproof.reference.link import Link
from siteproof.reference.points import StoredPoint
from siteproof.reference.stream import Stream


@define(eq=False)
class Machine:
    """`era` rises whenever replication starts or ends, so that what was planned before is void."""

    spec: MachineSpec
    policy: ReplicationPolicy
    link: Link
    hosts: dict[Place, Host]
    regions: Regions = field(factory=Regions)
    group: str = ""  # the replication group that it was enabled with
    stream: Stream | None = None
    points: list[StoredPoint] = field(factory=list)
    job: Job | None = None
    next_job_fails: bool = False
    comparison: Resynchronization | None = None
    resync_reason: ResyncReason | None = None
    generation: int = 0
    era: int = 0
    preset: ReplicationPolicy | None = None  # what an enable without a policy gets, when it was edited before
    app_edition: int = 0  # rises when the interval of application-consistent points is edited
    held: bool = False  # a plan will power on what is built now, when it is its turn
    using: str = ""  # the point of the failover that is not yet over
    drilling: str = ""  # the point of the running drill
    chosen: str = ""  # the point of the running job
    received_ms: int | None = None  # source time of what the cache holds beyond the newest point
    ship_planned: bool = False
    retry_planned: bool = False
    clock_offset_ms: int = 0
    site_up: bool = True
    lost_power: bool = False
    failing: dict[str, ErrorCode] = field(factory=dict)  # work that a device refused last, and how that was told

    @property
    def name(self) -> str:
        """The scenario's name of it."""
        return self.spec.name

    @property
    def pinned(self) -> frozenset[str]:
        """Points which no pruning may take."""
        return frozenset({self.using, self.drilling, self.chosen}) - {""}

    @property
    def newest(self) -> StoredPoint | None:
        """The newest point in the stream's order, listed or not: the state on which `latest` stands."""
        return self.points[-1] if self.points else None

    @property
    def listed(self) -> tuple[StoredPoint, ...]:
        """The points that can be named and restored; with a retention of 0 only those which an operation stands on."""
        stored = self.policy.retention_minutes > 0
        return tuple(point for point in self.points if stored or point.name in self.pinned)

    def newest_of(self, *kinds: Consistency) -> StoredPoint | None:
        """The newest listed point of one of these kinds."""
        return next((point for point in reversed(self.listed) if point.consistency in kinds), None)

    @property
    def active_place(self) -> Place:
        """Where production runs, or would run."""
        return running_place(self.regions)

    def host(self, place: Place) -> Host | None:
        """The machine at that place, if there is one."""
        return self.hosts.get(self.active_place if place is Place.ACTIVE else place)

    @property
    def forward(self) -> bool:
        """Whether data flows from on-premises to the cloud."""
        return self.regions.direction is Direction.FORWARD

    @property
    def replicating(self) -> bool:
        """Whether changes of the running machine are meant to travel."""
        settled = self.regions.protection is Protection.PROTECTED and self.regions.active is Site.PRIMARY
        return settled and self.stream is not None

    @property
    def trusted(self) -> bool:
        """Whether deltas may travel: both sides agree but for what is tracked."""
        return self.replicating and self.regions.resync is Resync.NONE
