"""Tells a way through states as a trace, with the rule of each step found by the plain program.

Rule: a way is checked while it is told; a step that no transition allows is a bug of the engine that found it.
"""

from collections.abc import Sequence

from siteproof.model.engines.explore.program import Program, State
from siteproof.model.engines.explore.trace import Trace, TraceStep, VariableChange


def told(program: Program, states: Sequence[State]) -> Trace:
    """The trace through these states, from the initial one on."""
    shown = [program.shown(state) for state in states]
    steps = [_step(program, states[n], states[n + 1], shown[n], shown[n + 1]) for n in range(len(states) - 1)]
    return Trace(shown[0], tuple(steps))


def _step(program: Program, state: State, following: State, before: dict[str, str], after: dict[str, str]) -> TraceStep:
    number = next(number for number, found in program.successors(state) if found == following)
    step = program.system.transitions[number]
    changes = tuple(VariableChange(name, before[name], after[name]) for name in after if before[name] != after[name])
    return TraceStep(step.rule, step.name, changes)
