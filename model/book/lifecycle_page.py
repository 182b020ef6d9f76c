"""The lifecycle's page: allowed operations of every reachable state, and the transition table as it stands.

Rule: every line is computed by calling the model; nothing is restated.
"""

from collections.abc import Iterator
from typing import get_args

from siteproof.model.book.diagram import STRICT
from siteproof.model.book.graph import all_steps, reachable
from siteproof.model.book.markdown import NONE, code, link, listed, page, table
from siteproof.model.language.table import REGION_OF, Change, FactValue, Happening, Row, Value, Where
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import RECORDED_NAME, Resync, TestFailover, Verb
from siteproof.model.spec.lifecycle.retries import FailedJob, failures
from siteproof.model.spec.lifecycle.table import HAPPENINGS, LIFECYCLE, allowed_operations, running_place
from siteproof.model.spec.registry.designs import usual_check
from siteproof.model.spec.registry.specs import RIGHT

FEW = 5  # so many times more values than others: the others are named
Group = tuple[Regions, tuple[Verb, ...], list[Regions]]


def lifecycle_page() -> str:
    """The whole page."""
    return page(
        "Lifecycle",
        "![Lifecycle of a protected machine](lifecycle.svg)",
        f"{len(reachable())} states can be reached, by {len(all_steps())} steps. Exactly the commands listed for a "
        "state succeed in it; every other one is refused with a named error and changes nothing.",
        _counted_otherwise(),
        "## Allowed operations by state",
        _states(CORE),
        "## Where a profile requires the commit before a reprotect",
        _differences(),
        "## Commands",
        "A job moves through its phases to its end; when it fails it goes to the state in the column *when it fails*.",
        _commands(),
        "## When a job fails",
        "Each job can fail, and can be given again: the last column is the fewest commands that lead from the failure "
        "to where the job would have ended.",
        table(("command", "fails in", "by rule", "leads to", "again"), _failures()),
        "## What happens without a command",
        table(("rule", "what", "where", "leads to", "evidence"), [happened(each) for each in HAPPENINGS]),
        "## Names of the commands",
        table(("command", "recorded name"), [(code(verb.value), RECORDED_NAME[verb]) for verb in Verb]),
    )


def _counted_otherwise() -> str:
    """Why an exploration has other figures for the same lifecycle."""
    check = usual_check(RIGHT["lifecycle"])
    return (
        "A step is counted here for the state in which the command was given: each phase of its job from there, and "
        f"one failure, from the first phase. `siteproof explore {check.spec}` counts {check.transitions} transitions "
        "between the same states: in a state that shows a phase of a job, every row of the table that has this phase "
        "can go on, and a job that can fail does so from there as well, whichever phase it is."
    )


def _states(profile: Profile) -> str:
    head = ("direction", "active", "protection", "runs at", "drill", "resynchronisation", "allowed operations")
    return table(head, [_state(group) for group in _groups(profile)])


def _groups(profile: Profile) -> Iterator[Group]:
    found: dict[tuple[str, ...], Group] = {}
    for regions in reachable(profile):
        verbs = _allowed(regions, profile)
        drill = "" if regions.test_failover is TestFailover.NONE else "drill"
        place = (regions.direction.value, regions.active.value, regions.protection.value, drill, *verbs)
        found.setdefault(place, (regions, verbs, []))[2].append(regions)
    yield from found.values()


def _state(group: Group) -> tuple[str, ...]:
    regions, verbs, states = group
    drills = listed(each.value for each in TestFailover if each in {state.test_failover for state in states})
    resyncs = listed(each.value for each in Resync if each in {state.resync for state in states})
    place = (regions.direction.value, regions.active.value, code(regions.protection.value))
    return (*place, running_place(regions).value, drills, resyncs, _verbs(verbs))


def _allowed(regions: Regions, profile: Profile) -> tuple[Verb, ...]:
    offered = allowed_operations(regions, profile)
    return tuple(verb for verb in Verb if verb in offered)


def _verbs(verbs: tuple[Verb, ...]) -> str:
    return listed(code(verb.value) for verb in verbs)


def _differences() -> str:
    rows = [
        (state.direction.value, code(state.protection.value), _verbs(_allowed(state, STRICT)))
        for state in reachable()
        if _allowed(state, STRICT) != _allowed(state, CORE)
    ]
    return table(("direction", "protection", "allowed operations"), rows)


def _commands() -> str:
    head = ("rule", "command", "allowed in", "phases", "ends in", "when it fails", "only if", "evidence")
    return table(head, [_command(row) for row in LIFECYCLE])


def _command(row: Row) -> tuple[str, ...]:
    job = row.job
    profile = "" if row.offered(STRICT) else "; not when the profile requires the commit"
    return (
        link(row.rule, "rules.md", row.rule),
        code(row.verb.value),
        condition(row.where) + profile,
        " → ".join(changed(change) for change in job.through) or NONE,
        changed(job.to),
        changed(job.on_failure) if job.on_failure else "as before",
        listed(fact.meaning for fact in job.only_if),
        row.evidence.value,
    )


def _failures() -> list[tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for each in (each for regions in reachable() for each in failures(regions)):
        start, end = f"{each.before.direction.value} {code(each.before.protection.value)}", _place(each)
        line = (code(each.verb.value), start, end, " → ".join(code(verb.value) for verb in each.again or ()))
        found.setdefault(line, []).append(link(each.by, "rules.md", each.by))
    return [(verb, start, listed(dict.fromkeys(by)), end, again) for (verb, start, end, again), by in found.items()]


def _place(failure: FailedJob) -> str:
    """What the failure moved, in words."""
    before, after = failure.before, failure.failed
    values: tuple[Value, ...] = (after.protection, after.test_failover, after.resync)
    same = (before.protection, before.test_failover, before.resync)
    return changed(tuple(new for new, old in zip(values, same, strict=True) if new is not old)) or "as before"


def happened(event: Happening) -> tuple[str, ...]:
    """The line of something that happens without a command."""
    name = event.name.replace("_", " ")
    rule = link(event.rule, "rules.md", event.rule)
    return (rule, name, condition(event.where) or "everywhere", changed(event.to), event.evidence.value)


def condition(where: Where) -> str:
    """A set of states in words, the regions in their order and facts after them; empty when every state lies in it."""
    order = dict.fromkeys(("direction", "active", "protection", "test_failover", "resync", *REGION_OF.values()))
    return "; ".join(f"{name} {_values(where.fits[name])}" for name in order if name in where.fits)


def _values(values: frozenset[Value]) -> str:
    """The values, or where they are nearly all of their kind, those that are not among them."""
    others = set(type(next(iter(values)))) - values
    few = len(values) > FEW * (len(others) or 1)
    return ("not " if few else "") + " or ".join(sorted(value.value for value in (others if few else values)))


def changed(change: Change) -> str:
    """The new values in words."""
    return ", ".join(_BESIDE.get(type(value), "") + code(value.value) for value in change)


_BESIDE: dict[type, str] = {
    TestFailover: "drill ",
    Resync: "resync ",
    **{kind: f"{REGION_OF[kind]} " for kind in get_args(FactValue)},
}
