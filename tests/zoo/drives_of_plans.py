"""Drives of exhibits that are wrong with recovery plans.

Rule: see drives.py.
"""

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.plans import (
    PlanCommand,
    PlanObservation,
    PlanPhase,
    PlanResult,
    PlanRun,
    SavedGroup,
    SavedPlan,
    SavedStep,
    SavedStepKind,
    ScriptDoes,
    StepMoment,
    StepOutcome,
)
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.vocabulary import Direction, Place, Verb
from tests.reference.bench import MINUTE_MS, Bench
from tests.zoo.drives import shows

TIERS = ("data", "web")


def planned(bench: Bench, *steps: SavedStep) -> None:
    """Two protected machines, each a boot group of its own; the steps belong to the first one."""
    bench.subject.reset(Scenario(tuple(MachineSpec(name, (DiskSpec("sda", 16),)) for name in TIERS)))
    for name in TIERS:
        bench.subject.do(Command(Verb.ENABLE, name))
    bench.subject.settle()
    bench.subject.save_plan(SavedPlan("shop", (SavedGroup(("data",), steps), SavedGroup(("web",)))))


def run(bench: Bench, kind: PlanRun = PlanRun.UNPLANNED) -> PlanObservation:
    """Run the plan until it ends or waits."""
    bench.subject.run_plan(PlanCommand("shop", kind))
    bench.subject.settle()
    return bench.subject.observe_plan("shop")


def runs(bench: Bench, name: str, place: Place = Place.RECOVERY) -> bool:
    """Whether that machine is shown as running there."""
    return place in bench.subject.observe(name).running


@shows("P1")
def starts_everybody(bench: Bench) -> bool:
    """Stop at a prompt behind the first group."""
    planned(bench, SavedStep("look", SavedStepKind.PROMPT, StepMoment.AFTER))
    run(bench)
    return runs(bench, "web")


@shows("P2")
def starts_the_unprepared(bench: Bench) -> bool:
    """Let a preparation fail."""
    planned(bench, SavedStep("prepare", machine="data", does=ScriptDoes.FAIL))
    run(bench)
    return runs(bench, "data")


@shows("P3")
def never_ends(bench: Bench) -> bool:
    """Let a script of the first group fail."""
    planned(bench, SavedStep("names", does=ScriptDoes.FAIL))
    return run(bench).phase is not PlanPhase.FINISHED


@shows("P4")
def stops_production(bench: Bench) -> bool:
    """Run a drill."""
    planned(bench)
    run(bench, PlanRun.TEST)
    return not runs(bench, "data", Place.PRIMARY)


@shows("P5")
def runs_a_step_of_the_way_back(bench: Bench) -> bool:
    """Give the plan a step for the way back and fail over."""
    planned(bench, SavedStep("home", directions=(Direction.REVERSE,)))
    return run(bench).steps[0].outcome is not StepOutcome.SKIPPED


@shows("P6")
def calls_it_a_success(bench: Bench) -> bool:
    """Let a script fail, and read the result."""
    planned(bench, SavedStep("names", does=ScriptDoes.FAIL))
    return run(bench).result is PlanResult.SUCCESS


@shows("P7")
def hangs_with_its_script(bench: Bench) -> bool:
    """Let a script hang for an hour."""
    planned(bench, SavedStep("hangs", does=ScriptDoes.HANG))
    run(bench)
    bench.subject.advance(60 * MINUTE_MS)
    bench.subject.settle()
    return bench.subject.observe_plan("shop").phase is not PlanPhase.FINISHED


@shows("B27")
def loses_steps_in_an_edit(bench: Bench) -> bool:
    """Save the plan again as it is."""
    planned(bench, SavedStep("names"))
    bench.subject.save_plan(bench.subject.observe_plan("shop").plan)
    return not bench.subject.observe_plan("shop").plan.groups[0].steps
