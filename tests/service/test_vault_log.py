"""The vault's log across every power loss and every failure of its store: no entry that was answered is ever lost."""

from collections.abc import Callable

import pytest
from attrs import evolve

from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Event, Regions
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.reference.datapath import record_log
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.crashes import (
    KEEP_EVERYTHING,
    KEEP_NOTHING,
    Crashed,
    CrashingExecutor,
    Keep,
    keep_some,
)
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Executor
from siteproof.reference.datapath.failing import FailingExecutor, FailureMode, applies
from siteproof.reference.datapath.recording import RecordingExecutor
from siteproof.reference.service.facts import Everything, MachineFacts, VaultEntry
from siteproof.reference.service.vault_log import VaultLog
from tests.datapath.lab import KEK, MemoryExecutor
from tests.datapath.nonces import ListeningExecutor, Nonces

RULES: tuple[Callable[[int], Keep], ...] = (lambda _: KEEP_NOTHING, keep_some, lambda _: KEEP_EVERYTHING)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments of four entries, so that every life begins anew a few times."""
    monkeypatch.setattr(record_log, "RECORDS_MAX", 4)


def entry(number: int) -> VaultEntry:
    """Something happens: to one of three machines, or it is told."""
    name = f"m{number % 3}"
    if number % 2:
        return VaultEntry(number, event=Event(number, ErrorCode.HIGH_CHURN, name, str(number)))
    return VaultEntry(number, jobs=number, facts=evolve(FACTS, spec=MachineSpec(name, ()), generation=number))


FACTS = MachineFacts(MachineSpec("m", ()), ReplicationPolicy(), Regions(), {})
ENTRIES = tuple(entry(number) for number in range(1, 12))
STATES = [Everything()]
for each in ENTRIES:
    STATES.append(STATES[-1].after(each))


def live(store: Executor, done: list[int]) -> None:
    """A vault's life; `done` counts the entries that were answered."""
    log = VaultLog.create(store, KEK)
    for each in ENTRIES:
        log.append(each)
        done.append(1)


def trace() -> RecordingExecutor:
    """Every effect of that life."""
    store = RecordingExecutor(MemoryExecutor())
    live(store, [])
    return store


@pytest.mark.parametrize("rule", range(3))
def test_power_loss_anywhere_keeps_every_answered_entry_and_a_prefix_of_the_rest(
    rule: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes back is the vault after k entries, k at least as many as were answered."""
    monkeypatch.setattr(record_log, "RECORDS_MAX", 4)
    effects = len(trace().trace)
    opened = 0
    for number in range(effects):
        memory, done = MemoryExecutor(), list[int]()
        with pytest.raises(Crashed):
            live(CrashingExecutor(memory, number, RULES[rule](number)), done)
        try:
            found = VaultLog.open(memory, KEK)
        except (Problem, CorruptLog):
            assert not done
            continue
        assert found.everything in STATES[len(done) : len(done) + 2]
        opened += 1
        found.append(evolve(ENTRIES[-1], time_ms=99))
        assert VaultLog.open(memory, KEK).everything.time_ms == 99
    assert opened > 20


@pytest.mark.parametrize("failure", [each for each in FailureMode if each is not FailureMode.READ])
def test_after_a_failure_the_next_entry_says_everything(failure: FailureMode) -> None:
    """The entry that failed may count or not; those before and behind it do; no nonce is used twice."""
    effects = trace().trace
    met = 0
    for number, effect in enumerate(effects):
        if not applies(failure, effect):
            continue
        memory, nonces = MemoryExecutor(), Nonces()
        power = CrashingExecutor(memory)
        store = ListeningExecutor(FailingExecutor(power, failure, number), nonces)
        try:
            log = VaultLog.create(store, KEK)
        except StoreFailed:
            continue
        for each in ENTRIES:
            try:
                log.append(each)
            except StoreFailed:
                met += 1
                log.append(each)
        power.crash(KEEP_NOTHING)
        assert VaultLog.open(memory, KEK).everything == STATES[-1]
        assert nonces.reused == []
    assert met > 3
