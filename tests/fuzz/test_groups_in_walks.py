"""Walks know groups and administration: one command for all members, followed at each; a policy that is edited."""

from siteproof.fuzz.actions import ActionKind, WalkAction, WalkRecord, read_record
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.fingerprint import shape
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.walk import Walk
from siteproof.fuzz.walker import GROUP
from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.zoo.version2 import VERSION2
from tests.fuzz.campaigns import HONEST, target

PAIR = Scenario(tuple(MachineSpec(name, (DiskSpec("disk0", 8),), identity=name) for name in ("vm1", "vm2")))


def together(verb: Verb) -> WalkAction:
    """One command for the group."""
    return WalkAction(ActionKind.GROUP, "vm1", together=GroupCommand(verb, GROUP))


def joins(name: str) -> WalkAction:
    """A machine is protected as a member."""
    return WalkAction(ActionKind.COMMAND, name, command=Command(Verb.ENABLE, name, group=GROUP))


WRITES = tuple(WalkAction(ActionKind.WRITE, name, "disk0", (0, 3)) for name in ("vm1", "vm2"))
REST = WalkAction(ActionKind.CHECKPOINT, "vm1")
EDIT = AdminCommand(AdminVerb.EDIT_POLICY, "vm1", ReplicationPolicy(retention_minutes=60))
EDITED = WalkAction(ActionKind.ADMINISTER, "vm1", admin=EDIT)
WALK = (
    joins("vm1"),
    joins("vm2"),
    *WRITES,
    REST,
    *WRITES,
    REST,
    together(Verb.FAIL_OVER),
    *WRITES,
    together(Verb.COMMIT),
)


def walked(name: str, scenario: Scenario, actions: tuple[WalkAction, ...]) -> Walk:
    """The walk on a subject."""
    walking = WalkCourse(target(name), 0, len(actions)).open()
    try:
        return walking.repeat(scenario, actions)
    finally:
        walking.close()


def test_a_groups_command_is_followed_at_every_member() -> None:
    """The honest reference passes, and what was done to the group has cells and a shape of its own."""
    walk = walked(HONEST, PAIR, WALK)
    assert walk.finding is None
    assert {cell.what for cell in walk.cells} >= {"group fail_over", "group commit"}
    assert shape(WALK) == ("enable", "write", "group fail_over", "write", "group commit")


def test_a_wrong_group_is_found_by_a_walk() -> None:
    """A shared point that lacks the member that was cut off, and a member that fails over alone: each by its rule."""
    cut_off = WalkAction(ActionKind.FAULT, "vm2", fault=Fault(FaultKind.LINK_DOWN, "vm2"))
    alone = WalkAction(ActionKind.COMMAND, "vm1", command=Command(Verb.FAIL_OVER, "vm1"))
    for name, rule, last in (("G1", "SP-GRP-2", (cut_off, *WRITES, REST, REST)), ("G4", "SP-GRP-5", (alone,))):
        actions = (joins("vm1"), joins("vm2"), *WRITES, REST, *last)
        assert walked(HONEST, PAIR, actions).finding is None
        finding = walked(VERSION2[name].factory, PAIR, actions).finding
        assert finding is not None
        assert finding.rule == rule


def test_a_wrong_administration_is_found_by_a_walk() -> None:
    """One that forces an end though the source answers fails on an administrative action."""
    forced = WalkAction(ActionKind.ADMINISTER, "vm1", admin=AdminCommand(AdminVerb.FORCE_DISABLE, "vm1"))
    actions = (WalkAction(ActionKind.COMMAND, "vm1", command=Command(Verb.ENABLE, "vm1")), forced)
    assert walked(HONEST, PLAIN, actions).finding is None
    finding = walked(VERSION2["A4"].factory, PLAIN, actions).finding
    assert finding is not None
    assert finding.rule == "SP-LC-41"


def test_an_edit_is_an_action_and_is_kept_with_its_walk() -> None:
    """It is carried out, has a cell, and comes back from the file of a walk as it was."""
    walk = walked(HONEST, PLAIN, (WalkAction(ActionKind.COMMAND, "vm1", command=Command(Verb.ENABLE, "vm1")), EDITED))
    assert walk.finding is None
    assert "edit_policy" in {cell.what for cell in walk.cells}
    record = WalkRecord("python:a:b", PAIR, (EDITED, *WALK), 1, 1)
    assert read_record(record.to_json(), "x") == record
