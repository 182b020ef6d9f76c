"""`siteproof plan save|list|show|run|answer`: recovery plans that an appliance keeps and runs.

Rule: a plan file is the one that `plan check` reads; what an appliance cannot keep of it is refused, not left out.
"""

import graphlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from siteproof.cli.files import read_bytes
from siteproof.cli.options import format_option
from siteproof.cli.plan_check import FILE_BYTES_MAX, HINT, plan_in
from siteproof.cli.state import ask, at, show_one, show_rows, state_option
from siteproof.model.advice.recovery_plan.plan import Moment, PlanGroup, PlanStep, RecoveryPlan, StepKind
from siteproof.model.nouns.plans import PlanRun, SavedGroup, SavedPlan, SavedStep, SavedStepKind, StepMoment
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Selection

COLUMNS = {"name": "plan", "groups": "groups", "machines": "machines", "phase": "phase", "result": "last result",
           "prompt": "waits for"}  # fmt: skip
MOMENTS = {Moment.PRE: StepMoment.BEFORE, Moment.POST: StepMoment.AFTER}
NO_CUSTOM = [each.value for each in Selection if each is not Selection.CUSTOM]


@click.command()
@click.argument("file")
@state_option
@format_option("text", "json")
def save(file: str, state: Path, form: str) -> int:
    """Keep the plan of FILE, in place of the one of its name (siteproof plan check FILE judges it first)."""
    plan = kept_form(plan_in(read_bytes(file, FILE_BYTES_MAX, HINT), file))
    answer = ask(state, "plan.save", plan=msgspec.to_builtins(plan))
    show_one(answer, form, _saved)
    return 0


def _saved(answer: Any) -> str:
    missing = answer["missing_scripts"]
    where = " (an executable file of that name in the state directory's scripts/)"
    lines = [f"no script yet for: {', '.join(missing)}{where}"] if missing else []
    return "\n".join([f"{answer['name']}: kept, {answer['machines']} machines in {answer['groups']} groups", *lines])


@click.command("list")
@state_option
@format_option("text", "json")
def list_plans(state: Path, form: str) -> int:
    """List the plans that an appliance keeps, and how each was run last."""
    show_rows(ask(state, "plan.list"), COLUMNS, form)
    return 0


@click.command()
@click.argument("name")
@state_option
@format_option("text", "json")
def show(name: str, state: Path, form: str) -> int:
    """Show a kept plan: what has become of its machines and steps in the last run."""
    show_one(ask(state, "plan.show", plan=name), form, _said)
    return 0


@click.command()
@click.argument("name")
@click.argument("kind", type=click.Choice([each.value for each in PlanRun]), metavar="test|unplanned|planned")
@click.option(
    "--selection",
    type=click.Choice(NO_CUSTOM),
    default=Selection.LATEST.value,
    show_default=True,
    help="Of each machine.",
)
@click.option("--no-shutdown", is_flag=True, help="unplanned: leave the sources running.")
@state_option
@format_option("text", "json")
def run(name: str, kind: str, selection: str, no_shutdown: bool, state: Path, form: str) -> int:
    """Run a kept plan: a test is a drill of all its machines, planned is the way back."""
    answer = ask(state, "plan.run", plan=name, run=kind, selection=selection, shutdown=not no_shutdown)
    show_one(answer, form, lambda shown: f"{shown['job']}\n{_said(shown)}")
    return 0


@click.command()
@click.argument("name")
@state_option
@format_option("text", "json")
def answer(name: str, state: Path, form: str) -> int:
    """Answer the prompt that the run of a plan waits for."""
    show_one(ask(state, "plan.answer", plan=name), form, _said)
    return 0


def _said(shown: Any) -> str:
    ended = f", {shown['result']}" if shown["phase"] == "finished" else ""
    waits = f" · waits for: {shown['prompt']}" if shown["prompt"] else ""
    lines = [f"{shown['plan']['name']}: {shown['phase']}{ended}{waits}"]
    lines += [f"  {each['name']}: {each['stage']}" for each in shown["machines"]]
    lines += [f"  {_when(step)}{step['name']}: {step['outcome']}" for step in shown["steps"]]
    return "\n".join(lines)


def _when(step: Any) -> str:
    return f"{at(step['time_ms'])}  " if step["time_ms"] else ""


def kept_form(plan: RecoveryPlan) -> SavedPlan:
    """The plan as an appliance keeps it: groups in order, and in each the machines after those that they need."""
    early = [step.name for step in plan.steps if step.moment is Moment.PRE]
    if early:
        hint = "make it a step before the first group, or run it by hand"
        raise Problem(f"step {early[0]!r} stands before the shutdown", "an appliance runs steps of groups", hint)
    late = tuple(_step(step, StepMoment.BEFORE) for step in plan.steps)
    last = (SavedGroup((), late),) if late else ()
    return SavedPlan(plan.name, (*(_group(each) for each in plan.groups), *last))


def _group(group: PlanGroup) -> SavedGroup:
    steps = tuple(_step(step, MOMENTS[step.moment]) for step in group.steps)
    return SavedGroup(tuple(_in_order(group)), steps)


def _in_order(group: PlanGroup) -> Iterator[str]:
    names = [machine.name for machine in group.machines]
    needs = {each.name: [need for need in each.needs if need in names] for each in group.machines}
    try:
        return iter(tuple(graphlib.TopologicalSorter(needs).static_order()))
    except graphlib.CycleError as circle:
        raise Problem("machines need each other", " → ".join(circle.args[1]), "siteproof plan check") from circle


def _step(step: PlanStep, moment: StepMoment) -> SavedStep:
    kind = SavedStepKind.PROMPT if step.kind is StepKind.PROMPT else SavedStepKind.SCRIPT
    runs = tuple(sorted(PlanRun(each.value) for each in step.types))
    return SavedStep(step.name, kind, moment, step.machine, runs, tuple(sorted(step.directions)))
