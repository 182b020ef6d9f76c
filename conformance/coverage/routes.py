"""Routes on the map: where a machine can be after some commands, and which moves every explanation passes.

Rule: what the record does not show is credited only when no explanation can do without it. Explanations with more
trouble than needed (marks, failures) do not count: a record is not read as if it kept faults secret. Two states in a
row that one silent move connects are read as that move.
"""

import functools
import math
from collections import deque
from collections.abc import Iterator, Mapping

from attrs import frozen

from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, LifecycleMove, States
from siteproof.model.nouns.vocabulary import Verb

ROUTES_KEPT_MAX = 1 << 14
_Node = tuple[int, int]  # how many of the commands were given, and the state


@frozen
class Question:
    """From one of these states, through these accepted commands in order; `fresh`: nothing moved before the first."""

    start: States
    verbs: tuple[Verb, ...] = ()
    fresh: bool = False

    def may_move(self, given: int) -> bool:
        """Whether silent moves are possible after so many commands."""
        return given > 0 or not self.fresh or not self.verbs


@frozen
class _Reached:
    """How a node was reached: troubles so far, the node before, and the move (None at the start)."""

    troubles: int
    before: _Node
    move: LifecycleMove | None


@functools.lru_cache(maxsize=ROUTES_KEPT_MAX)
def ends(where: LifecycleMap, question: Question) -> States:
    """Every state in which the machine can be afterwards; none when some command is not possible."""
    return frozenset(state for given, state in _search(where, question, None) if given == len(question.verbs))


@functools.lru_cache(maxsize=ROUTES_KEPT_MAX)
def forced(where: LifecycleMap, question: Question, targets: States) -> tuple[LifecycleMove, ...]:
    """The moves that each explanation with the least trouble passes; `targets` lie within `ends`."""
    return _direct(where, question, targets) or _without_choice(where, question, targets)


def _direct(where: LifecycleMap, question: Question, targets: States) -> tuple[LifecycleMove, ...]:
    """The one silent move between two states that were shown in a row."""
    if question.verbs or len(question.start) != 1 or question.start == targets:
        return ()
    (start,) = question.start
    return tuple(move for move in where.leaving[start] if move.verb is None and targets == {move.target})


def _without_choice(where: LifecycleMap, question: Question, targets: States) -> tuple[LifecycleMove, ...]:
    found = _search(where, question, None)
    node = _nearest(found, question, targets)
    assert node is not None, "the targets lie within the ends"
    least = found[node].troubles
    path = tuple(dict.fromkeys(_path(found, node)))
    return tuple(move for move in path if _troubles(where, question, targets, move) > least)


def _troubles(where: LifecycleMap, question: Question, targets: States, without: LifecycleMove) -> float:
    """How much trouble the best explanation has that does without a move; infinite when there is none."""
    found = _search(where, question, without)
    node = _nearest(found, question, targets)
    return math.inf if node is None else found[node].troubles


def _nearest(found: Mapping[_Node, _Reached], question: Question, targets: States) -> _Node | None:
    last = [node for node in found if node[0] == len(question.verbs) and node[1] in targets]
    return min(last, key=lambda node: found[node].troubles, default=None)


def _path(found: Mapping[_Node, _Reached], node: _Node) -> Iterator[LifecycleMove]:
    reached = found[node]
    while reached.move is not None:
        yield reached.move
        reached = found[reached.before]


def _search(where: LifecycleMap, question: Question, without: LifecycleMove | None) -> dict[_Node, _Reached]:
    """Every node that can be reached, each with the step of least trouble that reached it."""
    found: dict[_Node, _Reached] = {}
    queue = deque(((0, state), _Reached(0, (0, state), None)) for state in sorted(question.start))
    while queue:
        node, reached = queue.popleft()
        if node in found:
            continue
        found[node] = reached
        for move, following in _steps(where, question, node):
            step = (following, _Reached(reached.troubles + move.is_trouble, node, move))
            if following not in found and move != without:
                (queue.append if move.is_trouble else queue.appendleft)(step)
    return found


def _steps(where: LifecycleMap, question: Question, node: _Node) -> Iterator[tuple[LifecycleMove, _Node]]:
    given, state = node
    wanted = question.verbs[given] if given < len(question.verbs) else None
    for move in where.leaving[state]:
        if move.verb is None and question.may_move(given):
            yield move, (given, move.target)
        elif move.verb is not None and move.verb is wanted:
            yield move, (given + 1, move.target)
