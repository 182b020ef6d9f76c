"""Actions: what a walk does to a subject, as data, so that a walk can be stored, shrunk and replayed.

Rule: an action names everything it needs, faults that strike inside of it too; executing a list of actions draws no
random number.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import attrs
import msgspec
from attrs import frozen

from siteproof.conformance.coverage.events import Event
from siteproof.model.nouns.administration import AdminCommand
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Fault, FaultKind

RECORD_BYTES_MAX = 16 * 1024 * 1024
HINT = "record one with siteproof fuzz"


class ActionKind(StrEnum):
    """What is done."""

    WRITE = "write"
    DISCARD = "discard"
    FLUSH = "flush"
    COMMAND = "command"
    FAULT = "fault"
    ADVANCE = "advance"
    SETTLE = "settle"
    ADMINISTER = "administer"
    GROUP = "group"  # one command for all members of a group
    CHECKPOINT = "checkpoint"  # settle, let a point be taken, read every listed point back


@frozen
class Strike:
    """A fault of a plan: it strikes inside the action that carries it, at an instant or a number of bytes."""

    kind: FaultKind
    after_ms: int | None = None
    after_bytes: int | None = None

    def __str__(self) -> str:
        """One phrase for a trace."""
        when = f"{self.after_bytes} bytes" if self.after_ms is None else f"{self.after_ms} ms"
        return f"{self.kind.value} after {when}"


@frozen
class WalkAction:
    """One step. WRITE and DISCARD name `blocks` of `disk`; ADVANCE carries `milliseconds`; `plan` strikes inside.

    ADMINISTER carries `admin`; GROUP carries `together`, a command for the whole group.
    """

    kind: ActionKind
    machine: str = ""
    disk: str = ""
    blocks: tuple[int, ...] = ()
    milliseconds: int = 0
    command: Command | None = None
    hold: bool = False  # of a COMMAND: its job is left running
    fault: Fault | None = None
    plan: tuple[Strike, ...] = ()
    admin: AdminCommand | None = None
    together: GroupCommand | None = None

    @property
    def what(self) -> str:
        """The one word by which coverage and fingerprints know the action: its verb, its fault or its kind."""
        if self.command is not None:
            return self.command.verb.value
        if self.admin is not None:
            return self.admin.verb.value
        if self.together is not None:
            return f"group {self.together.verb.value}"
        return self.fault.kind.value if self.fault is not None else self.kind.value

    def __str__(self) -> str:
        """One line for a trace."""
        return f"{self._said()}{''.join(f', with {strike}' for strike in self.plan)}"

    def _said(self) -> str:
        if self.command is not None:
            joins = f" into {self.command.group}" if self.command.group else ""
            return f"{self.command.verb.value} {self.command.machine}{joins}{' (held)' if self.hold else ''}"
        if self.admin is not None or self.together is not None:
            return f"{self.what} {self.machine}"
        if self.fault is not None:
            return f"fault {self.fault.kind.value} {self.fault.machine}".rstrip()
        if self.blocks or self.kind is ActionKind.FLUSH:
            more = f" blocks {', '.join(map(str, self.blocks))}" if self.blocks else ""
            return f"{self.kind.value} {self.machine}/{self.disk}{more}"
        return f"{self.kind.value} {self.milliseconds} ms" if self.milliseconds else self.kind.value


@frozen
class WalkRecord:
    """A walk that can be replayed: who was asked, what was done, what was found. `kind` is always "walk".

    `history` is what the subject showed on the way (docs/histories.md); no replay reads it. `rule` is what was
    contradicted, `why` what a person wrote about it when the walk became a case.
    """

    subject: str
    scenario: Scenario
    actions: tuple[WalkAction, ...]
    seed: int
    walk: int
    expected: str = ""
    actual: str = ""
    version: str = ""
    kind: str = "walk"
    history: tuple[Event, ...] = ()
    folder: str = ""  # where the subject's name was given
    ca: str = ""  # certificates by which it is trusted
    rule: str = ""
    fingerprint: str = ""
    why: str = ""
    against: str = ""  # the subject beside which it was walked, when there is no judge between them

    def to_json(self) -> bytes:
        """The record as an indented JSON document; what has its usual value is left out."""
        return msgspec.json.format(msgspec.json.encode(brief(self)), indent=1)


def brief(value: Any) -> Any:
    """A frozen value as plain JSON values, without the fields that have their default."""
    if isinstance(value, tuple | list):
        return [brief(each) for each in value]
    if not attrs.has(type(value)):
        return msgspec.to_builtins(value)
    kept = (each for each in attrs.fields(type(value)) if _said(value, each))
    return {each.name: brief(getattr(value, each.name)) for each in kept}


def _said(value: Any, field: "attrs.Attribute[Any]") -> bool:
    """Whether a field says more than its default; the kind of a record is always said."""
    default: Any = field.default
    usual = default.factory() if hasattr(default, "factory") else default
    return field.name == "kind" or bool(getattr(value, field.name) != usual)


def read_record(document: bytes | Mapping[str, Any], name: str) -> WalkRecord:
    """The record in a JSON document (or its decoded form); Problem when it is not one."""
    try:
        if isinstance(document, bytes):
            return _checked(msgspec.json.decode(document[:RECORD_BYTES_MAX], type=WalkRecord), name)
        return _checked(msgspec.convert(document, WalkRecord), name)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(f"{name} is not a recorded walk", str(error), HINT) from error


def _checked(record: WalkRecord, name: str) -> WalkRecord:
    """Every machine is one of the scenario, and every block that is written lies on its disk, as large as it grows."""
    sizes = {(machine.name, disk.name): disk.blocks for machine in record.scenario.machines for disk in machine.disks}
    machines = {machine for machine, _ in sizes}
    for action in record.actions:
        fault = action.fault
        if fault is not None and fault.kind is FaultKind.DISK_RESIZED:
            sizes[fault.machine, fault.disk] = max(fault.amount, sizes.get((fault.machine, fault.disk), 0))
        on_disk = all(0 <= block < sizes.get((action.machine, action.disk), 0) for block in action.blocks)
        if not on_disk or (action.machine and action.machine not in machines):
            raise Problem(f"{name} is not a recorded walk", f"`{action}` is not on a disk of its scenario", HINT)
    return record
