"""Rounds of a campaign shared among processes: the same walks as in one, whoever carries them out.

Rule: a walk that takes its process with it is a finding and no end of the campaign; nothing else of a walk depends on
the process that it was in.
"""

from collections.abc import Iterator, Sequence

from attrs import define

from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.crew import Crew, Lost
from siteproof.fuzz.campaign import TIMEOUT_SECONDS, Budget, Rounds, walked
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.tally import Walked
from siteproof.fuzz.walk import Finding, wander

WALK_SECONDS_MAX = 20 * TIMEOUT_SECONDS
NEEDED = ("siteproof.fuzz.crewed",)
_BENCHES: dict[SubjectAddress, Bench] = {}  # of this process; a subject is opened once and reset by every walk


@define(frozen=True)
class _Walking:
    """Carries out one walk: its number and the guide of its round are the task."""

    target: SubjectAddress
    seed: int
    steps: int

    def __call__(self, task: tuple[int, Guide]) -> Walked:
        number, guide = task
        if self.target not in _BENCHES:
            _BENCHES[self.target] = Bench(self.target.factory(), TIMEOUT_SECONDS)
        return walked(number, wander(_BENCHES[self.target], self.seed, number, self.steps, guide))


def crewed(target: SubjectAddress, seed: int, budget: Budget, workers: int) -> Rounds:
    """Rounds in so many processes."""
    crew = Crew(_Walking(target, seed, budget.steps), workers, WALK_SECONDS_MAX, preloaded=NEEDED)

    def rounds(numbers: Sequence[int], guide: Guide) -> Iterator[Walked]:
        for index, result in crew.as_they_end([(number, guide) for number in numbers]):
            yield _lost(numbers[index], result.why) if isinstance(result, Lost) else result

    return rounds


def _lost(number: int, why: str) -> Walked:
    """What the walk did went with its process; its number and the campaign's options say it again."""
    return Walked(number, PLAIN, (), (), Finding("an answer to every call", why, rule="crash"))
