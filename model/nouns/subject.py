"""The Subject contract: what an implementation under test must answer (docs/design.md, conformance).

One contract, three carriers: a Python object, NDJSON over stdio, HTTP. The reference satisfies it without knowing the
judge, and the judge loads it by name like anybody's. `CONTRACT_VERSION` rises with everything that a judge may ask
and could not ask before; a subject of an older version is asked what its version has (`SINCE`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

from attrs import field, frozen

from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.vocabulary import Place

CONTRACT_VERSION = 2
CONTRACT_VERSIONS = (1, 2)
"""Every version that the judge speaks."""


class Capability(StrEnum):
    """What a subject may or may not be able to do or to show; undeclared means unsupported."""

    INITIAL_REPLICATION = "initial_replication"  # enable copies every block
    DELTA = "delta"  # writes after the initial copy arrive as changes
    CRASH_POINTS = "crash_points"  # crash-consistent points by themselves
    APP_POINTS = "app_points"  # application-consistent points when the policy asks for them
    OLDER_POINTS = "older_points"  # points other than the newest can be restored
    RETENTION = "retention"  # points are pruned as the policy says
    RESYNC = "resync"  # both sides are compared, and only what differs travels
    TEST_FAILOVER = "test_failover"  # drills and their clean-up
    FAILOVER = "failover"  # the machine runs at the recovery site
    CHANGE_POINT = "change_point"  # another point before the commit
    COMMIT = "commit"  # a failover can be made final
    MIGRATION = "migration"  # the lifecycle can end at the recovery site
    REPROTECT = "reprotect"  # replication in the other direction
    FAILBACK = "failback"  # the planned failover home
    CANCEL = "cancel"  # an uncommitted failback can be undone
    GROUPS = "groups"  # machines with shared points, which fail over together (version 2)
    PLANS = "plans"  # recovery plans: order, steps and prompts (version 2)
    ADMINISTRATION = "administration"  # a policy that is edited, a protection that is forced to end (version 2)
    APPLIANCES = "appliances"  # two or more appliances: their components, what they measure, switch, update (version 2)
    LIFECYCLE = "lifecycle"  # named refusals and allowed operations
    WATERMARKS = "watermarks"  # sequences reached by each stage are shown
    BYTE_COUNTS = "byte_counts"  # bytes that left for the other side are counted
    DISCARD = "discard"  # blocks can be discarded
    VIRTUAL_CLOCK = "virtual_clock"  # time passes only in advance(), and clock_jump moves a machine's wall clock alone
    HOLD = "hold"  # jobs stay transitional until settle, so transient phases can be seen
    LINK_FAULTS = "link_faults"  # link_down, link_up, site_down, site_up
    CRASH_FAULTS = "crash_faults"  # agent_crash, forced_shutdown, low_memory
    TARGET_FAULTS = "target_faults"  # target_crash
    JOB_FAULTS = "job_faults"  # job_fails
    JOB_CANCELS = "job_cancels"  # job_cancelled
    RESIZE = "resize"  # disk_resized
    CORRUPTION = "corruption"  # log_corrupt, log_truncated
    STORE_FAULTS = "store_faults"  # store_full, io_error, store_mended
    FRAME_TAP = "frame_tap"  # what travels is shown, and others may send something in its place (version 2)
    PRESSURE = "pressure"  # pressure, pressure_ended (version 2)
    REBOOTS = "reboots"  # clean_reboot, bitmap_damaged, old_bitmap (version 2)
    DURING = "during"  # faults and writes can be arranged to happen inside a call, at an instant or a number of bytes
    TOTAL_ORDER = "total_order"  # cuts respect the order of all writes, not only of flushes


SINCE: Mapping[Capability, int] = dict.fromkeys(
    (
        Capability.GROUPS,
        Capability.PLANS,
        Capability.ADMINISTRATION,
        Capability.APPLIANCES,
        Capability.FRAME_TAP,
        Capability.PRESSURE,
        Capability.REBOOTS,
    ),
    2,
)
"""The version of the contract in which a capability can be asked for; 1 where none stands."""


class Provider(StrEnum):
    """Who provides a capability: what an adapter invents is shown, and never counted for the product."""

    PRODUCT = "product"
    ADAPTER = "adapter"


class DataMode(StrEnum):
    """How the bytes of the judge's writes reach a subject."""

    STAMPS = "stamps"  # a write carries numbers, and the subject makes the bytes (nouns/stamp.py)
    INLINE = "inline"  # each write carries its bytes as well, so that a subject needs no digest to make them


@frozen
class Description:
    """Who the subject is and what it claims; a claim that a probe contradicts is dishonest."""

    name: str
    version: str
    capabilities: Mapping[Capability, Provider]
    contract: int = 1  # the version that it speaks
    profile: Profile = field(factory=Profile)
    parameters: Mapping[str, str] = field(factory=dict)
    ours: bool = False  # a throw-away subject: destructive cases may run without being asked for
    data: DataMode = DataMode.STAMPS


@frozen
class DiskAddress:
    """One copy of one disk of one machine."""

    machine: str
    disk: str
    place: Place = Place.ACTIVE


@frozen
class Write:
    """One block's write: a stamped one carries numbers only, an unstamped one carries its `data` (4096 bytes).

    `block` is the only place: the address says on which disk. Everything else goes into the stamp (nouns/stamp.py), the
    indexes too, which are those of the machine within the scenario and of the disk within the machine.
    """

    block: int
    sequence: int
    time_ms: int = 0
    noise: int = 2048
    seed: int = 0
    machine_index: int = 0
    disk_index: int = 0
    data: bytes = b""


class ImageKind(StrEnum):
    """How the judge gets at the bytes of an image."""

    PATH = "path"
    NBD = "nbd"
    INLINE = "inline"


@frozen
class Image:
    """One disk's bytes where the judge can read them itself: a raw file, an NBD URI or bytes on the wire."""

    disk: str
    kind: ImageKind
    location: str = ""
    data: bytes = b""


class FaultKind(StrEnum):
    """What can go wrong on request. `amount` is blocks for a resize and milliseconds for a clock jump."""

    LINK_DOWN = "link_down"  # nothing travels between the sites
    LINK_UP = "link_up"  # the link is back; no mark is cleared by that
    AGENT_CRASH = "agent_crash"  # the agent dies and restarts; its memory is gone, the machine keeps running
    FORCED_SHUTDOWN = "forced_shutdown"  # the machine loses power and boots again; what was not flushed may be gone
    SITE_DOWN = "site_down"  # the whole primary site is gone, and with it what was not flushed there
    SITE_UP = "site_up"  # site and link are back; a machine that was failed over stays off
    TARGET_CRASH = "target_crash"  # the replication service dies and restarts, unsynced writes are lost
    JOB_FAILS = "job_fails"  # the next job of this machine fails
    JOB_CANCELLED = "job_cancelled"  # an operator cancels the job or the comparison that runs on this machine
    LOG_CORRUPT = "log_corrupt"  # one byte of the newest log record flips
    LOG_TRUNCATED = "log_truncated"  # the log loses its tail
    DISK_RESIZED = "disk_resized"  # the source disk has another number of blocks
    CLOCK_JUMP = "clock_jump"  # the machine's wall clock jumps, time itself does not
    LOW_MEMORY = "low_memory"  # the agent has no memory for change records
    STORE_FULL = "store_full"  # the store of logs, seed disks and points takes nothing more until it is mended
    IO_ERROR = "io_error"  # that store answers reads, writes and syncs with an error until it is mended
    STORE_MENDED = "store_mended"  # it has room and works again; whatever it had promised to keep is there
    PRESSURE = "pressure"  # the agent lacks room: of this disk's changes less is kept, and each time less again
    PRESSURE_ENDED = "pressure_ended"  # it has room again
    CLEAN_REBOOT = "clean_reboot"  # the machine shuts down in good order and boots again; what was tracked was stored
    BITMAP_DAMAGED = "bitmap_damaged"  # the same, and the stored bitmap cannot be read
    OLD_BITMAP = "old_bitmap"  # the same, and in its place lies an intact one of an earlier run


@frozen
class Fault:
    """One fault for one machine; an empty machine name means every machine."""

    kind: FaultKind
    machine: str = ""
    disk: str = ""
    amount: int = 0


@frozen
class During:
    """Something that happens by itself inside a later call: a fault, or writes of the workload, exactly one of them.

    It happens once, when `after_ms` of the clock have passed in `advance`, or just before the first transfer of the
    machine that would bring the bytes that left since now to more than `after_bytes`; exactly one of these is given.
    """

    machine: str
    after_ms: int | None = None
    after_bytes: int | None = None
    fault: Fault | None = None
    address: DiskAddress | None = None
    writes: tuple[Write, ...] = ()


@runtime_checkable
class Arranging(Protocol):
    """The optional half of the contract: a subject that declares `during` has this call as well."""

    def arrange(self, during: tuple[During, ...]) -> None:
        """What shall happen inside the calls that follow, in place of what was arranged before and has not happened."""
        ...


@runtime_checkable
class Subject(Protocol):
    """An implementation under test. Unsupported calls raise `Unsupported`; broken subjects may raise anything."""

    def describe(self) -> Description:
        """Who the subject is and what it can do."""
        ...

    def reset(self, scenario: Scenario) -> None:
        """Forget everything and set up the scenario: machines run, nothing is protected, the link is up."""
        ...

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Write blocks in order; on return all are acknowledged to the workload (never blocked by replication)."""
        ...

    def flush(self, address: DiskAddress) -> None:
        """A write barrier: what came before it is not lost while anything after it is kept, nor when power fails."""
        ...

    def discard(self, address: DiskAddress, block: int, blocks: int) -> None:
        """Discard blocks; they read as zeros from now on."""
        ...

    def read(self, address: DiskAddress) -> Image:
        """The present bytes of one copy of a disk; stays valid until the next call that changes the machine."""
        ...

    def do(self, command: Command) -> Answer:
        """Accept a command as a job, or refuse it with a named error and change nothing."""
        ...

    def observe(self, machine: str) -> Observation:
        """What the subject shows of the machine at this moment."""
        ...

    def restore(self, machine: str, point: str) -> tuple[Image, ...]:
        """Bytes of every disk at a recovery point, without changing anything; Refused when it is not there."""
        ...

    def fault(self, fault: Fault) -> None:
        """Make something go wrong, or mend it."""
        ...

    def advance(self, milliseconds: int) -> None:
        """Let that much time pass (virtual, or real time scaled by the subject)."""
        ...

    def settle(self) -> None:
        """Return when every job has ended and nothing more would happen without time passing or a new call."""
        ...

    def close(self) -> None:
        """Release everything; the subject is not used again."""
        ...


class Unsupported(Exception):  # noqa: N818  (a declared answer, not a defect)
    """The subject does not offer this call; the requirement becomes `unsupported`, never a pass."""
