"""Every executor gives the same states, transitions, depth and broken claims, also for wrong systems."""

import itertools

import pytest

from siteproof.model.engines.crosscheck.chance import random_system
from siteproof.model.engines.crosscheck.compare import CheckerOutcome, theirs
from siteproof.model.language import Component, Step, System, action, given
from siteproof.model.language.spec import Part, Spec
from tests.crosscheck.executors import by_evaluation
from tests.crosscheck.instances import ROOM, TOOLS, Instance, instances, outcomes
from tests.engine import toys

WITHIN_A_RUN = 10
FOREIGN_WITHIN_A_RUN = 2
NIGHTLY_GROUPS = 12
NIGHTLY_EACH = 20
LEAVES_RANGE = 11  # a seed whose random system lets a number leave its range


def foreign() -> None:
    """Skip, with every reason, unless SPIN and TLC can run."""
    reasons = [f"{tool.name}: {tool.missing()}" for tool in TOOLS if tool.missing()]
    if reasons:
        pytest.skip("; ".join(reasons))


def agree(instance: Instance, *, with_tools: bool) -> dict[str, CheckerOutcome]:
    """Everybody's outcome, which has to be the same."""
    said, refused = outcomes(instance.system, foreign=with_tools)
    assert len(set(map(str, said.values()))) == 1, (instance.label, said)
    if refused:
        print(f"{instance.label}: could not run: {refused}")  # noqa: T201  (pytest shows it where it matters)
    return said


class Wheel(Component):
    """Three numbers that change places."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = (
            self.number(to=2),
            self.number(to=2, initially=1),
            self.number(to=2, initially=2),
        )


@action("W-1")
def turn(w: Wheel) -> Step:
    """Each takes its neighbour's value, all at once."""
    return given(w.one != w.two).then(w.one.becomes(w.two), w.two.becomes(w.three), w.three.becomes(w.one))


@action("W-2")
def swap(w: Wheel) -> Step:
    """Two of them change places."""
    return given((w.one < w.two) | (w.one == 0) | (w.two == 2)).then(w.one.becomes(w.two), w.two.becomes(w.one))


WHEEL = Spec("wheel", "Simultaneous effects.", (Part(lambda _bounds: Wheel(), Wheel),), (turn, swap), ())


@pytest.mark.parametrize("instance", list(itertools.islice(instances(1), WITHIN_A_RUN)), ids=lambda i: i.label[:40])
def test_our_executors_agree(instance: Instance) -> None:
    """Evaluation, JSON reader, generated Python, rows with integers, rows with numba and packed words agree."""
    said = agree(instance, with_tools=False)
    assert {"evaluate", "json", "plain"} <= said.keys()


@pytest.mark.parametrize(
    "instance", list(itertools.islice(instances(4), FOREIGN_WITHIN_A_RUN)), ids=lambda i: i.label[:40]
)
def test_spin_and_tlc_agree(instance: Instance) -> None:
    """SPIN and TLC, given the exported text, agree with all of ours."""
    foreign()
    assert {tool.name for tool in TOOLS} <= agree(instance, with_tools=True).keys()


def test_simultaneous_effects_are_simultaneous_everywhere() -> None:
    """Values that go round in a circle need a copy in Promela, and an overlapping guard counts once in TLA+."""
    foreign()
    said = agree(Instance("wheel", WHEEL.system()), with_tools=True)
    assert said["plain"].counts is not None
    assert said["plain"].counts.states == 6


def test_a_claim_about_steps_is_broken_at_one_distance_for_everybody() -> None:
    """Steps of two components that break two such claims, one of which a step that changes nothing would break too."""
    foreign()
    said = agree(Instance("copies", toys.system("copies")), with_tools=True)
    assert min(said["plain"].broken.values()) == 3
    assert {tool.name for tool in TOOLS} <= said.keys()


def test_everybody_notices_a_number_outside_of_its_range() -> None:
    """A number that leaves its range stops each of our executors, and breaks what SPIN and TLC check by themselves."""
    foreign()
    said = agree(Instance("range", random_system(LEAVES_RANGE)), with_tools=True)
    assert all(outcome.counts is None for outcome in said.values())
    assert {"evaluate", "json", "plain", "packed", "SPIN", "TLC"} <= said.keys()


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_that_explores_another_system_disagrees(tool: object) -> None:
    """The comparison can fail: without one transition the counts differ, and a claim that does not hold is noticed."""
    foreign()
    chosen = next(each for each in TOOLS if each is tool)
    whole = random_system(0)
    fewer = System(whole.name, {}, whole.variables, whole.transitions[1:], whole.claims, (), ())
    assert theirs(chosen, fewer, by_evaluation(whole), ROOM).outcome != by_evaluation(whole)
    trusting = CheckerOutcome(by_evaluation(whole).counts, {})
    assert by_evaluation(whole).broken
    assert theirs(chosen, whole, trusting, ROOM).outcome.counts is None


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("group", range(NIGHTLY_GROUPS))
def test_eight_executors_agree_on_hundreds_of_systems(group: int) -> None:
    """240 random systems and mutants: every executor that can take one agrees, at least eight on most of them."""
    foreign()
    together = [agree(each, with_tools=True) for each in itertools.islice(instances(100 + group), NIGHTLY_EACH)]
    assert sum(len(said) >= 8 for said in together) > NIGHTLY_EACH // 2
