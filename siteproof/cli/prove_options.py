"""Which options of `siteproof prove` go together; the others are refused, for an option without effect misleads.

Rule: every option stands in the table of each way to work that heeds it; what is in none of them is a bound.
"""

import click
from click.core import ParameterSource

from siteproof.cli.bounds import COMMON
from siteproof.model.language.spec import Spec
from siteproof.model.nouns.problem import Problem

FLAGS = {
    "every": "--for-all",
    "steps": "--bmc",
    "witnesses": "--witnesses",
    "second_opinion": "--second-opinion",
    "mutants": "--mutants",
    "seed": "--seed",
    "states_max": "--states-max",
    "itf_file": "--itf",
    "form": "--format",
}
HEEDED = {
    "mutants": {"mutants", "seed"},
    "steps": {"steps", "witnesses", "itf_file", "form"},
    "": {"every", "second_opinion", "states_max", "itf_file", "form"},
}
"""By the option that chooses the way to work (induction without one): what is heeded."""
NEEDED = {"seed": "--mutants", "witnesses": "--bmc"}


def refuse_contradictions(context: click.Context, sizes: dict[str, int]) -> None:
    """UsageError when an option was given that has no effect, or a bound is both given and left open."""
    spoken = [name for name in FLAGS if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    way = next((name for name in HEEDED if name in spoken), "")
    for name in spoken:
        if name not in HEEDED[way]:
            raise click.UsageError(_no_effect(name, way))
    if "every" in spoken:
        _refuse_open_and_given(context.params["every"], sizes)


def _no_effect(name: str, way: str) -> str:
    if not way:
        return f"{FLAGS[name]} has an effect only with {NEEDED[name]}: add it, or leave {FLAGS[name]} out"
    return f"{FLAGS[name]} has no effect with {FLAGS[way]}: leave one of them out"


def _refuse_open_and_given(text: str, sizes: dict[str, int]) -> None:
    names = _names(text)
    if not all(names):
        raise click.UsageError("--for-all names no bound: write for example --for-all machines,versions")
    for name in names:
        if name in sizes:
            option = f"--{name}" if name in COMMON else f"--bound {name}="
            raise click.UsageError(f"--for-all leaves {name} open and {option} gives it: leave one of them out")


def left_open(spec: Spec, text: str | None) -> tuple[str, ...]:
    """The bounds that `--for-all` names; Problem when the specification does not have one."""
    names = _names(text) if text else ()
    for name in names:
        if name not in spec.bounds:
            hint = f"its bounds: {', '.join(spec.bounds) or 'none'}"
            raise Problem(f"{spec.name} has no bound `{name}`", "only what it counts can be left open", hint)
    return names


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))
