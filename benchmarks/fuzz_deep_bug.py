"""A bug that ten commands are needed for: how long a campaign takes to meet it, and how long a plain state machine.

Rule: the same subject, the same judge of answers, processor seconds; who does not find it within its bound is counted
with the bound, so the ratio is a lower bound.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Callable

import hypothesis.stateful as st
from hypothesis import HealthCheck, Phase, settings, strategies
from hypothesis.errors import HypothesisException

from siteproof.cli.scratch import scratch
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.fuzz.campaign import walked
from siteproof.fuzz.course import ROUND_WALKS, WalkCourse
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.tally import Tally
from siteproof.model.nouns.commands import Accepted, Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.subject import DiskAddress, Write
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.lifecycle.table import allowed_operations
from siteproof.reference.subject import ReferenceSubject

SEEDS = int(os.environ.get("FUZZ_SEEDS", "20"))
STEPS = 40
TIMES_MAX = 21
WALKS_MAX = 4_000
WAY = (Verb.ENABLE, Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT,
       Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.FAIL_OVER)  # fmt: skip
VM = PLAIN.machines[0].name


class DeepBug(ReferenceSubject):
    """After a round trip and a drill that was cleaned up, the next failover is refused; ten commands show it."""

    _taken: dict[str, int]

    def reset(self, scenario: Scenario) -> None:
        """Nothing was asked yet."""
        self._taken = {}
        super().reset(scenario)

    def do(self, command: Command) -> Answer:
        """Wrong at the last command of the way."""
        reached = self._taken.get(command.machine, 0)
        if reached == len(WAY) - 1 and command.verb is WAY[-1]:
            return Refusal(ErrorCode.OPERATION_CONFLICT, "the drill was not cleaned up")
        answer = super().do(command)
        if isinstance(answer, Accepted) and reached < len(WAY) and command.verb is WAY[reached]:
            self._taken[command.machine] = reached + 1
        return answer


def make_subject() -> DeepBug:
    """The subject of both."""
    return DeepBug()


def campaign_seconds(number: int) -> float:
    """Processor seconds until a campaign of that seed meets the bug."""
    name = "benchmarks.fuzz_deep_bug:make_subject"
    walking = WalkCourse(SubjectAddress(TargetKind.PYTHON, name), number, STEPS).open()
    tally, began = Tally(), time.process_time()
    try:
        for first in range(0, WALKS_MAX, ROUND_WALKS):
            guide = tally.guide()
            for each in range(first, first + ROUND_WALKS):
                walk = walking.wander(each, guide)
                if walk.finding is not None:
                    return time.process_time() - began
                tally.take(walked(each, walk), lambda found: found)
    finally:
        walking.close()
    return time.process_time() - began


class _Enough(KeyboardInterrupt):
    """The time is up."""


class _FoundError(AssertionError):
    """The bug was met."""


def plain_seconds(number: int, most: float) -> float:
    """The same for a plain RuleBasedStateMachine: a rule for each command, writes and pauses, no guidance."""
    subject, began = make_subject(), time.process_time()

    class PlainMachine(st.RuleBasedStateMachine):
        """One machine, any command at any time; an answer is held against the model's table."""

        def __init__(self) -> None:
            super().__init__()
            subject.reset(PLAIN)

        @st.rule(verb=strategies.sampled_from(list(Verb)))
        def command(self, verb: Verb) -> None:
            """Ask."""
            if time.process_time() - began > most:
                raise _Enough
            allowed = verb in allowed_operations(subject.observe(VM).regions, CORE)
            answer = subject.do(Command(verb, VM))
            subject.settle()
            if allowed and isinstance(answer, Refusal) and answer.detail == "the drill was not cleaned up":
                raise _FoundError

        @st.rule(block=strategies.integers(0, 15))
        def write(self, block: int) -> None:
            """One block."""
            view = subject.observe(VM)
            if view.running:
                subject.write(DiskAddress(VM, "disk0"), (Write(block, 1),))

        @st.rule(minutes=strategies.sampled_from((1, 5, 60)))
        def advance(self, minutes: int) -> None:
            """A pause."""
            subject.advance(minutes * 60_000)

    many = settings(max_examples=1_000_000, stateful_step_count=STEPS, deadline=None, database=None,
                    phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=False,
                    report_multiple_bugs=False)  # fmt: skip
    with contextlib.suppress(_Enough, _FoundError, HypothesisException):
        st.run_state_machine_as_test(_seeded(PlainMachine, number), settings=many)
    spent = time.process_time() - began
    subject.close()
    return spent


def _seeded(kind: type, number: int) -> Callable[[], st.RuleBasedStateMachine]:
    kind._hypothesis_internal_use_seed = number  # type: ignore[attr-defined]  # noqa: SLF001  (hypothesis has no other handle)
    return kind


def main_lines() -> None:
    """Print both medians and their ratio."""
    with scratch():
        ours = [campaign_seconds(number) for number in range(SEEDS)]
        middle = statistics.median(ours)
        plain = [plain_seconds(number, TIMES_MAX * middle) for number in range(SEEDS)]
    missed = sum(each > TIMES_MAX * middle for each in plain)
    ratio, theirs = statistics.median(plain) / middle, statistics.median(plain)
    worst = f"median of {SEEDS} seeds (worst {max(ours):.2f} s)"
    print(f"a bug {len(WAY)} commands deep {middle:9.2f} s, {worst}   goal < 2 s")
    said = f"{missed} of {SEEDS} without it by then: {ratio:.1f} times as long"
    print(f"  a plain state machine {theirs:9.2f} s, {said}   goal ≥ 20 times")
