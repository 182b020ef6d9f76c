"""The step that breaks a claim about steps, told at the end of the trace to the state that it starts from.

Rule: every engine finds that state as it finds any other; the step is found again here, by the plain evaluator.
"""

import attrs

from siteproof.model.engines.explore.trace import Trace, TraceStep, VariableChange
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Range, Value
from siteproof.model.language.evaluate import State, evaluate
from siteproof.model.language.spec import Claim, System
from siteproof.model.language.text import value_text
from siteproof.model.language.variable import Variable


def with_last_step(system: System, claim: Claim, trace: Trace) -> Trace:
    """The trace to where a claim speaks up; of a `whenever` with the step that breaks it, as it is."""
    if claim.kind is not ClaimKind.WHENEVER:
        return trace
    return attrs.evolve(trace, steps=(*trace.steps, offence(system, claim, last_state(system, trace))))


def offence(system: System, claim: Claim, state: State) -> TraceStep:
    """The first step from this state that breaks one of the claim's instances."""
    pairs = zip(claim.by, claim.instances, strict=True)
    step = system.transitions[next(number for number, (_, kept) in pairs if not evaluate(kept, state))]
    changes = [(effect.target, state[effect.target], evaluate(effect.value, state)) for effect in step.effects]
    told = (VariableChange(v.name, value_text(old), value_text(new)) for v, old, new in changes if old != new)
    return TraceStep(step.rule, step.name, tuple(told))


def last_state(system: System, trace: Trace) -> State:
    """The state in which the trace ends."""
    shown = dict(trace.start)
    for step in trace.steps:
        shown.update((change.variable, change.after) for change in step.changes)
    return {variable: _read(variable, shown[variable.name]) for variable in system.variables}


def _read(variable: Variable, text: str) -> Value:
    domain = variable.domain
    low = domain.low if isinstance(domain, Range) else 0
    values = map(domain.decode, range(low, low + domain.size))
    return next(value for value in values if value_text(value) == text)
