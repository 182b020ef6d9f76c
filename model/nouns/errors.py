"""Named errors: what a refusal or a health issue says, why, and what to do (domain §6).

Every code stands once in `CATALOGUE` with its causes and its remedy; nobody invents a code elsewhere.
"""

from enum import StrEnum

from attrs import frozen

from siteproof.model.nouns.vocabulary import Health


class ErrorCode(StrEnum):
    """The catalogue's keys."""

    NO_CRASH_CONSISTENT_POINT = "NoCrashConsistentPoint"
    NO_APP_CONSISTENT_POINT = "NoAppConsistentPoint"
    APP_WRITER_FAILURE = "AppWriterFailure"
    FILTER_NOT_LOADED = "FilterNotLoaded"
    LOG_UPLOAD_LOCATION_NOT_HEALTHY = "LogUploadLocationNotHealthy"
    INITIAL_REPLICATION_STALLED = "InitialReplicationStalled"
    HIGH_CHURN = "HighChurn"
    HIGH_LATENCY = "HighLatency"
    SOURCE_NO_HEARTBEAT = "SourceNoHeartbeat"
    PROCESS_SERVER_NO_HEARTBEAT = "ProcessServerNoHeartbeat"
    PROCESS_SERVER_UNREACHABLE = "ProcessServerUnreachable"
    UPLOAD_FAILED = "UploadFailed"
    POLICY_INVALID = "PolicyInvalid"
    DISK_RESIZED = "DiskResized"
    SOURCE_LOW_MEMORY = "SourceLowMemory"
    UNCLEAN_SOURCE_SHUTDOWN = "UncleanSourceShutdown"
    SOURCE_DISK_FAILED = "SourceDiskFailed"
    SOURCE_INTERNAL_ERROR = "SourceInternalError"
    TARGET_INTERNAL_ERROR = "TargetInternalError"
    RESYNC_BITMAPS_INVALID = "ResyncBitmapsInvalid"
    SLOW_RESYNC = "SlowResync"
    NO_RESYNC_PROGRESS = "NoResyncProgress"
    RESYNC_NOT_STARTED = "ResyncNotStarted"
    DELTA_THROTTLED = "DeltaThrottled"
    RESYNC_THROTTLED = "ResyncThrottled"
    REPLICATED_DISK_REMOVED = "ReplicatedDiskRemoved"
    TIME_JUMP_FORWARD = "TimeJumpForward"
    TIME_JUMP_BACKWARD = "TimeJumpBackward"
    FAILOVER_MACHINE_CREATE_FAILED = "FailoverMachineCreateFailed"
    TARGET_NAME_COLLISION = "TargetNameCollision"
    RECOVERY_POINT_UNAVAILABLE = "RecoveryPointUnavailable"
    TEST_FAILOVER_CLEANUP_PENDING = "TestFailoverCleanupPending"
    OPERATION_CONFLICT = "OperationConflict"
    OPERATION_NOT_ALLOWED = "OperationNotAllowed"
    RPO_THRESHOLD_EXCEEDED = "RpoThresholdExceeded"
    AGENT_NOT_REGISTERED_AFTER_FAILOVER = "AgentNotRegisteredAfterFailover"
    PLANNED_FAILOVER_CANCEL_FAILED = "PlannedFailoverCancelFailed"
    DUPLICATE_MACHINE_IDENTITY = "DuplicateMachineIdentity"
    APPLIANCE_SWITCH_BLOCKED = "ApplianceSwitchBlocked"
    REPROTECT_TARGET_UNREACHABLE = "ReprotectTargetUnreachable"
    CORRUPT_LOG_RECORD = "CorruptLogRecord"
    STALE_GENERATION = "StaleGeneration"
    JOB_CANCELLED = "JobCancelled"


@frozen
class ErrorText:
    """What the catalogue says of one code."""

    message: str
    causes: str
    action: str
    level: Health = Health.CRITICAL
    user_resolvable: bool = True


def _warn(message: str, causes: str, action: str) -> ErrorText:
    return ErrorText(message, causes, action, Health.WARNING)


CATALOGUE: dict[ErrorCode, ErrorText] = {
    ErrorCode.NO_CRASH_CONSISTENT_POINT: ErrorText(
        "no crash-consistent point for 60 minutes",
        "replication has stalled or the link is down",
        "check the link, the agent and the appliance",
    ),
    ErrorCode.NO_APP_CONSISTENT_POINT: _warn(
        "no application-consistent point in the policy's interval",
        "the application writers failed or capture degraded",
        "check the application writers on the machine",
    ),
    ErrorCode.APP_WRITER_FAILURE: _warn(
        "an application could not flush", "a writer timed out or is in a failed state", "restart the writer's service"
    ),
    ErrorCode.FILTER_NOT_LOADED: ErrorText(
        "change tracking is not loaded",
        "the machine was not restarted after the agent was installed",
        "restart the machine",
    ),
    ErrorCode.LOG_UPLOAD_LOCATION_NOT_HEALTHY: ErrorText(
        "the cache store refuses logs", "full, throttled or unreachable cache storage", "check the cache storage"
    ),
    ErrorCode.INITIAL_REPLICATION_STALLED: ErrorText(
        "the initial copy makes no progress", "the link or the appliance is down", "check the link; the copy resumes"
    ),
    ErrorCode.HIGH_CHURN: _warn(
        "the workload writes faster than the link carries",
        "churn above the supported rate",
        "raise bandwidth or split disks",
    ),
    ErrorCode.HIGH_LATENCY: _warn("uploads take too long", "a slow link or store", "check the path to the store"),
    ErrorCode.SOURCE_NO_HEARTBEAT: ErrorText(
        "the agent is silent", "the machine is off or cut off", "start the machine"
    ),
    ErrorCode.PROCESS_SERVER_NO_HEARTBEAT: ErrorText(
        "the process server is silent for 15 minutes", "the appliance is off or cut off", "start the appliance"
    ),
    ErrorCode.PROCESS_SERVER_UNREACHABLE: ErrorText(
        "the agent cannot reach the process server",
        "a firewall or a wrong port",
        "allow the data port to the appliance",
    ),
    ErrorCode.UPLOAD_FAILED: ErrorText(
        "an upload failed", "the store refused or the link broke", "it is retried; check the link"
    ),
    ErrorCode.POLICY_INVALID: ErrorText(
        "the policy is outside its allowed range",
        "retention, interval or their relation is wrong",
        "retention up to 15 days; interval off or 1-12 h and less than the retention",
    ),
    ErrorCode.DISK_RESIZED: ErrorText("a disk changed its size", "the disk was resized", "resynchronise the machine"),
    ErrorCode.SOURCE_LOW_MEMORY: _warn(
        "no memory for change records",
        "pressure on the machine",
        "free memory; the machine is marked for resynchronisation",
    ),
    ErrorCode.UNCLEAN_SOURCE_SHUTDOWN: ErrorText(
        "the machine was shut down by force", "power loss or reset", "resynchronise the machine"
    ),
    ErrorCode.SOURCE_DISK_FAILED: ErrorText(
        "a disk of the machine cannot be read or tracked",
        "a failing device or a lost path to it",
        "check the disk; what was not sent stays marked and is sent again",
    ),
    ErrorCode.SOURCE_INTERNAL_ERROR: ErrorText(
        "internal error at the source", "a defect", "collect logs", user_resolvable=False
    ),
    ErrorCode.TARGET_INTERNAL_ERROR: ErrorText(
        "internal error at the target", "a defect", "collect logs", user_resolvable=False
    ),
    ErrorCode.RESYNC_BITMAPS_INVALID: ErrorText(
        "the persisted bitmap cannot be trusted", "unclean shutdown or an unreadable bitmap", "a full comparison is run"
    ),
    ErrorCode.SLOW_RESYNC: _warn("the resynchronisation is slow", "a slow link", "check bandwidth"),
    ErrorCode.NO_RESYNC_PROGRESS: ErrorText("the resynchronisation stands still", "the link is down", "check the link"),
    ErrorCode.RESYNC_NOT_STARTED: _warn(
        "the resynchronisation waits", "outside its window, or other runs are queued", "start it by hand"
    ),
    ErrorCode.DELTA_THROTTLED: _warn("delta replication is throttled", "cache free below 20 %", "free cache space"),
    ErrorCode.RESYNC_THROTTLED: _warn("resynchronisation is throttled", "cache free below 20 %", "free cache space"),
    ErrorCode.REPLICATED_DISK_REMOVED: ErrorText(
        "a replicated disk is gone", "it was detached from the machine", "attach it or disable its replication"
    ),
    ErrorCode.TIME_JUMP_FORWARD: _warn(
        "the clock jumped forward", "time synchronisation", "none; points keep their order"
    ),
    ErrorCode.TIME_JUMP_BACKWARD: _warn(
        "the clock jumped backward", "time synchronisation", "none; points keep their order"
    ),
    ErrorCode.FAILOVER_MACHINE_CREATE_FAILED: ErrorText(
        "the machine could not be created at the target", "quota, network or disk missing", "mend the target and retry"
    ),
    ErrorCode.TARGET_NAME_COLLISION: ErrorText(
        "the target already has a machine of this name",
        "a leftover of a drill or another machine",
        "rename or remove it",
    ),
    ErrorCode.RECOVERY_POINT_UNAVAILABLE: ErrorText(
        "the recovery point does not exist", "never taken, pruned, or taken at another machine", "choose a listed point"
    ),
    ErrorCode.TEST_FAILOVER_CLEANUP_PENDING: ErrorText(
        "a test failover waits for its clean-up", "the drill was not cleaned up", "clean up the test failover first"
    ),
    ErrorCode.OPERATION_CONFLICT: ErrorText(
        "another job runs on this machine", "one job at a time", "wait for the running job"
    ),
    ErrorCode.OPERATION_NOT_ALLOWED: ErrorText(
        "the command is not allowed in this state", "see the allowed operations of the machine", "use an allowed one"
    ),
    ErrorCode.RPO_THRESHOLD_EXCEEDED: _warn(
        "the recovery point objective is exceeded", "replication lags behind the workload", "check churn and link"
    ),
    ErrorCode.AGENT_NOT_REGISTERED_AFTER_FAILOVER: ErrorText(
        "the failed-over machine's agent is not registered",
        "it does not run or cannot reach the appliance",
        "register it",
    ),
    ErrorCode.PLANNED_FAILOVER_CANCEL_FAILED: ErrorText(
        "the planned failover could not be undone", "the safety snapshot could not be restored", "retry the cancel"
    ),
    ErrorCode.DUPLICATE_MACHINE_IDENTITY: ErrorText(
        "this machine is protected already",
        "a clone carries the same identity",
        "give the clone an identity of its own",
    ),
    ErrorCode.APPLIANCE_SWITCH_BLOCKED: ErrorText(
        "the appliance cannot be switched",
        "its components are neither all healthy nor all dead",
        "mend or stop the rest",
    ),
    ErrorCode.REPROTECT_TARGET_UNREACHABLE: ErrorText(
        "the reprotect target cannot be reached", "the appliance or the site is down", "bring the site back"
    ),
    ErrorCode.CORRUPT_LOG_RECORD: ErrorText(
        "a record of the replication log is damaged",
        "tampering, a broken disk or a missing segment",
        "the machine is marked for resynchronisation; nothing is repaired silently",
    ),
    ErrorCode.STALE_GENERATION: ErrorText(
        "a message of an older generation was fenced off",
        "the old side still runs after a failover",
        "shut the old side down before reprotecting",
    ),
    ErrorCode.JOB_CANCELLED: ErrorText(
        "a job was cancelled while it ran",
        "an operator cancelled it; a failover that was cancelled leaves the machine neither protected nor failed over",
        "give the command again, or disable the protection",
    ),
}


class Refused(Exception):  # noqa: N818  (a refusal is a normal answer of the contract, not a failure of the program)
    """A command was not accepted; nothing has changed."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        """Keep the catalogue's code and, if there is one, the detail of this case."""
        self.code = code
        self.detail = detail
        super().__init__(f"{code.value}: {detail or CATALOGUE[code].message}")
