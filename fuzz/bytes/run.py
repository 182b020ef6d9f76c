"""A run of byte fuzzing: targets in turn, each attempt counted, each way of failing kept once with its shortest input.

Rule: what comes of a run depends on targets, seed and executions alone; a clock only ends it.
"""

import traceback
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from attrs import define, field, frozen

from siteproof.fuzz.bytes import store_targets, text_targets
from siteproof.fuzz.bytes.tampering import BYTES_MAX, tampered
from siteproof.fuzz.bytes.target import ByteTarget, Violated
from siteproof.fuzz.minimise import minimise

TARGETS: Mapping[str, ByteTarget] = {each.name: each for each in (*store_targets.TARGETS, *text_targets.TARGETS)}
SHRINK_TRIES_MAX = 400
TURN = 64  # executions of one target before the next has its turn
MEMORY_EVERY = 4096  # executions of a target: so often one is measured
MEMORY_BYTES_MAX = 64 << 20
"""Of one attempt: a thousand times the longest input, whatever its lengths say."""


@frozen
class ByteFailure:
    """Bytes that a target does not take as it should; `way` is how: the exception and where it came from."""

    target: str
    way: str
    said: str
    data: bytes


@define
class ByteRun:
    """How far a run is: executions by target, and failures by target and way."""

    targets: Sequence[ByteTarget]
    seed: int
    executions: dict[str, int] = field(factory=dict)
    failures: dict[tuple[str, str], ByteFailure] = field(factory=dict)

    @property
    def total(self) -> int:
        """All executions."""
        return sum(self.executions.values())

    def go(self, executions: int, over: Callable[[], bool] = lambda: False) -> "ByteRun":
        """So many executions more, or until it is over."""
        end = self.total + executions
        while self.total < end and not over():
            for target in self.targets:
                for _ in range(min(TURN, max(end - self.total, 0))):
                    self._one(target)
        return self

    def _one(self, target: ByteTarget) -> None:
        number = self.executions.get(target.name, 0)
        self.executions[target.name] = number + 1
        data = target.seeds[number] if number < len(target.seeds) else tampered(target.seeds, self.seed, number)
        failure = failed(target, data, measured=number % MEMORY_EVERY == 0)
        if failure is not None and (target.name, failure.way) not in self.failures:
            self.failures[target.name, failure.way] = _shortest(target, failure)


def failed(target: ByteTarget, data: bytes, *, measured: bool = False) -> ByteFailure | None:
    """How the target fails on these bytes; None when it does not. `measured`: by its memory, too."""
    try:
        if measured:
            _bounded(target, data)
        target.attempt(data)
    except Exception as error:  # noqa: BLE001  (any exception that nobody named is what is looked for)
        return ByteFailure(target.name, _way(error), f"{type(error).__name__}: {error}"[:400], data)
    return None


def _bounded(target: ByteTarget, data: bytes) -> None:
    tracemalloc.start()
    try:
        with suppress(Exception):
            target.attempt(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if peak > MEMORY_BYTES_MAX:
        raise Violated(f"{len(data)} bytes take {peak >> 20} MiB of memory")


def _way(error: Exception) -> str:
    """The exception and the line of ours that let it through; a violation says itself which one it is."""
    if isinstance(error, Violated):
        return str(error)[:80]
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {last.name}"


def _shortest(target: ByteTarget, failure: ByteFailure) -> ByteFailure:
    """The same way of failing on fewer bytes."""
    best = failure

    def fails(items: tuple[int, ...]) -> bool:
        nonlocal best
        again = failed(target, bytes(items))
        if again is None or again.way != failure.way:
            return False
        best = again
        return True

    if len(failure.data) <= BYTES_MAX and fails(tuple(failure.data)):
        minimise(tuple(failure.data), fails, SHRINK_TRIES_MAX)
    return best
