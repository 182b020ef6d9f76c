"""The lifecycle's page: allowed operations of every reachable state, and the transition table as it stands.

Rule: every line is computed by calling the model; nothing is restated.
"""

from collections.abc import Iterator

from siteproof.model.export.diagram import STRICT
from siteproof.model.export.graph import all_steps, reachable
from siteproof.model.export.markdown import NONE, code, link, listed, page, table
from siteproof.model.language.table import Change, Happening, Row, Where
from siteproof.model.lifecycle import HAPPENINGS, LIFECYCLE, allowed_operations, running_place
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import RECORDED_NAME, Resync, TestFailover, Verb

Group = tuple[Regions, tuple[Verb, ...], list[Regions]]


def lifecycle_page() -> str:
    """The whole page."""
    return page(
        "Lifecycle",
        "![Lifecycle of a protected machine](lifecycle.svg)",
        f"{len(reachable())} states can be reached, by {len(all_steps())} steps. Exactly the commands listed for a "
        "state succeed in it; every other one is refused with a named error and changes nothing.",
        "## Allowed operations by state",
        _states(CORE),
        "## Where a profile requires the commit before a reprotect",
        _differences(),
        "## Commands",
        "A job moves through its phases to its end; when it fails it goes to the state in the column *when it fails*.",
        _commands(),
        "## What happens without a command",
        table(("rule", "what", "where", "leads to", "evidence"), [_happening(each) for each in HAPPENINGS]),
        "## Names of the commands",
        table(("command", "recorded name"), [(code(verb.value), RECORDED_NAME[verb]) for verb in Verb]),
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
        _where(row.where) + profile,
        " → ".join(_change(change) for change in job.through) or NONE,
        _change(job.to),
        _change(job.on_failure) if job.on_failure else "as before",
        listed(fact.meaning for fact in job.only_if),
        row.evidence.value,
    )


def _happening(event: Happening) -> tuple[str, ...]:
    name = event.name.replace("_", " ")
    rule = link(event.rule, "rules.md", event.rule)
    return (rule, name, _where(event.where), _change(event.to), event.evidence.value)


def _where(where: Where) -> str:
    parts = {region: " or ".join(sorted(value.value for value in values)) for region, values in where.fits.items()}
    order = ("direction", "active", "protection", "test_failover", "resync")
    return "; ".join(f"{region} {parts[region]}" for region in order if region in parts)


def _change(change: Change) -> str:
    return ", ".join(_BESIDE.get(type(value), "") + code(value.value) for value in change)


_BESIDE: dict[type, str] = {TestFailover: "drill ", Resync: "resync "}
