"""What can be asked of a service about several machines: replication groups and recovery plans, by name.

Maintainers keep: as in verbs.py, a request is checked as a type before anything is touched; answers are plain values.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from attrs import frozen

from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.plans import PlanCommand, SavedPlan
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.reference import membership
from siteproof.reference.machine import Machine
from siteproof.reference.service import protecting
from siteproof.reference.service.plans import names_of_scripts
from siteproof.reference.service.service import Service


@frozen
class AllGroups:
    """Every replication group."""


@frozen
class TakeTogether:
    """A point now that all members of a group share."""

    group: str
    consistency: Consistency = Consistency.CRASH


@frozen
class AllPlans:
    """Every recovery plan."""


@frozen
class SavePlan:
    """A plan to keep, in place of the one of that name."""

    plan: SavedPlan


@frozen
class OfPlan:
    """One plan."""

    plan: str


def _groups(service: Service, asked: AllGroups) -> Any:
    del asked
    names = dict.fromkeys(machine.group for machine in service.vault.machines.values() if machine.group)
    return [_group(name, membership.members(service.vault, name)) for name in names]


def _group(name: str, circle: tuple[Machine, ...]) -> dict[str, Any]:
    points = [msgspec.to_builtins(point) for point in membership.shared(circle)]
    members = [{"machine": each.name, "protection": each.regions.protection.value} for each in circle]
    return {"name": name, "members": members, "points": points}


def _taken(service: Service, asked: TakeTogether) -> Any:
    circle = membership.members(service.vault, asked.group)
    if not circle:
        known = ", ".join(each["name"] for each in _groups(service, AllGroups())) or "none"
        raise Problem(f"no group {asked.group!r}", f"this appliance knows: {known}", "siteproof group list")
    for machine in circle:
        protecting.ship(service, machine.name)
    rounds = service.appliance.replicator.rounds
    if not rounds.take(rounds.circle(circle[0]), asked.consistency):
        hint = f"siteproof event list --machine {circle[0].name}"
        raise Problem("no shared point could be taken", "a member cannot bring its part", hint, ExitCode.CANNOT_JUDGE)
    service.keep()
    return _group(asked.group, circle)


def _lead(service: Service, asked: GroupCommand) -> Any:
    job = service.do_group(asked)
    service.settle()
    return {"job": job, **_group(asked.group, membership.members(service.vault, asked.group))}


def _plans(service: Service, asked: AllPlans) -> Any:
    del asked
    return [_row(service, name) for name in service.appliance.kept_plans.plans]


def _row(service: Service, name: str) -> dict[str, Any]:
    seen = service.appliance.plans.observe(name)
    machines = sum(len(group.machines) for group in seen.plan.groups)
    shown = {"phase": seen.phase.value, "result": seen.result.value, "prompt": seen.prompt}
    return {"name": name, "groups": len(seen.plan.groups), "machines": machines, **shown}


def _save(service: Service, asked: SavePlan) -> Any:
    protecting.check_word("plan", asked.plan.name)
    service.appliance.plans.save(asked.plan)
    scripts = service.appliance.kept_plans.scripts
    missing = [name for name in names_of_scripts(asked.plan) if scripts is None or scripts.path(name) is None]
    return {**_row(service, asked.plan.name), "missing_scripts": missing}


def _shown(service: Service, name: str) -> Any:
    return msgspec.to_builtins(service.appliance.plans.observe(name))


def _run(service: Service, asked: PlanCommand) -> Any:
    service.now()
    job = service.appliance.plans.run(asked).job
    service.settle()
    return {"job": job, **_shown(service, asked.plan)}


def _answered(service: Service, asked: OfPlan) -> Any:
    job = service.appliance.plans.answer(asked.plan).job
    service.settle()
    return {"job": job, **_shown(service, asked.plan)}


VERBS: Mapping[str, tuple[type, Callable[[Service, Any], Any]]] = {
    "group.list": (AllGroups, _groups),
    "group.take": (TakeTogether, _taken),
    "group.do": (GroupCommand, _lead),
    "plan.list": (AllPlans, _plans),
    "plan.show": (OfPlan, lambda service, asked: _shown(service, asked.plan)),
    "plan.save": (SavePlan, _save),
    "plan.run": (PlanCommand, _run),
    "plan.answer": (OfPlan, _answered),
}
"""Each verb's request and what answers it."""
