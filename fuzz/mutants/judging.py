"""A mutant before the judge: only the cases in which its trigger holds, until the first one says that it is wrong.

Rule: up to the first call at which its trigger holds a mutant is the honest subject, so a case in which it never holds
comes out as it does for the honest one; which these are is seen once, for all mutants together, on the honest subject.
"""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from siteproof.conformance.case import Case
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.fuzz.mutants.subject import Factory, Intercepted, mutated, watched
from siteproof.fuzz.mutants.words import Mutant

KILLING = (Verdict.FAIL, Verdict.DISHONEST)
CASE_SECONDS_MAX = 60.0


@frozen
class Held:
    """One case on the honest subject: its verdict, its seconds, and the mutants whose triggers held in it."""

    case_id: str
    verdict: Verdict
    seconds: float
    ids: frozenset[str]


@frozen
class Judged:
    """What the suite said of one mutant. `tried` cases were run, `held` is in how many its trigger holds."""

    held: int = 0
    tried: int = 0
    killer: str = ""
    verdict: str = ""  # the worst verdict that differs from the honest subject's; empty when none does
    expected: str = ""
    actual: str = ""
    steps: int = 0

    @property
    def killed(self) -> bool:
        """Whether a case said that it is wrong."""
        return bool(self.killer)


class _Enough(Exception):  # noqa: N818  (it ends a run that has said all)
    """A case has said that the mutant is wrong."""


def held(mutants: Iterable[Mutant], honest: Factory, cases: Sequence[Case], seed: int) -> list[Held]:
    """In which of the cases the triggers of the mutants hold."""
    subjects: list[Intercepted] = []
    found: list[Held] = []

    def make() -> Intercepted:
        subjects.append(watched(mutants, honest))
        return subjects[-1]

    def note(result: CaseResult) -> None:
        ids = frozenset(name for subject in subjects for name in subject.scene.facts.fired)
        found.append(Held(result.case_id, result.verdict, result.seconds, ids))
        for subject in subjects:
            subject.scene.facts.fired.clear()

    judge(make, cases, seed=seed, on_result=note, timeout_seconds=CASE_SECONDS_MAX)
    return found


def judged(mutant: Mutant, honest: Factory, cases: Mapping[str, Case], record: Iterable[Held], seed: int) -> Judged:
    """The suite on the mutant: the quickest cases first, and no further than the first that kills it."""
    mine = sorted((each for each in record if mutant.id in each.ids), key=lambda each: each.seconds)
    right = {each.case_id: each.verdict for each in mine}
    odd: list[CaseResult] = []
    tried: list[str] = []

    def look(result: CaseResult) -> None:
        tried.append(result.case_id)
        if result.verdict is not right[result.case_id]:
            odd.append(result)
        if result.verdict in KILLING and right[result.case_id] not in KILLING:
            raise _Enough

    try:
        if mine:
            judge(
                lambda: mutated(mutant, honest),
                [cases[each.case_id] for each in mine],
                seed=seed,
                on_result=look,
                timeout_seconds=CASE_SECONDS_MAX,
            )
    except _Enough:
        return _killed(odd[-1], len(mine), len(tried))
    verdict = odd[0].verdict.value if odd else ""
    return Judged(len(mine), len(tried), verdict=verdict, actual=odd[0].detail[:200] if odd else "")


def _killed(result: CaseResult, holds: int, tried: int) -> Judged:
    return Judged(
        holds,
        tried,
        result.case_id,
        result.verdict.value,
        result.expected[:200],
        result.actual[:200],
        len(result.trace),
    )
