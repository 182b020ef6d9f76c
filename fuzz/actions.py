"""Actions: what a walk does to a subject, as data, so that a walk can be stored, shrunk and replayed.

Rule: an action names everything it needs; executing a list of actions draws no random number.
"""

from enum import StrEnum
from typing import Any

import msgspec
from attrs import frozen

from siteproof.conformance.coverage.events import Event
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import Fault

RECORD_BYTES_MAX = 16 * 1024 * 1024


class Kind(StrEnum):
    """What is done."""

    WRITE = "write"
    DISCARD = "discard"
    COMMAND = "command"
    FAULT = "fault"
    ADVANCE = "advance"
    SETTLE = "settle"
    CHECKPOINT = "checkpoint"  # settle, let a point be taken, read every listed point back


@frozen
class Action:
    """One step. WRITE and DISCARD name `blocks` of `disk`; ADVANCE carries `milliseconds`."""

    kind: Kind
    machine: str = ""
    disk: str = ""
    blocks: tuple[int, ...] = ()
    milliseconds: int = 0
    command: Command | None = None
    hold: bool = False  # of a COMMAND: its job is left running
    fault: Fault | None = None

    def __str__(self) -> str:
        """One line for a trace."""
        if self.command is not None:
            return f"{self.command.verb.value} {self.command.machine}"
        if self.fault is not None:
            return f"fault {self.fault.kind.value}"
        if self.blocks:
            return f"{self.kind.value} {self.machine}/{self.disk} blocks {', '.join(map(str, self.blocks))}"
        return f"{self.kind.value} {self.milliseconds} ms" if self.milliseconds else self.kind.value


@frozen
class WalkRecord:
    """A walk that can be replayed: who was asked, what was done, what was found. `kind` is always "walk".

    `history` is what the subject showed on the way (docs/histories.md); no replay reads it.
    """

    subject: str
    scenario: Scenario
    actions: tuple[Action, ...]
    seed: int
    walk: int
    expected: str = ""
    actual: str = ""
    version: str = ""
    kind: str = "walk"
    history: tuple[Event, ...] = ()
    folder: str = ""  # where the subject's name was given

    def to_json(self) -> bytes:
        """The record as an indented JSON document."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


def read_record(document: bytes | dict[str, Any], name: str) -> WalkRecord:
    """The record in a JSON document (or its decoded form); Problem when it is not one."""
    try:
        if isinstance(document, bytes):
            return _checked(msgspec.json.decode(document[:RECORD_BYTES_MAX], type=WalkRecord), name)
        return _checked(msgspec.convert(document, WalkRecord), name)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Problem(f"{name} is not a recorded walk", str(error), "record one with siteproof fuzz") from error


def _checked(record: WalkRecord, name: str) -> WalkRecord:
    """Every block that is written lies on its disk."""
    sizes = {(machine.name, disk.name): disk.blocks for machine in record.scenario.machines for disk in machine.disks}
    for action in record.actions:
        size = sizes.get((action.machine, action.disk), 0)
        if any(not 0 <= block < size for block in action.blocks):
            cause = f"`{action}` is not on a disk of its scenario"
            raise Problem(f"{name} is not a recorded walk", cause, "record one with siteproof fuzz")
    return record
