"""Verdicts: what one case, one requirement and one whole run come to, and the exit code that follows (docs/design.md).

The rule its maintainers keep: nothing but `pass` is ever counted as a pass. Skipped, unsupported, unwitnessed and
invented by the adapter are shown, each under its own name, and none of them makes a subject conformant.
"""

import functools
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from siteproof.conformance.coverage.events import Event
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.worlds.meetings import Met
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Description, Provider
from siteproof.model.spec.registry import requirements

MUST = "MUST"
INTERRUPTED = "interrupted"  # how `Report.stopped` begins when the user ended the run


class Verdict(StrEnum):
    """How a case or a requirement came out; the order here is from worst to best."""

    FAIL = "fail"  # the subject did something that the requirement forbids
    DISHONEST = "dishonest"  # a declared capability was contradicted by a probe
    ERROR = "error"  # the subject crashed, hung or broke the protocol: data, but no judgement
    INCONCLUSIVE = "inconclusive"  # nothing was witnessed, or the bench cannot show it on this subject
    UNSUPPORTED = "unsupported"  # the subject says that it does not do this
    NON_STRICT = "non_strict"  # kept in substance, not to the letter
    PASS = "pass"  # noqa: S105  (a verdict, not a password)


SEVERITY: tuple[Verdict, ...] = tuple(Verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst verdict of at least one."""
    return min(verdicts, key=SEVERITY.index)


@frozen
class CaseResult:
    """What one case found, however long it took: two equal runs have equal results.

    `needs` names the capabilities that the case rests on.
    `violated` is the id of the requirement that a failure contradicts, `requirement` its sentence; both may be of
    another requirement than the case's own, because the auditor judges everything that a case shows.
    `unwitnessed` lists the required ids for which nothing was really checked. `provider` is `adapter` when a
    capability that the case needs is invented by the adapter. `history` holds the states that the subject showed and
    the commands that were asked in them (docs/histories.md). `world` is where it came out like this, `worlds` are all
    in which it was played, `breadth` how many of the seed's choices it took.
    """

    case_id: str
    sentence: str
    level: str
    requirement_ids: tuple[str, ...]
    verdict: Verdict
    seed: int = 0
    requirement: str = ""
    violated: str = ""
    expected: str = ""
    actual: str = ""
    detail: str = ""
    trace: tuple[RecordedStep, ...] = ()
    unwitnessed: tuple[str, ...] = ()
    provider: Provider = Provider.PRODUCT
    needs: tuple[str, ...] = ()
    flaky: bool = False
    replay: str = ""
    history: tuple[Event, ...] = field(default=(), repr=False)
    world: World = PLAIN
    worlds: tuple[World, ...] = ()
    breadth: int = 1

    @property
    def chapter(self) -> str:
        """The chapter of its first requirement: RES of SP-RES-4."""
        return chapter_of(self.requirement_ids[0]) if self.requirement_ids else ""

    @property
    def named(self) -> tuple[str, ...]:
        """The requirement that a failure contradicts; of every other result, all that the case requires."""
        return (self.violated,) if self.violated else self.requirement_ids

    @property
    def speaks_of(self) -> tuple[str, ...]:
        """The case's requirements, and the one that it showed to be violated."""
        return tuple(dict.fromkeys((*self.requirement_ids, *self.named)))

    def verdict_of(self, requirement_id: str) -> Verdict:
        """What this case says of one of its requirements; a witness of one is no witness of another.

        A failure says nothing of the requirements that it does not contradict: the case did not come to its end.
        """
        if self.violated and self.verdict is Verdict.FAIL:
            return Verdict.FAIL if requirement_id == self.violated else Verdict.INCONCLUSIVE
        if self.unwitnessed and self.verdict is Verdict.INCONCLUSIVE and requirement_id not in self.unwitnessed:
            return Verdict.PASS
        return self.verdict


@frozen
class RequirementVerdict:
    """One requirement over all its cases: its worst verdict, the catalogue's level, whose merit it is."""

    id: str
    level: str
    verdict: Verdict
    provider: Provider
    case_ids: tuple[str, ...]

    @property
    def chapter(self) -> str:
        """The chapter it belongs to."""
        return chapter_of(self.id)

    @property
    def counted(self) -> bool:
        """Whether it counts as passed for the product."""
        return self.verdict is Verdict.PASS and self.provider is Provider.PRODUCT


@frozen
class Report:
    """One judged run. `choice` says which cases were chosen when it was not all, `stopped` why it ended too early.

    `met` says which values of its worlds met each other; None when only one world was played.
    """

    description: Description
    profile: Profile
    seed: int
    version: str
    spec_digest: str
    results: tuple[CaseResult, ...]
    choice: str = ""
    options: Mapping[str, Any] = field(factory=dict)
    stopped: str = ""
    met: Met | None = None

    @functools.cached_property
    def requirements(self) -> tuple[RequirementVerdict, ...]:
        """All requirements that a case of this run speaks about, by id."""
        speaking: dict[str, list[CaseResult]] = {}
        for result in self.results:
            for name in result.speaks_of:
                speaking.setdefault(name, []).append(result)
        return tuple(_roll_up(name, speaking[name]) for name in sorted(speaking, key=requirement_order))

    @property
    def interrupted(self) -> bool:
        """Whether the user ended the run before its last case."""
        return self.stopped.startswith(INTERRUPTED)

    @property
    def exit_code(self) -> ExitCode:
        """0 iff every MUST passed; 1 violation, 3 cannot judge (or not to the end), 5 nothing ran, 130 interrupted."""
        if self.interrupted:
            return ExitCode.INTERRUPTED
        code = exit_code(self.requirements)
        return ExitCode.CANNOT_JUDGE if self.stopped and code is not ExitCode.VIOLATION else code

    @property
    def conformant(self) -> bool:
        """Whether every MUST that was judged passed on the product's own merit."""
        return self.exit_code is ExitCode.OK


def exit_code(requirements: tuple[RequirementVerdict, ...]) -> ExitCode:
    """The exit code that a set of judged requirements deserves (docs/design.md, Users).

    A MUST which the subject does not offer, offers only through its adapter, or keeps not to the letter is a MUST that
    it does not keep: 1. Dishonesty about a capability is 1 whatever the level.
    """
    if not requirements:
        return ExitCode.NOTHING_RAN
    musts = [requirement for requirement in requirements if requirement.level == MUST]
    verdicts = {requirement.verdict for requirement in musts}
    if Verdict.FAIL in verdicts or any(each.verdict is Verdict.DISHONEST for each in requirements):
        return ExitCode.VIOLATION
    if verdicts & {Verdict.ERROR, Verdict.INCONCLUSIVE}:
        return ExitCode.CANNOT_JUDGE
    return ExitCode.OK if all(requirement.counted for requirement in musts) else ExitCode.VIOLATION


def chapter_of(requirement_id: str) -> str:
    """RES of SP-RES-4; the id itself when it is of another form."""
    parts = requirement_id.split("-")
    return parts[-2] if len(parts) > 1 else requirement_id


def requirement_order(requirement_id: str) -> tuple[str, tuple[int, ...], str]:
    """A sorting key under which SP-RES-10 comes after SP-RES-9."""
    digits = "".join(char if char.isdigit() else " " for char in requirement_id.rsplit("-", maxsplit=1)[-1]).split()
    return chapter_of(requirement_id), tuple(int(number) for number in digits), requirement_id


def _level(name: str, mine: list[CaseResult]) -> str:
    """What the catalogue says; of an id that it does not know, the highest level of its cases."""
    return _levels().get(name) or (MUST if any(result.level == MUST for result in mine) else mine[0].level)


@functools.cache
def _levels() -> Mapping[str, str]:
    return {each.id: each.level.value for each in requirements.requirements()}


def _roll_up(name: str, mine: list[CaseResult]) -> RequirementVerdict:
    invented = any(result.provider is Provider.ADAPTER for result in mine)
    return RequirementVerdict(
        id=name,
        level=_level(name, mine),
        verdict=worst(result.verdict_of(name) for result in mine),
        provider=Provider.ADAPTER if invented else Provider.PRODUCT,
        case_ids=tuple(result.case_id for result in mine),
    )
