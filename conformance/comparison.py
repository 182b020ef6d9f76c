"""Two records beside each other: what is lost by going from the first to the second, and what is won.

Rule: a requirement is lost when it was counted as kept and is not any more; what only one of both specifications
knows is told apart, because nothing was lost or won by it.
"""

from collections.abc import Iterator, Mapping

from attrs import frozen

from siteproof.conformance.render.text import printable
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verdict import CaseResult, Report, RequirementVerdict, Verdict, requirement_order
from siteproof.model.nouns.problem import Problem


@frozen
class RequirementChange:
    """A requirement that came out otherwise: before, after, and the shortest scenario that shows how it is not kept."""

    requirement: str
    level: str
    before: str
    after: str
    case_id: str = ""
    sentence: str = ""
    scenario: tuple[RecordedStep, ...] = ()
    why: str = ""


@frozen
class RunComparison:
    """`lost` and `won` are requirements, `capabilities_*` what is declared; `only_*` is judged on one side alone.

    `reworded` lists cases that say something else on the other side: their change may be the specification's.
    """

    names: tuple[str, str]
    specs: tuple[str, str]
    lost: tuple[RequirementChange, ...]
    won: tuple[RequirementChange, ...]
    capabilities_lost: tuple[str, ...]
    capabilities_won: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    reworded: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """For people, what is lost first."""
        yield f"from {printable(self.names[0])} to {printable(self.names[1])}"
        if self.specs[0] != self.specs[1]:
            yield f"the specification changed from {self.specs[0]} to {self.specs[1]}"
        yield from self._declared()
        yield f"lost: {len(self.lost)} requirements"
        for change in self.lost:
            yield from _shown(change)
        yield f"won: {len(self.won)} requirements"
        yield from (f"  {each.requirement:<10} {each.before} → {each.after}" for each in self.won)
        yield from _listed("judged only before", self.only_before)
        yield from _listed("judged only after", self.only_after)
        yield from _listed("cases that say something else now", self.reworded)

    def _declared(self) -> Iterator[str]:
        yield from _listed("capabilities lost", self.capabilities_lost)
        yield from _listed("capabilities won", self.capabilities_won)


def compared(before: RecordedRun, after: RecordedRun) -> RunComparison:
    """The two last runs of two records; Problem when one of both could not be judged."""
    one, other = _report(before), _report(after)
    old, new = _by_id(one), _by_id(other)
    both = [name for name in old if name in new]
    changes = [_change(old[name], new[name], one, other) for name in both if old[name].counted != new[name].counted]
    offers = [{each.value for each in report.description.capabilities} for report in (one, other)]
    said = {case.case_id: case.sentence for case in one.results}
    return RunComparison(
        names=(_name(one), _name(other)),
        specs=(one.spec_digest, other.spec_digest),
        lost=tuple(each for each in changes if old[each.requirement].counted),
        won=tuple(each for each in changes if new[each.requirement].counted),
        capabilities_lost=tuple(sorted(offers[0] - offers[1])),
        capabilities_won=tuple(sorted(offers[1] - offers[0])),
        only_before=tuple(name for name in old if name not in new),
        only_after=tuple(name for name in new if name not in old),
        reworded=tuple(c.case_id for c in other.results if said.get(c.case_id, c.sentence) != c.sentence),
    )


def _report(record: RecordedRun) -> Report:
    if record.report is None:
        hint = "mend the adapter: siteproof doctor"
        raise Problem("there is nothing to compare", "one of the subjects could not be judged", hint)
    return record.report


def _by_id(report: Report) -> Mapping[str, RequirementVerdict]:
    found = {each.id: each for each in report.requirements}
    return {name: found[name] for name in sorted(found, key=requirement_order)}


def _name(report: Report) -> str:
    return f"{report.description.name} {report.description.version}"


def _change(old: RequirementVerdict, new: RequirementVerdict, one: Report, other: Report) -> RequirementChange:
    words = _verdict(old), _verdict(new)
    shown = _shortest(new.id, other if old.counted else one)
    if shown is None:
        return RequirementChange(new.id, new.level, *words)
    why = f"expected {shown.expected}; actual {shown.actual}" if shown.expected else shown.detail
    return RequirementChange(new.id, new.level, *words, shown.case_id, shown.sentence, shown.trace, why)


def _verdict(each: RequirementVerdict) -> str:
    by_adapter = each.verdict is Verdict.PASS and not each.counted
    return "by the adapter only" if by_adapter else each.verdict.value


def _shortest(name: str, report: Report) -> CaseResult | None:
    """The case with the fewest steps that says most about why it is not kept."""
    mine = [case for case in report.results if name in case.speaks_of]
    bad = [case for case in mine if case.verdict_of(name) is not Verdict.PASS] or mine
    order = list(Verdict)
    return min(bad, key=lambda case: (order.index(case.verdict_of(name)), len(case.trace)), default=None)


def _shown(change: RequirementChange) -> Iterator[str]:
    yield f"  {change.requirement:<10} {change.level:<6} {change.before} → {change.after}   case {change.case_id}"
    yield f"    {printable(change.sentence)}"
    yield from [f"    {printable(change.why)}"] * bool(change.why)
    yield from (
        f"    {step.number:<3} {printable(step.text)}  {printable(step.diff)}".rstrip() for step in change.scenario
    )


def _listed(what: str, names: tuple[str, ...]) -> Iterator[str]:
    yield from [f"{what}: {', '.join(names)}"] * bool(names)
