"""An invented vault in the service's shape: two machines in a group, policy, points, plan, appliance; all healthy.

Rule: every name and number is made up; the shapes are those of the public API. Parts are fresh copies.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from siteproof.conformance.audit.audit import Audit, audit
from siteproof.conformance.audit.check import AuditLimits
from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.vault import ExportedVault, vault_of

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
VAULT = "/Subscriptions/0/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/invented"
FABRIC = f"{VAULT}/replicationFabrics/site-a"
ITEMS = f"{FABRIC}/replicationProtectionContainers/c1/replicationProtectedItems"
POLICY = f"{VAULT}/replicationPolicies/one-day"
KIND = "Microsoft.RecoveryServices/vaults"
Parts = dict[str, Any]


def at(**ago: float) -> str:
    """A moment so long before now, as the service writes it."""
    return (NOW - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%S.1234567Z")


def machine(name: str) -> Parts:
    """A protected machine."""
    return {
        "id": f"{ITEMS}/{name}",
        "name": name,
        "type": f"{KIND}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems",
        "properties": {
            "friendlyName": name.upper(),
            "protectionState": "Protected",
            "protectionStateDescription": "Protected",
            "activeLocation": "Primary",
            "testFailoverState": "None",
            "allowedOperations": ["UnplannedFailover", "TestFailover", "DisableProtection"],
            "replicationHealth": "Normal",
            "healthErrors": [],
            "policyId": POLICY,
            "policyFriendlyName": "one-day",
            "lastSuccessfulFailoverTime": None,
            "lastSuccessfulTestFailoverTime": at(days=30),
            "currentScenario": {"scenarioName": "None", "startTime": "1753-01-01T01:01:01Z"},
            "providerSpecificDetails": {
                "instanceType": "InMageRcm",
                "multiVmGroupName": "shop",
                "processServerId": "ps-1",
                "targetNetworkId": "/networks/production",
                "testNetworkId": "/networks/isolated",
                "lastRecoveryPointReceived": at(minutes=4),
                "lastRpoInSeconds": 180,
                "lastRpoCalculatedTime": at(minutes=1),
                "initialReplicationProgressPercentage": None,
                "resyncRequired": "false",
                "resyncState": "None",
                "resyncProcessedBytes": None,
                "protectedDisks": [
                    {
                        "diskId": "d0",
                        "diskName": "disk 0",
                        "isInitialReplicationComplete": "true",
                        "dataPendingInLogDataStoreInMB": 0.0,
                        "dataPendingAtSourceAgentInMB": 0.5,
                    }
                ],
                "unprotectedDisks": [],
                "mobilityAgentDetails": {
                    "version": "9.60.1",
                    "latestVersion": "9.60.1",
                    "lastHeartbeatUtc": at(minutes=2),
                },
                "discoveredVmDetails": {"powerStatus": "ON", "isDeleted": False},
            },
        },
    }


def policy() -> Parts:
    """One day, app-consistent every four hours."""
    return {
        "id": POLICY,
        "name": "one-day",
        "type": f"{KIND}/replicationPolicies",
        "properties": {
            "friendlyName": "one-day",
            "providerSpecificDetails": {
                "instanceType": "InMageRcm",
                "recoveryPointHistoryInMinutes": 1440,
                "appConsistentFrequencyInMinutes": 240,
                "crashConsistentFrequencyInMinutes": 5,
                "enableMultiVmSync": "true",
            },
        },
    }


def points(name: str) -> list[Parts]:
    """Every five minutes for two hours, hourly before, app-consistent every four hours."""
    ages = [*range(5, 120, 5), *range(120, 24 * 60, 60)]
    return [point(name, minutes, app=minutes % 240 == 0 or minutes == 60) for minutes in ages]


def point(name: str, minutes: float, *, app: bool = False) -> Parts:
    """A point of this age."""
    place = f"{VAULT}/replicationFabrics/site-a/replicationProtectionContainers/cloud_1/replicationProtectedItems"
    return {
        "id": f"{place}/{name}/recoveryPoints/p{minutes:g}",
        "name": f"p{minutes:g}",
        "type": f"{KIND}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems/recoveryPoints",
        "properties": {
            "recoveryPointTime": at(minutes=minutes),
            "recoveryPointType": "AppConsistent" if app else "CrashConsistent",
        },
    }


def action(kind: str, name: str, **more: list[str]) -> Parts:
    """An action of a plan."""
    every = {"failoverTypes": ["UnplannedFailover"], "failoverDirections": ["PrimaryToRecovery"], **more}
    return {"actionName": name, **every, "customDetails": {"instanceType": f"{kind}ActionDetails"}}


def plan() -> Parts:
    """Data first, then the front, with an approval between."""
    boot = {"groupType": "Boot", "startGroupActions": [], "endGroupActions": []}
    return {
        "id": f"{VAULT}/replicationRecoveryPlans/shop",
        "name": "shop",
        "type": f"{KIND}/replicationRecoveryPlans",
        "properties": {
            "friendlyName": "shop",
            "replicationProviders": ["InMageRcm"],
            "allowedOperations": ["UnplannedFailover", "TestFailover"],
            "groups": [
                {**boot, "groupType": "Shutdown", "replicationProtectedItems": []},
                {**boot, "groupType": "Failover", "replicationProtectedItems": []},
                {**boot, "replicationProtectedItems": [{"id": f"{ITEMS}/db-1"}]},
                {
                    **boot,
                    "replicationProtectedItems": [],
                    "startGroupActions": [
                        action("Manual", "approve", failoverTypes=["TestFailover", "UnplannedFailover"])
                    ],
                },
                {
                    **boot,
                    "replicationProtectedItems": [{"id": f"{ITEMS}/web-1"}],
                    "endGroupActions": [action("AutomationRunbook", "point the name service at the cloud")],
                },
            ],
        },
    }


def fabric() -> Parts:
    """An appliance whose components are all well."""
    part = {"id": "ps-1", "name": "appliance-1", "version": "9.60.1", "lastHeartbeatUtc": at(minutes=1)}
    well = {**part, "health": "Normal", "healthErrors": []}
    return {
        "id": FABRIC,
        "name": "site-a",
        "type": f"{KIND}/replicationFabrics",
        "properties": {
            "friendlyName": "site-a",
            "health": "Normal",
            "healthErrorDetails": [],
            "customDetails": {"instanceType": "InMageRcm", "processServers": [well], "dras": [dict(well)]},
        },
    }


def healthy() -> dict[str, Any]:
    """The whole vault: files by name."""
    return {
        "machines.json": {"value": [machine("db-1"), machine("web-1")]},
        "policies.json": [policy()],
        "points-db.json": {"value": points("db-1"), "nextLink": None},
        "points-web.json": {"value": points("web-1")},
        "plans.json": plan(),
        "fabrics.json": {"value": [fabric()]},
        "jobs.json": [job("TestFailover", "Succeeded", hours=2)],
        "health.json": {"type": f"{KIND}/replicationVaultHealth", "name": "Default", "properties": {"vaultErrors": []}},
    }


def job(scenario: str, state: str, **ago: float) -> Parts:
    """A job of the first machine."""
    return {
        "id": f"{VAULT}/replicationJobs/j-{scenario}-{state}",
        "name": f"j-{scenario}-{state}",
        "type": f"{KIND}/replicationJobs",
        "properties": {
            "scenarioName": scenario,
            "state": state,
            "startTime": at(**ago),
            "endTime": None,
            "targetObjectName": "DB-1",
        },
    }


def vault(files: dict[str, Any]) -> ExportedVault:
    """The files as they are read."""
    return vault_of(opened(json.dumps(each).encode(), name) for name, each in files.items())


def audited(files: dict[str, Any], older: dict[str, Any] | None = None, limits: AuditLimits | None = None) -> Audit:
    """The audit at the invented moment."""
    return audit(vault(files), NOW_MS, limits, vault(older) if older is not None else None)


def found(files: dict[str, Any], older: dict[str, Any] | None = None) -> set[str]:
    """The checks that fire."""
    return {each.check.id for each in audited(files, older).new}


def written(folder: Path, files: dict[str, Any]) -> Path:
    """The files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, each in files.items():
        (folder / name).write_text(json.dumps(each))
    return folder
