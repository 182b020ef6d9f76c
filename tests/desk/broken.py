"""The invented vault, broken in one place each: by which check it is noticed, and what was broken.

Rule: one small change each; a check that fires on more than its own change is told by the test that reads this.
"""

from collections.abc import Callable
from typing import Any

from tests.desk.invented import ITEMS, POLICY, action, at, healthy, job, machine, point, points

Files = dict[str, Any]
Break = Callable[[Files], None]


def _machine(files: Files, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = files["machines.json"]["value"][number]["properties"]
    return found


def _details(files: Files, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = _machine(files, number)["providerSpecificDetails"]
    return found


def _set(**values: object) -> Break:
    return lambda files: _machine(files).update(values)


def _detail(**values: object) -> Break:
    return lambda files: _details(files).update(values)


def _both(*changes: Break) -> Break:
    def change(files: Files) -> None:
        for each in changes:
            each(files)

    return change


def _agent(**values: object) -> Break:
    return lambda files: _details(files)["mobilityAgentDetails"].update(values)


def _source(**values: object) -> Break:
    return lambda files: _details(files)["discoveredVmDetails"].update(values)


def _disk(files: Files) -> None:
    _details(files)["protectedDisks"][0].update(isInitialReplicationComplete=False)


def _slow_copy(files: Files) -> None:
    scenario = {"scenarioName": "EnableProtection", "startTime": at(days=2)}
    _machine(files).update(
        protectionState="InitialReplicationInProgress",
        allowedOperations=["DisableProtection"],
        currentScenario=scenario,
    )


def _older_appliance(files: Files) -> None:
    details = files["fabrics.json"]["value"][0]["properties"]["customDetails"]
    details["processServers"].append({"id": "ps-2", "name": "appliance-2", "version": "9.55.0"})


def _lying_name(files: Files) -> None:
    files["policies.json"][0]["properties"].update(friendlyName="72-hour-policy")


def _vault_error(files: Files) -> None:
    files["health.json"]["properties"].update(vaultErrors=[ERROR])


def _goes_on(files: Files) -> None:
    files["points-db.json"].update(nextLink="https://management.example/next")


def _policy(**values: object) -> Break:
    return lambda files: files["policies.json"][0]["properties"]["providerSpecificDetails"].update(values)


def _plan(change: Callable[[dict[str, Any]], None]) -> Break:
    return lambda files: change(files["plans.json"]["properties"])


def _component(**values: object) -> Break:
    def change(files: Files) -> None:
        details = files["fabrics.json"]["value"][0]["properties"]["customDetails"]
        details["processServers"][0].update(values)

    return change


def _failed_over(state: str, description: str, allowed: list[str], **ago: float) -> Break:
    """A machine that nobody fails over any more, alone in its vault."""

    def change(files: Files) -> None:
        files["plans.json"] = {}
        del files["machines.json"]["value"][1]
        shown = {"protectionState": state, "protectionStateDescription": description, "activeLocation": "Recovery"}
        _machine(files).update(**shown, allowedOperations=allowed, lastSuccessfulFailoverTime=at(**ago))

    return change


def _drill_open(files: Files) -> None:
    files["plans.json"] = {}
    scenario = {"scenarioName": "TestFailover", "startTime": at(days=3)}
    _machine(files).update(
        testFailoverState="WaitingForCompletion", allowedOperations=["TestFailoverCleanup"], currentScenario=scenario
    )


def _seventeen(files: Files) -> None:
    files["machines.json"]["value"] = [machine(f"m-{number}") for number in range(17)]
    files["plans.json"] = {}


def _old_points(files: Files) -> None:
    files["points-db.json"]["value"] += [point("db-1", 60 * hours) for hours in (30, 40)]


def _gap(files: Files) -> None:
    kept = [
        each for each in points("db-1") if not at(hours=9) <= each["properties"]["recoveryPointTime"] <= at(hours=4)
    ]
    files["points-db.json"]["value"] = kept


def _no_app(files: Files) -> None:
    for each in files["points-db.json"]["value"]:
        each["properties"]["recoveryPointType"] = "CrashConsistent"


def _old_app(files: Files) -> None:
    for each in files["points-db.json"]["value"]:
        if each["properties"]["recoveryPointTime"] > at(hours=10):
            each["properties"]["recoveryPointType"] = "CrashConsistent"


def _eight_groups(properties: dict[str, Any]) -> None:
    gate = {"groupType": "Boot", "replicationProtectedItems": [], "startGroupActions": [], "endGroupActions": []}
    properties["groups"] += [dict(gate) for _ in range(6)]


def _member(identity: str) -> Break:
    return _plan(lambda each: each["groups"][-1]["replicationProtectedItems"].append({"id": identity}))


def _action(**more: list[str]) -> Break:
    return _plan(lambda each: each["groups"][-1]["endGroupActions"].append(action("Script", "open a way in", **more)))


def _without_web(properties: dict[str, Any]) -> None:
    properties["groups"][-1]["replicationProtectedItems"] = []


def _event(files: Files) -> None:
    files["events.json"] = [
        {"type": "x/replicationEvents", "id": "e1", "properties": {
            "eventCode": "e1", "eventType": "VmHealth", "severity": "Critical", "timeOfOccurrence": at(hours=1),
            "affectedObjectFriendlyName": "DB-1", "description": "No heartbeat from the source",
        }}
    ]  # fmt: skip


ERROR = {"errorCode": "153007", "summaryMessage": "no crash-consistent point", "errorLevel": "Error"}
PROTECTED = ["UnplannedFailover", "TestFailover", "DisableProtection"]
COMMITTED = ["CompleteMigration", "DisableProtection", "SwitchProtection"]
PENDING = ["Commit", "ChangePit", *COMMITTED]
BROKEN: tuple[tuple[str, str, Break], ...] = (
    ("AUD-OPS", "commit is listed while protected", _set(allowedOperations=["Commit", *PROTECTED])),
    ("AUD-OPS", "an empty list without a job", _set(allowedOperations=[])),
    ("AUD-OPS", "another provider's list", _set(allowedOperations=["PlannedFailover", *PROTECTED])),
    ("AUD-STATE", "an unknown state", _set(protectionState="Xyz")),
    ("AUD-DRILL-OPEN", "a drill of three days ago", _drill_open),
    ("AUD-DRILL", "a drill of a year ago", _set(lastSuccessfulTestFailoverTime=at(days=365))),
    ("AUD-DRILL", "never drilled", _set(lastSuccessfulTestFailoverTime="1601-01-01T00:00:00Z")),
    (
        "AUD-COMMIT",
        "failed over two days ago",
        _failed_over("UnplannedFailoverCommitPendingStatesBegin", "Failover completed", PENDING, days=2),
    ),
    (
        "AUD-REPROTECT",
        "committed a month ago",
        _failed_over("UnplannedFailoverCommitted", "Failover committed", COMMITTED, days=30),
    ),
    ("AUD-NETWORK", "the production network", _detail(testNetworkId="/Networks/Production")),
    ("AUD-NETWORK", "no test network", _detail(testNetworkId="")),
    ("AUD-RPO", "above the alarm", _detail(lastRpoInSeconds="4000")),
    (
        "AUD-RPO",
        "above the policy's threshold",
        _both(_policy(recoveryPointThresholdInMinutes=15), _detail(lastRpoInSeconds=1000)),
    ),
    ("AUD-RPO", "beyond the retention", _detail(lastRpoInSeconds=90_000)),
    ("AUD-RPO-STALE", "a figure of yesterday", _detail(lastRpoCalculatedTime=at(days=1))),
    ("AUD-APP", "no app-consistent point", _no_app),
    ("AUD-APP", "the last one ten hours ago", _old_app),
    ("AUD-POINTS-AGE", "points beyond a day", _old_points),
    ("AUD-POINTS-GAP", "five hours without a point", _gap),
    (
        "AUD-RESYNC",
        "required, and nobody works on it",
        _both(_detail(resyncRequired="true"), _set(allowedOperations=[*PROTECTED, "RepairReplication"])),
    ),
    ("AUD-AGENT", "silent for two hours", _agent(lastHeartbeatUtc=at(hours=2))),
    ("AUD-SOURCE", "the source is off", _source(powerStatus="OFF")),
    ("AUD-SOURCE", "the source was deleted", _source(isDeleted="true")),
    ("AUD-DISK", "a disk is not copied", _disk),
    ("AUD-DISK", "a disk is not protected", _detail(unprotectedDisks=[{"diskId": "d1"}])),
    ("AUD-COPY", "a copy of two days", _slow_copy),
    ("AUD-POLICY", "thirty days", _policy(recoveryPointHistoryInMinutes=43200)),
    ("AUD-POLICY", "an interval above the retention", _policy(recoveryPointHistoryInMinutes=120)),
    ("AUD-NAME", "the name lies", _lying_name),
    ("AUD-GROUP", "two policies", lambda files: _machine(files, 1).update(policyId=f"{POLICY}-2")),
    ("AUD-GROUP", "two appliances", lambda files: _details(files, 1).update(processServerId="ps-2")),
    ("AUD-GROUP", "seventeen members", _seventeen),
    ("AUD-GROUP", "a plan that lacks a member", _plan(_without_web)),
    ("AUD-PLAN", "nine groups", _plan(_eight_groups)),
    ("AUD-PLAN", "an action that never runs", _action(failoverTypes=["PlannedFailover"])),
    (
        "AUD-PLAN-NOTE",
        "an action on the way back",
        _action(failoverTypes=["PlannedFailover"], failoverDirections=["RecoveryToPrimary"]),
    ),
    ("AUD-PLAN-NOTE", "an action of a drill", _action(failoverTypes=["TestFailover"])),
    ("AUD-PLAN-MEMBER", "a dead member", _member(f"{ITEMS}/gone")),
    ("AUD-PLAN-MEMBER", "a member twice", _member(f"{ITEMS}/db-1")),
    (
        "AUD-PLAN-OPS",
        "more than a member offers",
        _plan(lambda each: each["allowedOperations"].append("PlannedFailover")),
    ),
    ("AUD-APPLIANCE", "a critical component", _component(health="Critical")),
    ("AUD-APPLIANCE", "a silent component", _component(lastHeartbeatUtc=at(hours=1))),
    ("AUD-VERSION", "two versions", _older_appliance),
    ("AUD-VERSION", "an old agent", _agent(version="9.9.9")),
    ("AUD-HEALTH", "an error of the machine", _set(healthErrors=[ERROR])),
    ("AUD-HEALTH", "an error of the vault", _vault_error),
    ("AUD-HEALTH", "a critical event", _event),
    ("AUD-PART", "a list that goes on", _goes_on),
)
"""The check, what is broken, and the change."""

WORKED_ON = job("Resynchronize", "InProgress", hours=1)


def broken(*names: str) -> Files:
    """The invented vault with these breaks."""
    files = healthy()
    for _, why, change in BROKEN:
        if why in names:
            change(files)
    return files
