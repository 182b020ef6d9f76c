"""Exported policies and plans where a file of ours could stand: recognised by what stands in them.

Rule: a file that begins like JSON is an export; everything else is read as a file of ours.
"""

from typing import Any

import click

from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.plans import plan_of
from siteproof.conformance.exports.policies import settings_of_policy
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import ExportedVault, key_of, vault_of
from siteproof.conformance.render.text import printable
from siteproof.model.advice.recovery_plan.plan import RecoveryPlan
from siteproof.model.nouns.problem import Problem

MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def is_export(data: bytes) -> bool:
    """Whether the bytes begin like JSON (a TOML file that begins with [ goes on with a name)."""
    for mark in MARKS:
        data = data.removeprefix(mark)
    start = data.replace(b"\0", b"").lstrip()[:40]
    return start.startswith(b"{") or (start.startswith(b"[") and start[1:].lstrip()[:1] in (b"{", b"]"))


def tell_of_another(name: str, told: str | None, chosen: str) -> None:
    """A hint on standard error when a file names one provider and somebody has chosen another."""
    if told and told != chosen:
        click.echo(printable(f"hint: {name} is of the provider {told}, and is judged as one of {chosen}"), err=True)


def policy_settings(data: bytes, name: str) -> dict[str, Any]:
    """The settings of the one policy in an export."""
    vault = vault_of([opened(data, name)])
    policy = _one(vault.policies, name, "policy")
    return settings_of_policy(policy, vault.provider(policy))


def exported_plan(data: bytes, name: str) -> RecoveryPlan:
    """The one plan in an export; machines have their names where the export has them, too."""
    vault = vault_of([opened(data, name)])
    return plan_of(_one(vault.plans, name, "plan"), _names(vault))


def _names(vault: ExportedVault) -> dict[str, str]:
    return {key_of(each.id): each.name for each in vault.machines}


def _one(found: list[Thing], name: str, what: str) -> Thing:
    if len(found) != 1:
        cause = f"it has {len(found)} of them" if found else "there is none in it"
        raise Problem(f"{name} is no export of one {what}", cause, f"export one {what}; siteproof audit takes many")
    return found[0]
