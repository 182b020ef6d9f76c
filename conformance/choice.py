"""Which cases a user means by a name: a case, or the cases of a requirement or of a rule, however it is spelled.

Rule: a name that was ever printed stays understood, and an unknown one is answered with the nearest known ones.
"""

from collections.abc import Iterable

from siteproof.conformance.case import Case, spelled
from siteproof.conformance.heavy import weight_of
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry import requirements
from siteproof.model.spec.registry.requirements import Requirement, near

WALKS = "stateful"  # the chapter of cases that are drawn step by step; a few of them belong to every look
HOW = "a case is C-RES-4, a requirement SP-RES-4, a rule RES-4; siteproof conform --list shows every case"


def cases_called(name: str, cases: Iterable[Case]) -> tuple[Case, ...]:
    """The case of that name; else those of the requirement, or of the requirements that the rule keeps.

    `drl-6`, `DRL-6` and `c-drl-6` are the case C-DRL-6, `sp-drl-6` is every case that witnesses SP-DRL-6. Problem when
    nothing is called so, or when no case speaks of it.
    """
    every = tuple(cases)
    own = spelled(name, every)
    if own is not None:
        return (own,)
    meant = _requirements_called(name)
    for several in meant:
        ids = {each.id for each in several}
        found = tuple(case for case in every if ids & set(case.requires))
        if found:
            return found
    raise _without_cases(meant[0][0]) if meant else _unknown(name, every)


def cases_at(depth: Depth | None, cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """Those that a run of that depth plays when nobody chose others: all of them, but at a first look."""
    return each_requirement_once(cases) if depth is Depth.QUICK else cases


def each_requirement_once(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Few and light cases that together speak of every requirement of them all, in their order; walks are among them.

    What is light is chosen first for what it adds; then what the others make superfluous is left out, the heavy first.
    """
    every = tuple(cases)
    chosen = [case for case in every if case.chapter == WALKS]
    left = {name for case in every for name in case.requires} - {name for case in chosen for name in case.requires}
    while left:
        best = max(every, key=lambda case: len(left & set(case.requires)) / weight_of(case.id))
        chosen.append(best)
        left -= set(best.requires)
    for case in sorted(chosen, key=lambda case: -weight_of(case.id)):
        others = {name for other in chosen if other is not case for name in other.requires}
        if case.chapter != WALKS and others >= set(case.requires):
            chosen.remove(case)
    return tuple(case for case in every if case in chosen)


def _requirements_called(name: str) -> list[list[Requirement]]:
    """By its id with or without `SP-`, then by the rule that keeps them: LC-2 also for LC-2.7."""
    wanted = name.upper()
    every = requirements.requirements()
    own = [each for each in every if each.id in (wanted, f"SP-{wanted}")]
    kept = [each for each in every if any(_within(rule, wanted) for rule in each.rules)]
    return [several for several in (own, kept) if several]


def _within(rule: str, family: str) -> bool:
    return rule == family or rule.startswith(f"{family}.")


def _without_cases(first: Requirement) -> Problem:
    cause = first.informative or f"the suite lacks one: {first.sentence}"
    return Problem(f"no case speaks of {first.id}", cause, HOW, ExitCode.USAGE)


def _unknown(name: str, cases: tuple[Case, ...]) -> Problem:
    known = [*(each.id for each in cases), *(each.id for each in requirements.requirements())]
    return Problem(
        f"there is no case {name!r}", "the suite has no such case", f"{near(name, known)} ({HOW})", ExitCode.USAGE
    )
