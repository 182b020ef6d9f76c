"""Rounds of a campaign shared among processes: the same walks as in one, whoever carries them out.

Rule: a walk that takes its process with it is a finding and no end of the campaign; nothing else of a walk depends on
the process that it was in.
"""

from collections.abc import Iterator, Sequence

from attrs import define

from siteproof.conformance.crew import Crew, Lost
from siteproof.fuzz.campaign import Rounds, walked
from siteproof.fuzz.course import TIMEOUT_SECONDS, WalkCourse, Walking
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.tally import Walked
from siteproof.fuzz.walk import Finding

WALK_SECONDS_MAX = 20 * TIMEOUT_SECONDS
NEEDED = ("siteproof.fuzz.crewed",)
_OPEN: dict[WalkCourse, Walking] = {}  # of this process; a subject is opened once and reset by every walk


def carried_out(course: WalkCourse, number: int, guide: Guide) -> Walked:
    """One walk in this process, on subjects that stay open for the next one."""
    if course not in _OPEN:
        _OPEN[course] = course.open()
    return walked(number, _OPEN[course].wander(number, guide))


@define(frozen=True)
class _Walking:
    """Carries out one walk: its number and the guide of its round are the task."""

    course: WalkCourse

    def __call__(self, task: tuple[int, Guide]) -> Walked:
        return carried_out(self.course, *task)


def crewed(course: WalkCourse, workers: int) -> Rounds:
    """Rounds in so many processes."""
    crew = Crew(_Walking(course), workers, WALK_SECONDS_MAX, preloaded=NEEDED)

    def rounds(numbers: Sequence[int], guide: Guide) -> Iterator[Walked]:
        for index, result in crew.as_they_end([(number, guide) for number in numbers]):
            yield lost(numbers[index], result.why) if isinstance(result, Lost) else result

    return rounds


def lost(number: int, why: str) -> Walked:
    """What the walk did went with its process; its number and the campaign's options say it again."""
    return Walked(number, PLAIN, (), (), Finding("an answer to every call", why, rule="crash"))
