"""A refused command changes nothing; one job at a time; nothing secret is shown (domain §1, §6)."""

import json
from pathlib import Path

import pytest

from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.groups import Grouping
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import (
    CONTRACT_VERSION,
    Arranging,
    Capability,
    DiskAddress,
    Fault,
    FaultKind,
    Subject,
    Write,
)
from siteproof.model.nouns.vocabulary import Place, Selection, Verb
from siteproof.reference.subject import ReferenceSubject, make_subject
from tests.reference.bench import Bench

STATES = ["fresh", "protected", "failed_over", "reversed"]


def bring(bench: Bench, state: str) -> None:
    """Bring the machine there, with something dirty on its way."""
    if state != "fresh":
        getattr(bench, state)()
    bench.write(77)


@pytest.mark.parametrize("state", STATES)
def test_a_refused_command_changes_neither_what_is_seen_nor_any_file(bench: Bench, state: str) -> None:
    """Every verb that is not listed is refused; observation and store are as before."""
    bring(bench, state)
    before, digest = bench.seen, bench.store_digest()
    refused = [verb for verb in Verb if verb not in before.allowed]
    assert refused
    for verb in refused:
        answer = bench.start(verb)
        assert isinstance(answer, Refusal)
        assert answer.code is ErrorCode.OPERATION_NOT_ALLOWED
    assert (bench.seen, bench.store_digest()) == (before, digest)


def test_every_listed_command_is_accepted(bench: Bench) -> None:
    """`allowed` is a promise: in each state, each listed verb becomes a job."""
    for state in STATES:
        bench.reset()
        bring(bench, state)
        for verb in bench.seen.allowed:
            bench.reset()
            bring(bench, state)
            assert isinstance(bench.start(verb), Accepted), (state, verb)
            bench.subject.settle()


def test_a_second_command_meets_the_running_job(bench: Bench) -> None:
    """Single flight: whatever the second verb is, the conflict is named and the first job goes on."""
    bench.protected()
    job = bench.start(Verb.FAIL_OVER)
    assert isinstance(job, Accepted)
    assert bench.seen.running_job == job.job
    for verb in Verb:
        answer = bench.start(verb)
        assert isinstance(answer, Refusal)
        assert answer.code is ErrorCode.OPERATION_CONFLICT
    bench.subject.settle()
    assert bench.seen.running_job == ""
    assert bench.seen.generation == 1


def test_a_wrong_policy_is_refused_at_enable(bench: Bench) -> None:
    """The interval must be less than the retention."""
    answer = bench.start(Verb.ENABLE, policy=ReplicationPolicy(720, 720))
    assert isinstance(answer, Refusal)
    assert answer.code is ErrorCode.POLICY_INVALID
    assert bench.seen.allowed == (Verb.ENABLE,)


def test_a_selection_without_a_point_of_its_kind_is_refused(bench: Bench) -> None:
    """No application-consistent point was ever taken."""
    bench.protected()
    for verb in (Verb.TEST_FAILOVER, Verb.FAIL_OVER):
        answer = bench.start(verb, selection=Selection.LATEST_APP_CONSISTENT)
        assert isinstance(answer, Refusal)
        assert answer.code is ErrorCode.RECOVERY_POINT_UNAVAILABLE


def test_restoring_a_point_that_is_not_there_is_refused(bench: Bench) -> None:
    """By name, before and after protection."""
    for _ in range(2):
        with pytest.raises(Refused, match="RecoveryPointUnavailable"):
            bench.subject.restore("web", "cp-000099")
        bench.do(Verb.ENABLE) if Verb.ENABLE in bench.seen.allowed else None


def test_a_machine_that_is_off_takes_no_write(bench: Bench) -> None:
    """After a failover the old side is off, and before one there is no other side."""
    with pytest.raises(Refused, match="OperationNotAllowed"):
        bench.write(1, place=Place.RECOVERY)
    bench.failed_over()
    with pytest.raises(Refused, match="SourceNoHeartbeat"):
        bench.write(1, place=Place.PRIMARY)


def test_observing_and_restoring_change_nothing(bench: Bench) -> None:
    """Looking twice shows the same, and the replica's files are untouched."""
    seen = bench.protected()
    bench.restored(seen.points[0].name)
    assert bench.seen == seen


def test_bad_input_is_named_in_one_problem(bench: Bench) -> None:
    """Unknown machine or disk, half a block, a block beyond the disk, an image that is not there."""
    subject = bench.subject
    for call in (
        lambda: subject.observe("nobody"),
        lambda: subject.read(DiskAddress("web", "sdz")),
        lambda: subject.write(DiskAddress("web", "sda"), (Write(0, 1, data=b"half"),)),
        lambda: subject.write(DiskAddress("web", "sda"), (Write(10**9, 1),)),
        lambda: subject.reset(Scenario((MachineSpec("web", (DiskSpec("sda", 8, "/no/such/image"),)),))),
        lambda: ReferenceSubject().observe("web"),
    ):
        with pytest.raises(Problem):
            call()


def test_no_key_is_shown_anywhere(bench: Bench) -> None:
    """Neither events, catalogue, description nor any representation holds the key-encryption key."""
    bench.protected()
    bench.fault(FaultKind.LOG_CORRUPT)
    stores = bench.subject.appliance.stores
    stream = bench.subject.appliance.vault.machine("web").stream
    assert stream is not None
    keys = stream.service.replicas["sda"].keys
    held = [bench.seen, stores.kek, stores.__dict__, bench.subject.describe(), keys]
    shown = " ".join(repr(each) for each in held) + json.dumps(bench.subject.appliance.vault.index())
    secrets = [
        value
        for holder in (stores.kek, keys)
        for value in (getattr(holder, name, None) for name in dir(holder))
        if isinstance(value, bytes) and len(value) >= 16
    ]
    assert secrets
    for secret in secrets:
        assert secret.hex() not in shown
        assert repr(secret) not in shown


def test_the_reference_satisfies_the_contract_and_declares_all_of_it() -> None:
    """Every call of the protocol is there; what it has is the product's own."""
    subject = make_subject()
    assert isinstance(subject, Subject)
    description = subject.describe()
    assert isinstance(subject, Arranging)
    assert isinstance(subject, Grouping)
    assert set(Capability) == set(description.capabilities)
    assert description.contract == CONTRACT_VERSION
    assert description.ours


def test_a_simulation_says_that_it_does_not_wait_for_the_device() -> None:
    """Without barriers the description says so."""
    assert "simulation" in make_subject(durable=False).describe().parameters["durability"]
    assert "simulation" not in make_subject().describe().parameters["durability"]


def test_a_disk_starts_from_its_image(tmp_path: Path) -> None:
    """The scenario's raw file is the disk's first content, padded with zeros, on whatever file system it lies."""
    image = tmp_path / "image.raw"
    image.write_bytes(b"\0" * 40960 + b"real data" * 1000)
    scenario = Scenario((MachineSpec("web", (DiskSpec("sda", 64, str(image)),)),))
    for subject in (make_subject(durable=False), make_subject(str(tmp_path))):
        subject.reset(scenario)
        held = Path(subject.read(DiskAddress("web", "sda")).location).read_bytes()
        assert held == image.read_bytes().ljust(64 * 4096, b"\0")
        subject.close()


def test_two_machines_do_not_touch_each_other(bench: Bench) -> None:
    """A fault for one leaves the other's replication alone; one without a name strikes both."""
    disks = (DiskSpec("sda", 64),)
    bench.subject.reset(Scenario((MachineSpec("web", disks), MachineSpec("db", disks))))
    for name in ("web", "db"):
        bench.subject.do(Command(Verb.ENABLE, name))
    bench.subject.settle()
    bench.subject.fault(Fault(FaultKind.LINK_DOWN, "web"))
    assert [bench.subject.observe(name).link_up for name in ("web", "db")] == [False, True]
    bench.subject.fault(Fault(FaultKind.LINK_DOWN))
    assert not bench.subject.observe("db").link_up
