"""The regions of a protected machine and the words for what happens to it (domain §1, §4, §5; seed: all chapters).

A machine is a product of regions: trouble with replication never moves `protection`, it shows in another region.
"""

from enum import StrEnum


class Protection(StrEnum):
    """Where a machine stands in its disaster-recovery lifecycle."""

    UNPROTECTED = "unprotected"
    ENABLING = "enabling"
    ENABLING_FAILED = "enabling_failed"
    INITIAL_REPLICATION = "initial_replication"
    INITIAL_REPLICATION_FAILED = "initial_replication_failed"
    PROTECTED = "protected"
    FAILOVER_INITIATED = "failover_initiated"
    FAILOVER_COMPLETING = "failover_completing"
    FAILOVER_FAILED = "failover_failed"
    FAILED_OVER = "failed_over"  # the commit is pending
    CHANGING_RECOVERY_POINT = "changing_recovery_point"
    COMMITTING = "committing"
    COMMIT_FAILED = "commit_failed"
    COMMITTED = "committed"
    CANCELLING = "cancelling"
    CANCEL_FAILED = "cancel_failed"
    REPROTECTING = "reprotecting"
    REPROTECT_FAILED = "reprotect_failed"
    MIGRATED = "migrated"  # terminal
    DISABLING = "disabling"
    DISABLING_FAILED = "disabling_failed"


class Direction(StrEnum):
    """Which way data flows: forward is on-premises to cloud, reverse is the failback direction."""

    FORWARD = "forward"
    REVERSE = "reverse"


class Site(StrEnum):
    """`primary` is the side that ran before the failover in the current direction, `recovery` the other one."""

    PRIMARY = "primary"
    RECOVERY = "recovery"


class TestFailover(StrEnum):
    """The drill's own region; replication goes on beside it."""

    __test__ = False  # a noun of the field, not a test class

    NONE = "none"
    INITIATED = "initiated"
    COMPLETING = "completing"
    COMPLETED = "completed"  # waiting for its clean-up
    FAILED = "failed"
    CLEANUP_INITIATED = "cleanup_initiated"


class Resync(StrEnum):
    """Whether both sides must be compared before replication may be trusted again."""

    NONE = "none"
    REQUIRED = "required"
    QUEUED = "queued"
    RUNNING = "running"
    FAILED = "failed"


class ResyncReason(StrEnum):
    """Why a machine was marked (seed: Resynchronization process 1-3; domain §3)."""

    LINK_FAILURE = "link_failure"
    FORCED_SHUTDOWN = "forced_shutdown"
    DISK_RESIZED = "disk_resized"
    LOW_MEMORY = "low_memory"
    BITMAP_INVALID = "bitmap_invalid"
    APPLIANCE_SWITCHED = "appliance_switched"
    TARGET_FAILURE = "target_failure"
    CORRUPT_LOG = "corrupt_log"
    MANUAL = "manual"


class WriteOrderMode(StrEnum):
    """How exactly a disk's writes are captured; under pressure capture degrades, the workload never blocks."""

    DATA = "data"
    METADATA = "metadata"
    BITMAP = "bitmap"


class Health(StrEnum):
    """Worst component wins; health never guards the protection state."""

    NORMAL = "normal"
    WARNING = "warning"
    CRITICAL = "critical"


class Consistency(StrEnum):
    """What a recovery point promises about its bytes."""

    CRASH = "crash"
    APP = "app"


class Selection(StrEnum):
    """Which point a failover takes (domain §2); `custom` names a listed one."""

    LATEST = "latest"
    LATEST_PROCESSED = "latest_processed"
    LATEST_APP_CONSISTENT = "latest_app_consistent"
    LATEST_CRASH_CONSISTENT = "latest_crash_consistent"
    CUSTOM = "custom"


class Location(StrEnum):
    """Where a reprotect leads: the machine that was there before, or a new one."""

    ORIGINAL = "original"
    ALTERNATE = "alternate"


class Place(StrEnum):
    """Which copy of a disk is meant by a read or a write."""

    ACTIVE = "active"  # the machine that runs production now
    PRIMARY = "primary"  # the on-premises machine, running or not
    RECOVERY = "recovery"  # the failed-over machine
    TEST = "test"  # the machine of a test failover


class MachineKind(StrEnum):
    """Discovery differs, the lifecycle is shared (domain §8)."""

    VMWARE = "vmware"
    PHYSICAL = "physical"


class Verb(StrEnum):
    """Every command of the lifecycle; `RECORDED_NAME` holds the service's own name of each."""

    ENABLE = "enable"
    DISABLE = "disable"
    RESYNCHRONIZE = "resynchronize"
    TEST_FAILOVER = "test_failover"
    CLEAN_UP_TEST = "clean_up_test"
    FAIL_OVER = "fail_over"
    CHANGE_RECOVERY_POINT = "change_recovery_point"
    COMMIT = "commit"
    COMPLETE_MIGRATION = "complete_migration"
    REPROTECT = "reprotect"
    FAIL_BACK = "fail_back"
    CANCEL = "cancel"


RECORDED_NAME: dict[Verb, str] = {
    Verb.ENABLE: "EnableProtection",
    Verb.DISABLE: "DisableProtection",
    Verb.RESYNCHRONIZE: "RepairReplication",
    Verb.TEST_FAILOVER: "TestFailover",
    Verb.CLEAN_UP_TEST: "TestFailoverCleanup",
    Verb.FAIL_OVER: "UnplannedFailover",
    Verb.CHANGE_RECOVERY_POINT: "ChangePit",
    Verb.COMMIT: "Commit",
    Verb.COMPLETE_MIGRATION: "CompleteMigration",
    Verb.REPROTECT: "SwitchProtection",
    Verb.FAIL_BACK: "PlannedFailover",
    Verb.CANCEL: "CancelFailover",
}
