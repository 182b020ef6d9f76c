"""A mutant before the judge: only where its trigger holds, until the first case says that it is wrong.

Rule: up to the first call at which its trigger holds a mutant is the honest subject, so a case that is played in a
world in which it never holds comes out as it does for the honest one; where it holds is seen once, for all mutants
together, on the honest subject.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from siteproof.conformance.attempt import Attempt
from siteproof.conformance.carriers.broken import CarrierBroken
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.case import Case
from siteproof.conformance.heavy import weight_of
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.conformance.worlds.plan import EFFORTS, Depth, plan
from siteproof.conformance.worlds.world import World
from siteproof.fuzz.mutants.subject import Factory, Intercepted, mutated, watched
from siteproof.fuzz.mutants.words import Mutant
from siteproof.model.nouns.profile import CORE

KILLING = (Verdict.FAIL, Verdict.DISHONEST)
TEXT_MAX = 200


@frozen
class Play:
    """One case in one world, with so many of the choices that it leaves to the seed."""

    case_id: str
    world: World
    breadth: int = 1


@frozen
class HonestPlay:
    """One play on the honest subject: its verdict, its steps, and the mutants whose triggers held in it."""

    play: Play
    verdict: Verdict
    steps: int
    ids: frozenset[str]


@frozen
class MutantJudgement:
    """What the suite said of one mutant. `tried` plays were run, `held` is in how many its trigger holds."""

    held: int = 0
    tried: int = 0
    killer: str = ""
    world: str = ""
    verdict: str = ""  # the first that is not the honest subject's; empty when none is
    expected: str = ""
    actual: str = ""
    steps: int = 0

    @property
    def killed(self) -> bool:
        """Whether a case said that it is wrong."""
        return bool(self.killer)


def plays(cases: Sequence[Case], honest: Factory, depth: Depth, seed: int) -> list[Play]:
    """Every case in every world that a run of this depth plays it in."""
    planned = plan(cases, honest().describe(), depth, seed)
    return [Play(case.id, world, EFFORTS[depth].breadth) for case in cases for world in planned.worlds[case.id]]


def held(
    mutants: Iterable[Mutant], honest: Factory, cases: Mapping[str, Case], chosen: Iterable[Play], seed: int
) -> list[HonestPlay]:
    """In which of the plays the triggers of the mutants hold."""
    subject, found = watched(mutants, honest), []
    fired = subject.scene.facts.fired
    try:
        for play in chosen:
            fired.clear()
            result = played(subject, cases[play.case_id], play, seed)
            found.append(HonestPlay(play, result.verdict, len(result.trace), frozenset(fired)))
    finally:
        subject.close()
    return found


def judged(
    mutant: Mutant, honest: Factory, cases: Mapping[str, Case], record: Iterable[HonestPlay], seed: int
) -> MutantJudgement:
    """The suite on the mutant: the lightest plays first, and no further than the first that kills it."""
    mine = sorted((each for each in record if mutant.id in each.ids), key=_work)
    odd: CaseResult | None = None
    subject = mutated(mutant, honest)
    try:
        for number, (was, result) in enumerate(_results(subject, cases, mine, seed), start=1):
            if result.verdict in KILLING and was.verdict not in KILLING:
                return _killed(result, was.play, len(mine), number)
            odd = odd or (result if result.verdict is not was.verdict else None)
    finally:
        subject.close()
    if odd is None:
        return MutantJudgement(len(mine), len(mine))
    return MutantJudgement(
        len(mine), len(mine), verdict=odd.verdict.value, actual=f"{odd.case_id}: {odd.detail[:TEXT_MAX]}"
    )


def _work(held: HonestPlay) -> tuple[int, int]:
    return weight_of(held.play.case_id), held.steps


def _results(
    subject: Intercepted, cases: Mapping[str, Case], mine: Iterable[HonestPlay], seed: int
) -> Iterator[tuple[HonestPlay, CaseResult]]:
    for each in mine:
        yield each, played(subject, cases[each.play.case_id], each.play, seed)


def played(subject: Intercepted, case: Case, play: Play, seed: int) -> CaseResult:
    """One attempt, without a bound in time: whoever calls this has a process of its own."""
    attempt = Attempt(case, subject.describe(), CORE, seed, play.world, play.breadth)
    try:
        return attempt.not_started() or attempt.run(InProcess(subject))
    except CarrierBroken as broken:
        return attempt.ended_by(broken)


def _killed(result: CaseResult, play: Play, holds: int, tried: int) -> MutantJudgement:
    return MutantJudgement(
        holds,
        tried,
        result.case_id,
        str(play.world),
        result.verdict.value,
        result.expected[:TEXT_MAX],
        result.actual[:TEXT_MAX],
        len(result.trace),
    )
