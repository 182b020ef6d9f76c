"""The lifecycle that the adapter invents: allowed is what is accepted, and a refusal changes nothing."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from siteproof.conformance.adapters.qemu import lifecycle
from siteproof.conformance.adapters.qemu.adapter import QemuSubject
from siteproof.model.nouns.commands import Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Provider, Unsupported
from siteproof.model.nouns.vocabulary import Place, Protection, Selection, TestFailover, Verb

Bench = Any

ROADS: dict[str, tuple[Verb, ...]] = {
    "unprotected": (),
    "protected": (Verb.ENABLE,),
    "in a test": (Verb.ENABLE, Verb.TEST_FAILOVER),
    "tested": (Verb.ENABLE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST),
    "failed over": (Verb.ENABLE, Verb.FAIL_OVER),
    "committed": (Verb.ENABLE, Verb.FAIL_OVER, Verb.COMMIT),
    "migrated": (Verb.ENABLE, Verb.FAIL_OVER, Verb.COMPLETE_MIGRATION),
    "given up": (Verb.ENABLE, Verb.FAIL_OVER, Verb.DISABLE),
}


@pytest.mark.parametrize("road", ROADS)
def test_exactly_the_allowed_verbs_are_accepted(bench: Bench, road: str) -> None:
    """In every state each verb that is not listed is refused by name (or declined) and changes nothing."""
    for verb in ROADS[road]:
        bench.do(verb)
    before = bench.seen
    for verb in [each for each in Verb if each not in before.allowed]:
        try:
            answer = bench.subject.do(Command(verb, "vm"))
        except Unsupported:
            assert before.regions.protection in lifecycle.OUT_OF_SCOPE[verb]
        else:
            assert isinstance(answer, Refusal)
        assert bench.seen == before


@pytest.mark.parametrize("road", ROADS)
def test_every_allowed_verb_works(bench: Bench, road: str) -> None:
    """In every state each listed verb is accepted."""
    for verb in lifecycle.allowed(_regions_after(bench, road)):
        _regions_after(bench, road)
        bench.do(verb)


def _regions_after(bench: Bench, road: str) -> Any:
    bench.start_anew()
    for verb in ROADS[road]:
        bench.do(verb)
    return bench.seen.regions


def test_the_regions_follow_the_work(bench: Bench) -> None:
    """Each step shows in the regions, in what runs, and in the generation."""
    bench.protect()
    bench.do(Verb.TEST_FAILOVER)
    assert bench.seen.regions.test_failover is TestFailover.COMPLETED
    assert bench.seen.running == (Place.PRIMARY, Place.TEST)
    assert [point.pinned for point in bench.seen.points] == [True]
    bench.do(Verb.CLEAN_UP_TEST)
    bench.do(Verb.FAIL_OVER)
    assert bench.seen.regions.protection is Protection.FAILED_OVER
    assert bench.seen.running == (Place.RECOVERY,)
    assert bench.seen.generation == 1


def test_points_come_every_five_minutes_and_keep_their_names(bench: Bench) -> None:
    """An hour has twelve points besides the first, five minutes apart, each with a name of its own."""
    bench.protect()
    for minutes in (7, 0.5, 52.5):
        bench.subject.advance(int(minutes * 60_000))
    taken = [point.taken_at_ms for point in bench.seen.points]
    assert [later - earlier for earlier, later in itertools.pairwise(taken)] == [300_000] * 12
    assert len({point.name for point in bench.seen.points}) == 13


def test_watermarks_follow_the_writes(bench: Bench) -> None:
    """Written runs ahead, the initial copy has what was written before it, shipping and points bring the rest up."""
    bench.write("system", 1)
    bench.subject.do(Command(Verb.ENABLE, "vm"))
    bench.write("system", 2, 3)
    bench.machine.finish_job()
    assert marks_of(bench) == (3, 1, 1)
    bench.subject.settle()
    assert marks_of(bench) == (3, 3, 1)
    bench.point()
    assert marks_of(bench) == (3, 3, 3)


def marks_of(bench: Bench) -> tuple[int, int, int]:
    """Written, applied and pointed of the first disk."""
    marks = bench.seen.disks[0].watermarks
    return marks.written, marks.applied, marks.pointed


def test_latest_makes_a_point_of_what_has_arrived(bench: Bench) -> None:
    """Failing over to the latest first lists what was received and has no point yet."""
    bench.protect()
    bench.write("data", 5)
    bench.subject.settle()
    assert len(bench.seen.points) == 1
    bench.do(Verb.FAIL_OVER)
    assert len(bench.seen.points) == 2
    assert bench.at() == bench.instant()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda: Command(Verb.FAIL_OVER, "vm", Selection.CUSTOM, "vm-point-99"), ErrorCode.RECOVERY_POINT_UNAVAILABLE),
        (lambda: Command(Verb.TEST_FAILOVER, "vm", Selection.CUSTOM, ""), ErrorCode.RECOVERY_POINT_UNAVAILABLE),
    ],
)
def test_an_unknown_point_is_refused(bench: Bench, command: Callable[[], Command], code: ErrorCode) -> None:
    """A point that is not listed cannot be chosen."""
    bench.protect()
    before = bench.seen
    assert bench.subject.do(command()).code is code
    assert bench.seen == before


def test_a_clone_is_not_protected_beside_its_original(qemu: QemuSubject) -> None:
    """The identity of a protected machine is taken; after its end it is free again."""
    disk = (DiskSpec("d", 16),)
    qemu.reset(Scenario((MachineSpec("one", disk, identity="i"), MachineSpec("two", disk, identity="i"))))
    qemu.do(Command(Verb.ENABLE, "one"))
    qemu.settle()
    answer = qemu.do(Command(Verb.ENABLE, "two"))
    assert isinstance(answer, Refusal)
    assert answer.code is ErrorCode.DUPLICATE_MACHINE_IDENTITY
    qemu.do(Command(Verb.DISABLE, "one"))
    assert not isinstance(qemu.do(Command(Verb.ENABLE, "two")), Refusal)


def test_what_is_not_offered_is_declined(bench: Bench) -> None:
    """Groups are neither declared nor pretended; a wrong policy is refused."""
    with pytest.raises(Unsupported):
        bench.subject.do(Command(Verb.ENABLE, "vm", group="g"))
    answer = bench.subject.do(Command(Verb.ENABLE, "vm", policy=ReplicationPolicy(retention_minutes=-1)))
    assert answer.code is ErrorCode.POLICY_INVALID
    assert bench.seen.regions.protection is Protection.UNPROTECTED


def test_the_description_is_honest(qemu: QemuSubject) -> None:
    """The lifecycle is claimed for the adapter, the copying for QEMU, whose version is the one that runs."""
    said = qemu.describe()
    claims = {capability.value: provider for capability, provider in said.capabilities.items()}
    assert claims["delta"] is Provider.PRODUCT
    assert claims["lifecycle"] is claims["failover"] is claims["virtual_clock"] is Provider.ADAPTER
    assert not {"resync", "reprotect", "retention", "app_points", "groups"} & set(claims)
    qemu.reset(Scenario((MachineSpec("vm", (DiskSpec("d", 16),)),)))
    assert qemu._sites is not None
    running = qemu._sites.sources[0].execute("query-version")["qemu"]
    assert said.version.startswith(f"{running['major']}.{running['minor']}.{running['micro']}")
