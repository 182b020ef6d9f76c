"""Makes the result of an exploration from what any fast search knows: counts, first states, traces, what has fired.

Rule: the same facts give the same result as the plain search's `report`; engines differ in how they find them.
"""

from collections.abc import Mapping

from attrs import field, frozen

from siteproof.model.engines.explore.exploration import ClaimVerdict, Exploration
from siteproof.model.engines.explore.offence import with_last_step
from siteproof.model.engines.explore.trace import Trace
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import System

FIRED, CHANGED = 1, 2
"""Bits of `Findings.fired`: a transition has happened; it has changed something."""

DEAD_END = -1
"""Stands for states without a successor where claims go by their number."""


@frozen
class Findings:
    """What a search has found. `spoken` maps claims (or DEAD_END) to the trace of the first state that fits.

    For a `whenever` that is the state before the step that breaks it. A trace is None when the depths that it takes
    were not kept; the verdict stands without it.
    """

    states: int
    transitions: int
    depth: int
    complete: bool
    dead_ends: int
    memory_bytes: int
    fired: Mapping[int, int] = field(factory=dict)
    spoken: Mapping[int, Trace | None] = field(factory=dict)


def exploration(system: System, found: Findings) -> Exploration:
    """The result, with a verdict for each claim of the system."""
    fired = [found.fired.get(number, 0) for number in range(len(system.transitions))]
    steps = list(zip(system.transitions, fired, strict=True)) if found.complete else []
    return Exploration(
        spec=system.name,
        bounds=dict(system.bounds),
        states=found.states,
        transitions=found.transitions,
        depth=found.depth,
        complete=found.complete,
        verdicts=tuple(_verdict(system, found, number) for number in range(len(system.claims))),
        never_fired=tuple(step.name for step, bits in steps if not bits & FIRED),
        idle=tuple(step.name for step, bits in steps if bits & FIRED and not bits & CHANGED),
        deadlocks=found.dead_ends,
        deadlock=found.spoken.get(DEAD_END),
        memory_bytes=found.memory_bytes,
    )


def _verdict(system: System, found: Findings, number: int) -> ClaimVerdict:
    claim = system.claims[number]
    if number in found.spoken:
        holds: bool | None = claim.kind is ClaimKind.SOMETIMES
    else:
        holds = claim.kind.is_safety if found.complete else None
    trace = found.spoken.get(number)
    told = with_last_step(system, claim, trace) if trace is not None else None
    return ClaimVerdict(claim.rule, claim.kind, claim.name, claim.doc, claim.why, holds, told)
