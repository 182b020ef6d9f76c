"""What is known to be wrong: a baseline of cases by verdict, and waivers of requirements with a reason and an end.

Rule: nothing here changes a verdict. It decides only whether a run is worse than what was known, and a baseline that
promises too little is told like one that promises too much, so that none grows old.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator

import msgspec
from attrs import frozen
from msgspec import Struct

from siteproof.conformance.case import Case
from siteproof.conformance.verdict import SEVERITY, CaseResult, Report, Verdict
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.requirements import near, requirements

HINT = "siteproof report out/results.ndjson --format expect writes such a file"


class Waiver(Struct, frozen=True, forbid_unknown_fields=True):
    """A requirement that is not kept for now: why, and the first day on which that is no excuse any more."""

    requirement: str
    reason: str
    until: dt.date


class Expectations(Struct, frozen=True, forbid_unknown_fields=True):
    """`known` lists case ids by the verdict that they are known to have."""

    known: dict[Verdict, tuple[str, ...]] = {}
    waiver: tuple[Waiver, ...] = ()

    def of(self, case_id: str) -> Verdict | None:
        """The verdict that is known of a case; None when it is expected to pass."""
        return next((verdict for verdict, cases in self.known.items() if case_id in cases), None)


@frozen
class ExpectationOutcome:
    """How a run differs from what was known; every line is for people."""

    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()

    @property
    def as_known(self) -> bool:
        """Whether nothing is worse and nothing better."""
        return not (self.worse or self.better)

    def lines(self) -> Iterator[str]:
        """What to tell, the worst first."""
        yield from (f"worse than known: {line}" for line in self.worse)
        yield from (f"better than known, take it out of the file: {line}" for line in self.better)
        yield from (f"waived: {line}" for line in self.waived)
        yield from (f"waiver has ended: {line}" for line in self.expired)
        yield "as known: nothing is worse, nothing better" if self.as_known else "not as known"


def read(data: bytes, name: str, cases: tuple[Case, ...]) -> Expectations:
    """The file's content; Problem (it calls the file `name`) when it is not one, or names what is not there."""
    try:
        found = msgspec.convert(tomllib.loads(data.decode()), Expectations)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Problem(f"{name} is no file of expectations", str(error), HINT) from error
    _all_known([each for several in found.known.values() for each in several], [case.id for case in cases], name)
    _all_known([each.requirement for each in found.waiver], [each.id for each in requirements()], name)
    twice = next((each.requirement for each in found.waiver if not each.reason.strip()), None)
    if twice is not None:
        raise Problem(f"{name}: the waiver of {twice} has no reason", "a waiver says why", "write a sentence")
    return found


def compared(report: Report, expected: Expectations, date: dt.date) -> ExpectationOutcome:
    """The run beside what was known, on that day."""
    active = {each.requirement: each for each in expected.waiver if date < each.until}
    worse: list[str] = []
    better: list[str] = []
    used: set[str] = set()
    for result in report.results:
        known = expected.of(result.case_id)
        if known is result.verdict:
            continue
        if known is not None and SEVERITY.index(result.verdict) > SEVERITY.index(known):
            better.append(f"{result.case_id} is {result.verdict.value}, known as {known.value}")
        elif result.verdict is Verdict.PASS:
            continue
        elif set(_blamed(result)) <= set(active):
            used |= set(_blamed(result))
        else:
            worse.append(_told(result, known))
    waived = tuple(f"{name} until {active[name].until}: {active[name].reason}" for name in sorted(used))
    ended = tuple(
        f"{each.requirement} on {each.until}: {each.reason}" for each in expected.waiver if date >= each.until
    )
    return ExpectationOutcome(tuple(worse), tuple(better), waived, ended)


def written(report: Report) -> str:
    """The baseline of a run, as a file of expectations."""
    lines = [f"# What siteproof {report.version} found in {_comment(report.description.name)}, seed {report.seed}."]
    lines += ["# siteproof conform --expect: exit code 0 while nothing is worse and nothing better.", "", "[known]"]
    for verdict in (each for each in SEVERITY if each is not Verdict.PASS):
        found = [f'    "{each.case_id}",' for each in report.results if each.verdict is verdict]
        lines += [f"{verdict.value} = [", *found, "]"] if found else []
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _blamed(result: CaseResult) -> tuple[str, ...]:
    """The requirement that a failure contradicts; of every other result that is no pass, all that it leaves open."""
    return result.named if result.verdict is Verdict.FAIL else (result.unwitnessed or result.requirement_ids)


def _told(result: CaseResult, known: Verdict | None) -> str:
    before = f"known as {known.value}" if known else "expected to pass"
    return f"{result.case_id} is {result.verdict.value}, {before} ({', '.join(_blamed(result))})"


def _all_known(named: list[str], there: list[str], name: str) -> None:
    unknown = next((each for each in named if each not in there), None)
    if unknown is not None:
        raise Problem(f"{name} names {unknown!r}", "there is no such case or requirement", near(unknown, there))
    doubled = next((each for each in named if named.count(each) > 1), None)
    if doubled is not None:
        raise Problem(f"{name} names {doubled} twice", "one of both cannot be so", "keep one of them")
