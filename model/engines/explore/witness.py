"""Witnesses: for each rule a shortest way on which it is used, for each `sometimes` one to where it holds.

Rule: a way is found by searching, never written down; a rule that the search does not meet has none.
"""

from collections.abc import Mapping

from siteproof.model.engines.explore.search import Search
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import Spec
from siteproof.model.nouns.problem import Problem

Way = tuple[str, ...]
"""Names of transitions from the initial state on."""


def ways(spec: Spec) -> Mapping[str, Way]:
    """A way for each rule that is met at the default bounds; where a rule is both, the possibility's way is shown.

    The search ends as soon as everything has been met.
    """
    search = Search(spec.system())
    steps, claims = search.program.system.transitions, search.program.system.claims
    possible = {number: each.rule for number, each in enumerate(claims) if each.kind is ClaimKind.SOMETIMES}
    unused = {step.rule for step in steps}
    used: dict[str, Way] = {}
    looked = 0
    for _ in search:
        for number in range(looked, len(search.states)):
            found = search.program.successors(search.states[number]) if unused else ()
            for step in {steps[each].rule: steps[each].name for each, _ in reversed(found)}.items():
                if step[0] in unused:
                    unused.discard(step[0])
                    used[step[0]] = (*_names(search, number), step[1])
        looked = len(search.states)
        if not unused and possible.keys() <= search.first.keys():
            break
    return used | {
        rule: _names(search, search.first[number]) for number, rule in possible.items() if number in search.first
    }


def _names(search: Search, number: int) -> Way:
    return tuple(search.program.system.transitions[search.via[each]].name for each in search.path(number)[1:])


def rules_along(spec: Spec, way: Way) -> tuple[str, ...]:
    """The rule of each step of a way that begins at the initial state; Problem when a step cannot be taken there."""
    search = Search(spec.system())
    steps, state = search.program.system.transitions, search.program.initial
    found: list[str] = []
    for name in way:
        here = [(number, after) for number, after in search.program.successors(state) if steps[number].name == name]
        if not here:
            raise Problem(
                f"{name} cannot be done after {len(found)} steps of {spec.name}",
                "its guard does not hold",
                "choose another way",
            )
        number, state = here[0]
        found.append(steps[number].rule)
    return tuple(found)
