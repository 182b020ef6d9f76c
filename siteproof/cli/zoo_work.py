"""The zoo's work: each member judged by the whole suite, in processes that share it.

Rule: a member is judged as anybody's subject would be; only how its store waits for the device is chosen here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module

from attrs import frozen

from siteproof.cli.signs_of_life import beating
from siteproof.cli.zoo_members import MEMBERS, Expectation, ZooMember
from siteproof.cli.zoo_rows import KILLING, MemberResult, row_of, unshown
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.choice import cases_at
from siteproof.conformance.crew import Crew, Lost, drop
from siteproof.conformance.heavy import weight_of
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.conformance.verdict import CaseResult
from siteproof.conformance.worlds.plan import Depth
from siteproof.model.nouns.subject import Subject

MEMBER_SECONDS_MAX = 7200.0
MEMBER_CPU_SECONDS_MAX = 1800  # ten times what the suite needs for one


class EndedEarly(Exception):  # noqa: N818  (it names what happened)
    """The user ended the work; `rows` are those that were judged until then."""

    def __init__(self, rows: tuple[MemberResult, ...]) -> None:
        """The rows in the order of the ids."""
        self.rows = rows
        super().__init__("interrupted")


@frozen
class Strictness:
    """How members are judged: from which seed, in which worlds, and whether one kill is enough."""

    seed: int = 0
    depth: Depth | None = None
    quick: bool = False


class _Killed(Exception):  # noqa: N818  (it names what happened)
    """The member was caught, and nobody asked for more."""


def rows(
    ids: tuple[str, ...], strictness: Strictness, workers: int, on_row: Callable[[MemberResult], None] | None = None
) -> tuple[MemberResult, ...]:
    """A row per id, in the order of the ids; `on_row` hears of each as it ends. EndedEarly when the user ends it."""
    shown = [name for name in ids if MEMBERS[name].kind is not Expectation.UNSHOWN]
    done: dict[str, MemberResult] = {name: unshown(name, MEMBERS[name]) for name in ids if name not in shown}
    crew = Crew(partial(judged, strictness=strictness), workers, MEMBER_SECONDS_MAX, MEMBER_CPU_SECONDS_MAX)
    with _early(ids, done), beating(lambda seconds: f"{len(done)} of {len(ids)} members judged in {seconds:.0f} s"):
        for index, row in crew.as_they_end(shown):
            name = shown[index]
            done[name] = _lost(name, row.why) if isinstance(row, Lost) else row
            (on_row or drop)(done[name])
    return tuple(done[name] for name in ids)


def _lost(name: str, why: str) -> MemberResult:
    return row_of(name, MEMBERS[name], (), stopped=why)


@contextmanager
def _early(ids: tuple[str, ...], done: dict[str, MemberResult]) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise EndedEarly(tuple(done[name] for name in ids if name in done)) from None


def judged(name: str, strictness: Strictness) -> MemberResult:
    """The suite against one member; a wrong one is left at its first confirmed kill if that was asked for."""
    member = MEMBERS[name]
    found: list[CaseResult] = []

    def heard(result: CaseResult) -> None:
        found.append(result)
        if (
            strictness.quick
            and member.kind is not Expectation.HONEST
            and result.verdict in KILLING
            and not result.flaky
        ):
            raise _Killed

    try:
        cases = cases_at(strictness.depth, all_cases())
        cases = _ordered(member, cases) if strictness.quick else cases
        report = judge(Request(factory_of(member), cases, seed=strictness.seed, depth=strictness.depth), heard)
    except _Killed:
        return row_of(name, member, tuple(found))
    if report.interrupted:  # the judge has kept what it had; what was meant is the zoo
        raise KeyboardInterrupt
    return row_of(name, member, report.results, report.stopped)


def factory_of(member: ZooMember) -> Callable[[], Subject]:
    """What makes the member; its store does not wait for the device, which no case can see."""
    module, function = member.factory.split(":")
    return partial(getattr(import_module(module), function), durable=False)


def _ordered(member: ZooMember, cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases, those first that speak of what the member breaks first, and of those the light ones."""

    def rank(case: Case) -> tuple[int, int]:
        spoken = [place for place, requirement in enumerate(member.breaks) if requirement in case.requires]
        return min(spoken, default=len(member.breaks)), weight_of(case.id)

    return tuple(sorted(cases, key=rank))
