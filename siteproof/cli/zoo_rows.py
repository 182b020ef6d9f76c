"""One row of the zoo's table: what the suite made of a member.

Rule: a row is a function of the results; a flaky result neither kills nor accuses anybody.
"""

from collections.abc import Iterable

from attrs import evolve, frozen

from siteproof.cli.zoo_members import Expectation, ZooMember
from siteproof.conformance.verdict import CaseResult, Verdict, chapter_of

KILLING = (Verdict.FAIL, Verdict.DISHONEST)
UNDECIDED = (Verdict.ERROR, Verdict.INCONCLUSIVE)


@frozen
class MemberResult:
    """One member: which cases caught it, the shortest trace first, what it was accused of first, in how many steps.

    `aim` says whether that requirement is one that the member breaks (right), of the same chapter (near), or neither.
    """

    id: str
    kind: Expectation
    title: str
    happened_in: str = ""
    cases: int = 0
    killed_by: tuple[str, ...] = ()
    driver: str = ""
    named: str = ""
    aim: str = ""
    steps: int = 0
    unjudged: str = ""
    reason: str = ""

    @property
    def killed(self) -> bool:
        """Whether at least one case said that it is wrong."""
        return bool(self.killed_by)

    @property
    def as_it_should_be(self) -> bool:
        """Caught if it is wrong, left alone with a verdict if it is honest."""
        if self.kind is Expectation.HONEST:
            return not (self.killed or self.unjudged)
        return self.killed or self.kind is Expectation.UNSHOWN


def unshown(name: str, member: ZooMember) -> MemberResult:
    """The row of a bug class that no call of the contract can show."""
    return MemberResult(name, member.kind, member.title, member.happened_in, reason=member.reason)


def row_of(name: str, member: ZooMember, results: tuple[CaseResult, ...], stopped: str = "") -> MemberResult:
    """What the results say of a member."""
    row = MemberResult(name, member.kind, member.title, member.happened_in, len(results))
    kills = sorted(_kills(results), key=lambda result: (len(result.trace), result.case_id))
    if not kills:
        return evolve(row, unjudged=stopped or _undecided(results))
    first, named = kills[0], kills[0].violated or kills[0].requirement_ids[0]
    return evolve(
        row,
        killed_by=tuple(result.case_id for result in kills),
        driver=_driver(first),
        named=named,
        aim=_aim(named, member.breaks),
        steps=len(first.trace),
    )


def _kills(results: Iterable[CaseResult]) -> Iterable[CaseResult]:
    return (result for result in results if result.verdict in KILLING and not result.flaky)


def _undecided(results: Iterable[CaseResult]) -> str:
    """Cases without a decision; a run without a kill is no clean pass then."""
    return ", ".join(each.case_id for each in results if each.verdict in UNDECIDED or each.flaky)


def _driver(result: CaseResult) -> str:
    """Who saw it: the case itself, the auditor beside it, or a walk."""
    if result.violated and result.violated not in result.requirement_ids:
        return "auditor"
    return "walks" if "-ST-" in f"-{result.case_id}" else "cases"


def _aim(named: str, breaks: tuple[str, ...]) -> str:
    if not breaks or named in breaks:
        return "right" if breaks else ""
    return "near" if chapter_of(named) in {chapter_of(each) for each in breaks} else "far"
