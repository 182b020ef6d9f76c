"""Slow and obvious executors: `language.evaluate` on the system itself, and a reader of the exported JSON."""

import json
import operator
from collections.abc import Callable, Iterator
from typing import Any

from siteproof.model.engines.crosscheck.compare import CheckerOutcome
from siteproof.model.engines.crosscheck.tool import Counts
from siteproof.model.engines.formats.jsonspec import to_json
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.domain import Range
from siteproof.model.language.evaluate import evaluate
from siteproof.model.language.spec import System

State = tuple[Any, ...]
Successors = Callable[[State], Iterator[tuple[int, State]]]
Broken = Callable[[State], Iterator[int]]
BrokenBy = Callable[[State, int, State], Iterator[int]]


class LeavesRangeError(Exception):
    """A number would leave its range."""


def by_evaluation(system: System) -> CheckerOutcome:
    """Every expression is evaluated in every state, by the plain meaning of the language."""
    variables = system.variables
    places = {variable: number for number, variable in enumerate(variables)}

    def successors(state: State) -> Iterator[tuple[int, State]]:
        known = dict(zip(variables, state, strict=True))
        for number, step in enumerate(system.transitions):
            if evaluate(step.guard, known):
                after = list(state)
                for effect in step.effects:
                    value = evaluate(effect.value, known)
                    if isinstance(effect.target.domain, Range) and not effect.target.domain.holds(value):
                        raise LeavesRangeError
                    after[places[effect.target]] = value
                yield number, tuple(after)

    def broken(state: State) -> Iterator[int]:
        known = dict(zip(variables, state, strict=True))
        wrong = (not all(evaluate(guard, known) for _, guard in claim.instances) for claim in system.claims)
        yield from (n for n, each in enumerate(wrong) if system.claims[n].kind is ClaimKind.ALWAYS and each)

    def broken_by(state: State, step: int, following: State) -> Iterator[int]:
        known, later = (dict(zip(variables, each, strict=True)) for each in (state, following))
        wrong = (not all(evaluate(said, known, later) for _, said in claim.said) for claim in system.claims)
        yield from (n for n, each in enumerate(wrong) if each and step in (system.claims[n].of or (step,)))

    return _searched(tuple(variable.initial for variable in variables), successors, broken, broken_by)


def by_json(system: System) -> CheckerOutcome:
    """The exported JSON is read and interpreted; nothing of our language is used."""
    data = json.loads(to_json(system))
    names = [variable["name"] for variable in data["variables"]]
    ranges = {v["name"]: v["domain"] for v in data["variables"] if v["domain"]["kind"] == "range"}

    def of_kind(kind: str) -> Iterator[tuple[int, list[Any]]]:
        found = ((number, claim) for number, claim in enumerate(data["claims"]) if claim["kind"] == kind)
        return ((number, [said for _, said in claim["instances"]]) for number, claim in found)

    def successors(state: State) -> Iterator[tuple[int, State]]:
        known = dict(zip(names, state, strict=True))
        for number, step in enumerate(data["transitions"]):
            if _meaning(step["guard"], known):
                after = dict(known)
                for name, value in step["effects"]:
                    after[name] = _meaning(value, known)
                    if name in ranges and not ranges[name]["low"] <= after[name] <= ranges[name]["high"]:
                        raise LeavesRangeError
                yield number, tuple(after.values())

    def broken(state: State) -> Iterator[int]:
        known = dict(zip(names, state, strict=True))
        yield from (number for number, said in of_kind("always") if not all(_meaning(each, known) for each in said))

    def broken_by(state: State, step: int, following: State) -> Iterator[int]:
        known, later = (dict(zip(names, each, strict=True)) for each in (state, following))
        for number, said in of_kind("whenever"):
            about = step in data["claims"][number].get("of", (step,))
            yield from [number] if about and not all(_meaning(each, known, later) for each in said) else []

    return _searched(tuple(variable["initial"] for variable in data["variables"]), successors, broken, broken_by)


def _meaning(node: Any, known: dict[str, Any], later: dict[str, Any] | None = None) -> Any:
    if not isinstance(node, list):
        return node
    if node[0] == "var":
        return known[node[1]]
    if node[0] == "define":
        return _meaning(node[2], known, later)
    if node[0] == "next":
        assert later is not None
        return _meaning(node[1], later)
    return MEANINGS[node[0]](*(_meaning(arg, known, later) for arg in node[1:]))


MEANINGS: dict[str, Callable[..., Any]] = {
    "not": operator.not_,
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "equal": operator.eq,
    "less": operator.lt,
    "at_most": operator.le,
    "add": operator.add,
    "subtract": operator.sub,
    "choose": lambda condition, value, otherwise: value if condition else otherwise,
}


def _searched(initial: State, successors: Successors, broken: Broken, broken_by: BrokenBy) -> CheckerOutcome:
    """Breadth first, level by level; a step that changes nothing breaks no claim about steps."""
    seen, level, transitions, depth = {initial}, [initial], 0, 0
    first = dict.fromkeys(broken(initial), 0)
    try:
        while True:
            following = []
            for state in level:
                for step, after in successors(state):
                    transitions += 1
                    for number in broken_by(state, step, after) if after != state else ():
                        first.setdefault(number, depth + 1)
                    if after not in seen:
                        seen.add(after)
                        following.append(after)
                        for number in broken(after):
                            first.setdefault(number, depth + 1)
            if not following:
                return CheckerOutcome(Counts(len(seen), transitions, depth), first)
            level, depth = following, depth + 1
    except LeavesRangeError:
        return CheckerOutcome(None)
