"""The tour as a linear program: how often each transition is taken, when half a step is allowed as well.

Rule: exact arithmetic (z3); a part that no walk reaches is cut off by further conditions, in so many rounds at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from attrs import frozen

from siteproof.model.engines.explore.graph import Edge
from siteproof.model.engines.tours.cover import Key
from siteproof.model.engines.tours.plan import lost_parts


@frozen(eq=False)
class Relaxed:
    """How often each transition is taken; `whole` when that is a tour: whole numbers, and nothing falls apart."""

    times: dict[Edge, Fraction]
    whole: bool


def relaxed(edges: Sequence[Edge], key: Key, rounds: int) -> Relaxed:
    """The fewest steps that cover what the transitions cover, with at most `rounds` rounds of further conditions."""
    import z3  # noqa: PLC0415  (takes a third of a second, and a small tour does not need it)

    own = z3.Context()  # so that of equally cheap answers it is always the same one, whatever was solved before
    in_order = sorted(edges, key=lambda edge: (edge.target, edge.source, edge.number))  # breaks ties best
    times = {edge: z3.Real(f"times {number}", own) for number, edge in enumerate(in_order)}
    program = z3.Optimize(ctx=own)
    program.add(*_conditions(times, key))
    program.minimize(z3.Sum(list(times.values())))
    found: dict[Edge, Fraction] = {}
    for _ in range(rounds + 1):
        found = _solved(program, times)
        lost = lost_parts(found)
        if not lost:
            break
        cuts = [cut for part in lost for cut in _cuts(times, found, part, key)]
        program.add(*(z3.Sum([times[edge] for edge in cut]) >= 1 for cut in cuts))
    return Relaxed(found, not lost_parts(found) and all(count.denominator == 1 for count in found.values()))


def _solved(program: Any, times: dict[Edge, Any]) -> dict[Edge, Fraction]:
    from siteproof.model.engines.prove.answer import answer  # noqa: PLC0415  (loads the solver)

    found = str(answer(program))
    assert found == "sat", f"every transition of the graph can be taken: {found}"
    model = program.model()
    values = ((edge, model.eval(count, model_completion=True).as_fraction()) for edge, count in times.items())
    return {edge: Fraction(value.numerator, value.denominator) for edge, value in values if value}


def _conditions(times: dict[Edge, Any], key: Key) -> Iterator[Any]:
    """No state but the initial one is left more often than entered, and everything is covered."""
    import z3  # noqa: PLC0415  (see above)

    into, out, covering = defaultdict(list), defaultdict(list), defaultdict(list)
    for edge, count in times.items():
        into[edge.target].append(count)
        out[edge.source].append(count)
        covering[key(edge)].append(count)
        yield count >= 0
    for state in sorted(out.keys() - {0}):
        yield z3.Sum(into[state]) >= z3.Sum(out[state])
    for counts in covering.values():
        yield z3.Sum(counts) >= 1


def _cuts(edges: Iterable[Edge], found: Iterable[Edge], part: set[int], key: Key) -> Iterator[list[Edge]]:
    """For each thing covered in a lost part alone: take a way into the part, or cover the thing elsewhere."""
    inside = {edge for edge in edges if edge.source in part and edge.target in part}
    ways_in = [edge for edge in edges if edge.source not in part and edge.target in part]
    elsewhere = {key(edge) for edge in found if edge not in inside}
    for owed in {key(edge): None for edge in found if edge in inside and key(edge) not in elsewhere}:
        others = [edge for edge in edges if edge not in inside and edge not in ways_in and key(edge) == owed]
        yield [*ways_in, *others]
