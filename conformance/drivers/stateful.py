"""The hypothesis driver: one rule draws among the enabled actions of a walk, and shrinks what goes wrong.

Rule: every setting is written here, so that neither a profile nor a `CI` in the environment changes a run: the same
seed, examples and steps give the same walks. The trace of a failure is the lab's, not hypothesis' program text.
"""

from collections.abc import Callable, Sequence

import hypothesis
from attrs import define, field
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from siteproof.conformance.drivers.walk import ModelWalk
from siteproof.conformance.lab import Lab
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verify import Failed, Inconclusive
from siteproof.conformance.worlds.staging import Staging
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.subject import Subject

NUMBER_MAX = 63


@define
class WalkTally:
    """What a run of walks did: how many, how often which action, and the trace of the last (or failing) one."""

    examples: int = 0
    actions: dict[str, int] = field(factory=dict)
    worlds: set[World] = field(factory=set)
    trace: list[RecordedStep] = field(factory=list)


def run_stateful(
    factory: Callable[[], Subject],
    seed: int,
    examples: int,
    steps: int,
    profile: Profile = CORE,
    worlds: Sequence[World] = (PLAIN,),
) -> WalkTally:
    """Walk a subject `examples` times, up to `steps` actions each; verify.Failed carries the minimal walk's trace.

    The factory gives a subject for every walk; it may give the same one again, because each walk resets it. Each walk
    begins in one of the `worlds`, the simplest first.
    """
    tally = WalkTally()
    machine = hypothesis.seed(seed)(_machine(factory, seed, profile, tally, worlds))
    try:
        run_state_machine_as_test(machine, settings=_settings(examples, steps))
    except Failed as failed:
        failed.trace = tuple(tally.trace)
        raise
    except Refused as refused:
        raise _unanswered(refused, tally) from refused
    except Flaky as flaky:
        raise Inconclusive(f"the subject answers the same steps differently: {flaky}") from flaky
    return tally


def _unanswered(refused: Refused, tally: WalkTally) -> Failed:
    """Something that the subject itself had listed was refused."""
    failed = Failed("an answer", f"refused with {refused}", f"after {tally.trace[-1].text}" if tally.trace else "")
    failed.trace = tuple(tally.trace)
    return failed


def _settings(examples: int, steps: int) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=False,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=tuple(HealthCheck),
    )


def _machine(
    factory: Callable[[], Subject], seed: int, profile: Profile, tally: WalkTally, worlds: Sequence[World]
) -> type[RuleBasedStateMachine]:
    class StatefulWalk(RuleBasedStateMachine):
        """One walk."""

        def __init__(self) -> None:
            super().__init__()
            self.walk: ModelWalk | None = None
            self.failed = False
            tally.examples += 1

        @initialize(data=st.data())
        def begin(self, data: st.DataObject) -> None:
            """Draw a world and set it up."""
            world = data.draw(st.sampled_from(list(worlds)))
            lab = Lab(factory(), profile, seed, Staging(world))
            tally.trace = lab.trace
            tally.worlds.add(world)
            self._guarded(lambda: self._set_up(lab))

        def _set_up(self, lab: Lab) -> None:
            self.walk = ModelWalk(lab)

        @rule(data=st.data())
        def step(self, data: st.DataObject) -> None:
            """Draw one of the enabled actions and its number, do it, judge."""
            assert self.walk is not None
            enabled = self.walk.enabled()
            name = data.draw(st.sampled_from(list(enabled)))
            tally.actions[name] = tally.actions.get(name, 0) + 1
            self._guarded(lambda: enabled[name](data.draw(st.integers(0, NUMBER_MAX))))
            self._guarded(self.walk.judge)

        def teardown(self) -> None:
            """Heal and compare, unless the walk went wrong already."""
            if not self.failed and self.walk is not None:
                self.walk.end()

        def _guarded(self, act: Callable[[], None]) -> None:
            try:
                act()
            except (Failed, Refused):
                self.failed = True
                raise

    return StatefulWalk
