"""Byte fuzzing: its targets hold, its alarms ring, and the same seed makes the same inputs."""

from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.vault import vault_of
from siteproof.fuzz.bytes import run, store_targets, text_targets
from siteproof.fuzz.bytes.run import TARGETS, ByteRun, failed
from siteproof.fuzz.bytes.tampering import tampered
from siteproof.fuzz.bytes.target import ByteTarget, must
from siteproof.model.advice.policy.request import parse_policy
from siteproof.model.advice.recovery_plan.reading import parse_plan
from siteproof.model.nouns.problem import ExitCode


def test_every_target_holds_on_right_and_on_wrong_bytes() -> None:
    """Each target in turn, its right bytes first: nothing that nobody named, and each has had its share."""
    done = ByteRun(list(TARGETS.values()), 3).go(2_000)
    assert list(done.failures.values()) == []
    assert done.total == 2_000
    assert min(done.executions.values()) >= 100


def test_right_bytes_are_read() -> None:
    """A seed that is itself refused would test a reader's first line only."""
    assert parse_policy(text_targets.POLICY, "f").policy.retention_minutes == 1440
    assert parse_plan(text_targets.PLAN, "f").name == "shop"
    vault = vault_of([opened(text_targets.EXPORT, "x")])
    assert (len(vault.plans), len(vault.policies)) == (1, 1)
    for name in ("frame", "segment", "catalogue", "message", "walk"):
        assert failed(TARGETS[name], TARGETS[name].seeds[0], measured=True) is None


def test_an_equation_that_does_not_hold_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block taken that was never sealed, a header that opens from other bytes, a request that meets a defect."""
    monkeypatch.setattr(store_targets, "CONTENTS", {0: b"z"})
    assert "never sealed" in str(failed(TARGETS["frame"], TARGETS["frame"].seeds[0]))
    monkeypatch.setattr(store_targets, "HEADER_BYTES", b"\0" * 40)
    assert "nobody has written" in str(failed(TARGETS["segment"], TARGETS["segment"].seeds[0]))
    monkeypatch.setattr(text_targets, "VERBS", {"machine.list": ()})
    assert "defect" in str(failed(TARGETS["request"], b'{"verb": "machine.list", "arguments": {}}'))


def _careless(data: bytes) -> None:
    must(b"\xff" not in data, "an odd byte is taken")
    assert data.count(b"}") < 3 or not data.endswith(b"}")


def test_each_way_to_fail_is_kept_once_and_short() -> None:
    """Violations and exceptions are told apart, and what is kept is what is needed."""
    careless = ByteTarget("careless", "", _careless, (b'{"a": {"b": {"c": 1}}, "d": 12345}',))
    found = ByteRun([careless], 1).go(3_000).failures
    assert {way for _, way in found} == {"an odd byte is taken", "AssertionError in _careless"}
    assert found["careless", "an odd byte is taken"].data == b"\xff"
    assert found["careless", "AssertionError in _careless"].data == b"}}}"


def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that believes a length is told by what it takes."""
    greedy = ByteTarget("greedy", "", lambda data: bytes(data[0] << 20) if data else b"", (b"\x09",))
    monkeypatch.setattr(run, "MEMORY_BYTES_MAX", 8 << 20)
    assert failed(greedy, b"\x07", measured=True) is None
    assert "MiB of memory" in str(failed(greedy, b"\x09", measured=True))


def test_inputs_are_the_same_for_everybody() -> None:
    """By seed and number; another number is another input."""
    seeds = TARGETS["message"].seeds
    assert [tampered(seeds, 5, number) for number in range(40)] == [tampered(seeds, 5, number) for number in range(40)]
    assert len({tampered(seeds, 5, number) for number in range(40)}) > 30


def test_the_command_keeps_what_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, and a file that fails again; nothing wrong is exit code 0."""
    words = ["fuzz", "bytes", "--target", "plan", "--executions", "40", "--out", str(tmp_path)]
    assert main(words) == ExitCode.OK
    monkeypatch.setitem(TARGETS, "plan", evolve(TARGETS["plan"], attempt=lambda data: must(len(data) < 9, "long")))
    assert main(words) == ExitCode.VIOLATION
    (kept,) = (tmp_path / "bytes").iterdir()
    assert len(kept.read_bytes()) == 9
    assert "FAIL  plan: Violated: long (9 bytes" in capsys.readouterr().out
