"""The result of an exploration: counts, a verdict for every claim, what never fired, where nothing goes on.

Rule: a result says whether it is complete; nothing is claimed of states that were not visited.
"""

from attrs import frozen

from siteproof.model.engines.explore.offence import with_last_step
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.explore.trace import Trace, TraceStep, trace_to
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import Claim


@frozen
class ClaimVerdict:
    """One claim's verdict; `holds` is None while the search is incomplete and the claim is open.

    The trace leads to a violation of an `always`, through the step that breaks a `whenever`, or to the witness of a
    `sometimes`. Of an `eventually` it leads to where the promise is broken by the steps of `loop`, again and again;
    without steps by staying there.
    """

    rule: str
    kind: ClaimKind
    name: str
    doc: str
    why: str
    holds: bool | None
    trace: Trace | None
    loop: tuple[TraceStep, ...] | None = None


@frozen
class Exploration:
    """What an exploration found. `deadlocks` counts states without a successor.

    `never_fired` names the transitions that no reachable state allows, `idle` those that never change anything.
    """

    spec: str
    bounds: dict[str, int]
    states: int
    transitions: int
    depth: int
    complete: bool
    verdicts: tuple[ClaimVerdict, ...]
    never_fired: tuple[str, ...]
    idle: tuple[str, ...]
    deadlocks: int
    deadlock: Trace | None
    memory_bytes: int

    @property
    def violated(self) -> tuple[ClaimVerdict, ...]:
        """The claims that do not hold."""
        return tuple(verdict for verdict in self.verdicts if verdict.holds is False)


def report(search: Search) -> Exploration:
    """What the search knows so far."""
    system = search.program.system
    steps = list(zip(system.transitions, search.fired, search.stayed, strict=True))
    done = search.complete
    return Exploration(
        spec=system.name,
        bounds=dict(system.bounds),
        states=len(search.states),
        transitions=search.transitions,
        depth=search.depth,
        complete=search.complete,
        verdicts=tuple(verdict_of(search, number) for number in range(len(system.claims))),
        never_fired=tuple(step.name for step, fired, _ in steps if done and not fired),
        idle=tuple(step.name for step, fired, stayed in steps if done and 0 < fired == stayed),
        deadlocks=len(search.stuck),
        deadlock=trace_to(search, search.stuck[0]) if search.stuck else None,
        memory_bytes=search.memory_bytes,
    )


def verdict_of(search: Search, number: int) -> ClaimVerdict:
    """What the search knows of the claim of this number."""
    system, state = search.program.system, search.first.get(number)
    claim = system.claims[number]
    trace = with_last_step(system, claim, trace_to(search, state)) if state is not None else None
    return ClaimVerdict(claim.rule, claim.kind, claim.name, claim.doc, claim.why, _holds(search, claim, state), trace)


def _holds(search: Search, claim: Claim, state: int | None) -> bool | None:
    if state is not None:
        return claim.kind is ClaimKind.SOMETIMES
    return claim.kind.is_safety if search.complete else None
