"""Groups of the reference: rounds of all members or of none, moves of all members or of none."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Place, Protection, Site, Verb
from siteproof.reference.equipment import Equipment
from siteproof.reference.failover import built
from siteproof.reference.host import Host
from siteproof.reference.jobs import JobFailed
from siteproof.reference.machine import Machine
from siteproof.reference.points import StoredPoint
from siteproof.reference.subject import ReferenceSubject, make_subject
from tests.reference.bench import MINUTE_MS

GROUP = "shop"
NAMES = ("web", "database")


@pytest.fixture
def subject(tmp_path: Path) -> Iterator[ReferenceSubject]:
    """Two members that were enabled two minutes after each other."""
    made = make_subject(str(tmp_path), durable=False)
    made.reset(Scenario(tuple(MachineSpec(name, (DiskSpec("sda", 64),)) for name in NAMES)))
    for name in NAMES:
        made.do(Command(Verb.ENABLE, name, group=GROUP))
        made.settle()
        made.advance(2 * MINUTE_MS)
    yield made
    made.close()


def shared(subject: ReferenceSubject, name: str) -> list[str]:
    """The names of the points that a member shows as shared."""
    return [point.name for point in subject.observe(name).points if point.shared == GROUP]


def moves(subject: ReferenceSubject, verb: Verb) -> set[Protection]:
    """Where a command of the group leads its members."""
    subject.do_group(GroupCommand(verb, GROUP))
    subject.settle()
    return {subject.observe(name).regions.protection for name in NAMES}


def test_members_fall_into_one_step(subject: ReferenceSubject) -> None:
    """However long after each other they were enabled, each of them has a point every five minutes, the shared one."""
    subject.advance(31 * MINUTE_MS)
    for name in NAMES:
        taken = [point.taken_at_ms for point in subject.observe(name).points]
        gaps = {later - earlier for earlier, later in pairwise(taken[1:])}
        assert gaps == {5 * MINUTE_MS}
    assert shared(subject, "web") == shared(subject, "database")
    assert len(shared(subject, "web")) >= 5


def test_a_part_that_cannot_be_kept_leaves_no_part(subject: ReferenceSubject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second member's store refuses the point: the first one's part is dropped, and each takes its own."""
    replicator = subject.appliance.replicator
    keep = replicator.keep_point

    def refuses(machine: Machine, point: StoredPoint) -> bool:
        return machine.name == "web" and keep(machine, point)

    monkeypatch.setattr(replicator, "keep_point", refuses)
    known = {name: len(subject.observe(name).points) for name in NAMES}
    subject.advance(10 * MINUTE_MS)
    assert [shared(subject, name) for name in NAMES] == [[], []]
    assert all(len(subject.observe(name).points) > known[name] for name in NAMES)


def test_a_machine_that_cannot_be_built_moves_nobody(
    subject: ReferenceSubject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first member's machine is made and the second one's is not: none is left, and a second try works."""
    subject.advance(6 * MINUTE_MS)

    def fails(appliance: Equipment, machine: Machine, point: str, place: Place) -> Host:
        if machine.name == "database":
            raise JobFailed(ErrorCode.FAILOVER_MACHINE_CREATE_FAILED, point)
        return built(appliance, machine, point, place)

    monkeypatch.setattr("siteproof.reference.together.built", fails)
    assert moves(subject, Verb.FAIL_OVER) == {Protection.FAILOVER_FAILED}
    assert {subject.observe(name).regions.active for name in NAMES} == {Site.PRIMARY}
    assert all(Place.RECOVERY not in subject.observe(name).running for name in NAMES)
    monkeypatch.undo()
    assert moves(subject, Verb.FAIL_OVER) == {Protection.FAILED_OVER}


def test_a_failback_that_fails_leaves_every_cloud_machine_running(subject: ReferenceSubject) -> None:
    """One member's changes do not arrive: all members go on in the cloud, and the next failback brings all home."""
    subject.advance(6 * MINUTE_MS)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        moves(subject, verb)
    subject.write(DiskAddress("database", "sda"), (Write(1, 1),))
    subject.fault(Fault(FaultKind.LINK_DOWN, "database"))
    assert moves(subject, Verb.FAIL_BACK) == {Protection.PROTECTED}
    assert all(subject.observe(name).running == (Place.RECOVERY,) for name in NAMES)
    subject.fault(Fault(FaultKind.LINK_UP, "database"))
    assert moves(subject, Verb.FAIL_BACK) == {Protection.FAILED_OVER}
    assert all(subject.observe(name).running == (Place.PRIMARY,) for name in NAMES)


def test_a_cancelled_job_of_a_group_ends_for_all(subject: ReferenceSubject) -> None:
    """An operator cancels the failover at one member: no member fails over."""
    subject.advance(6 * MINUTE_MS)
    subject.do_group(GroupCommand(Verb.FAIL_OVER, GROUP))
    subject.fault(Fault(FaultKind.JOB_CANCELLED, "database"))
    subject.settle()
    assert {subject.observe(name).regions.protection for name in NAMES} == {Protection.FAILOVER_FAILED}


def test_who_is_disabled_leaves_the_group(subject: ReferenceSubject) -> None:
    """The one that is left is alone, takes points of its own, and still moves by the group's command only."""
    subject.advance(6 * MINUTE_MS)
    subject.do(Command(Verb.DISABLE, "database"))
    subject.settle()
    assert subject.observe("database").group == ""
    assert (subject.observe("web").group, shared(subject, "web")) == (GROUP, [])
    assert Verb.FAIL_OVER not in subject.observe("web").allowed
