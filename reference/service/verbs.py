"""What can be asked of a service, by name, with plain values: the same for a command line, a socket and an API.

Maintainers keep: a request is checked as a type before anything is touched; an answer is plain JSON values. Whoever
calls holds the service's guard.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from attrs import evolve, frozen

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Consistency, Location, Selection, Verb
from siteproof.reference import observer
from siteproof.reference.service import losses, metrics, protecting, together
from siteproof.reference.service.service import Service

Answer = Any


@frozen
class Nothing:
    """No argument."""


@frozen
class OfMachine:
    """A machine, or every one when it is empty."""

    machine: str = ""


@frozen
class Protect:
    """A new machine with these raw images, as absolute paths; what is None is as the configuration says.

    With a group it becomes a member of that replication group.
    """

    machine: str
    images: tuple[str, ...]
    retention_minutes: int | None = None
    app_consistent_minutes: int | None = None
    rpo_threshold_minutes: int | None = None
    group: str = ""


@frozen
class EditPolicy:
    """Other values for a machine's policy; what is None stays."""

    machine: str
    retention_minutes: int | None = None
    app_consistent_minutes: int | None = None
    rpo_threshold_minutes: int | None = None


@frozen
class Lifecycle:
    """A command of the lifecycle."""

    machine: str
    verb: Verb
    selection: Selection = Selection.LATEST
    point: str = ""
    shutdown: bool = True
    location: Location = Location.ORIGINAL
    consistency: Consistency = Consistency.CRASH


@frozen
class Named:
    """One machine."""

    machine: str


@frozen
class TakePoint:
    """A point now."""

    machine: str
    consistency: Consistency = Consistency.CRASH


@frozen
class OfPoint:
    """One point of a machine."""

    machine: str
    point: str


@frozen
class Export:
    """A disk at a point, to a new raw file at an absolute path."""

    machine: str
    point: str
    target: str
    disk: str = ""


def _protect(service: Service, asked: Protect) -> Answer:
    policy = _changed(service.appliance.policy, asked)
    job = protecting.protect(service, asked.machine, asked.images, policy, asked.group)
    service.settle()
    return {"job": job, **_shown(service, asked.machine)}


def _changed(policy: ReplicationPolicy, asked: Protect | EditPolicy) -> ReplicationPolicy:
    names = ("retention_minutes", "app_consistent_minutes", "rpo_threshold_minutes")
    given = {name: getattr(asked, name) for name in names}
    return evolve(policy, **{name: value for name, value in given.items() if value is not None})


def _edit_policy(service: Service, asked: EditPolicy) -> Answer:
    policy = _changed(service.machine(asked.machine).policy, asked)
    return msgspec.to_builtins(protecting.set_policy(service, asked.machine, policy))


def _lifecycle(service: Service, asked: Lifecycle) -> Answer:
    given = {name: getattr(asked, name) for name in ("selection", "point", "shutdown", "location", "consistency")}
    job = service.do(Command(asked.verb, asked.machine, **given))
    service.settle()
    return {"job": job, **_shown(service, asked.machine)}


def _shown(service: Service, name: str) -> dict[str, Any]:
    service.machine(name)
    seen = msgspec.to_builtins(observer.observe(service.appliance, name))
    seen["images"] = sorted(service.vault.images.get(name, {}).values())
    return dict(seen)


def _forced(service: Service, asked: Named) -> Answer:
    job = protecting.force_disable(service, asked.machine)
    return {"job": job, **_shown(service, asked.machine)}


def _forget(service: Service, asked: OfMachine) -> Answer:
    protecting.forget(service, asked.machine)
    return {"forgotten": asked.machine}


def _list(table: str) -> Callable[[Service, OfMachine], Answer]:
    def rows(service: Service, asked: OfMachine) -> Answer:
        if asked.machine:
            service.machine(asked.machine)
        return service.vault.index_of.rows(table, asked.machine)

    return rows


def _taken(service: Service, asked: TakePoint) -> Answer:
    return msgspec.to_builtins(protecting.take_point(service, asked.machine, asked.consistency))


def _exported(service: Service, asked: Export) -> Answer:
    size = protecting.export(service, asked.machine, asked.point, Path(asked.target), asked.disk)
    return {"size_bytes": size, "file": asked.target}


def _verified(service: Service, asked: OfPoint) -> Answer:
    return {"blocks": protecting.verify(service, asked.machine, asked.point)}


def _lost(service: Service, asked: OfMachine) -> Answer:
    return msgspec.to_builtins(losses.losses(service.machine(asked.machine)))


def _metrics(service: Service, asked: Nothing) -> Answer:
    del asked
    return metrics.exposition(service.appliance)


VERBS: Mapping[str, tuple[type, Callable[[Service, Any], Answer]]] = {
    "appliance.metrics": (Nothing, _metrics),
    "machine.protect": (Protect, _protect),
    "machine.list": (OfMachine, _list("machines")),
    "machine.show": (OfMachine, lambda service, asked: _shown(service, asked.machine)),
    "machine.losses": (OfMachine, _lost),
    "machine.ship": (OfMachine, lambda service, asked: {"bytes_sent": protecting.ship(service, asked.machine)}),
    "machine.do": (Lifecycle, _lifecycle),
    "machine.force_disable": (Named, _forced),
    "machine.forget": (OfMachine, _forget),
    "machine.policy": (EditPolicy, _edit_policy),
    "point.take": (TakePoint, _taken),
    "point.list": (OfMachine, _list("points")),
    "point.verify": (OfPoint, _verified),
    "point.export": (Export, _exported),
    **together.VERBS,
    "job.list": (OfMachine, _list("jobs")),
    "event.list": (OfMachine, _list("events")),
}


def call(service: Service, verb: str, arguments: Mapping[str, Any]) -> Answer:
    """Answer a request; Problem or Refused change nothing, and every other answer is durable."""
    if verb not in VERBS:
        raise Problem(f"nothing is called {verb!r}", f"there is {', '.join(VERBS)}", "update the older side")
    kind, answer = VERBS[verb]
    try:
        asked: Any = msgspec.convert(dict(arguments), kind)
    except msgspec.ValidationError as error:
        raise Problem(f"{verb} cannot be done like that", str(error), "mend the request") from error
    with service.guard:
        service.now()
        found = answer(service, asked)
        service.keep()
    return found
