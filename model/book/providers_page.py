"""The providers' page: each one's table as a diff against the seed's, its policies, its plans, its choices.

Rule: every line is computed by calling the model; nothing is restated.
"""

from collections.abc import Iterator

from siteproof.model.book.graph import reachable
from siteproof.model.book.lifecycle_page import condition
from siteproof.model.book.markdown import NONE, code, listed, page, table
from siteproof.model.language.table import Row
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Resync, TestFailover, Verb
from siteproof.model.spec.lifecycle.table import LIFECYCLE, TABLES, allowed_operations
from siteproof.model.spec.providers.catalogue import PROVIDERS, SEED, profile_of
from siteproof.model.spec.providers.provider import ProviderData
from siteproof.model.spec.registry.specs import PROVIDED

ABOUT = (
    "The seed describes one provider; others of the same family have other tables. Each is data, explored and proved "
    "like the seed's (`siteproof explore lifecycle_a2a`), and printed here as what differs from it. `--provider` "
    "chooses one; where data names its provider, it is recognised."
)
HEAD = ("direction", "active", "protection", "drill", "resynchronisation", "more than the seed", "less than the seed")
CHOICES = ("what is different", "source", "evidence")


def providers_page() -> str:
    """The whole page."""
    parts = [part for each in PROVIDERS.values() for part in _provider(each)]
    return page("Replication providers", ABOUT, _overview(), *parts)


def _overview() -> str:
    head = ("provider", "what it protects", "instance types in exports", "states", "commit before reprotect")
    return table(head, [_line(each) for each in PROVIDERS.values()])


def _line(each: ProviderData) -> tuple[str, ...]:
    types = listed(code(name) for name in (*each.types, *each.back))
    first = "yes" if each.commit_first else "no"
    return code(each.name.value), each.title, types, str(len(reachable(profile_of(each.name)))), first


def _provider(each: ProviderData) -> Iterator[str]:
    yield f"## {each.name.value}"
    if each is SEED:
        yield "Its table is the seed's: [lifecycle](lifecycle.md)."
    else:
        spec = next(name for name in PROVIDED if name.endswith(each.name.value.replace("-", "_")))
        yield f"Allowed operations that differ from the seed's in the same state (specification {code(spec)}):"
        yield table(HEAD, list(_differences(each)))
        lacking = [row.rule for row in LIFECYCLE if row not in TABLES[each.name]]
        none = "all, it has a table of its own" if each.instead else listed(lacking)
        yield f"Rows of the seed that it does not have: {none}."
        yield table(("rule", "command", "allowed in", "evidence"), [_row(row) for row in _own(each)])
    yield table(("policy and plan", "value"), list(_settings(each)))
    yield table(CHOICES, [(line["what"], line["source"], line["tag"]) for line in each.choices])


def _own(each: ProviderData) -> tuple[Row, ...]:
    return tuple(row for row in TABLES[each.name] if row not in LIFECYCLE)


def _row(row: Row) -> tuple[str, ...]:
    return row.rule, code(row.verb.value), condition(row.where), row.evidence.value


def _differences(each: ProviderData) -> Iterator[tuple[str, ...]]:
    """States of both that differ; drills and marks with the same difference share a line."""
    profile, seed = profile_of(each.name), set(reachable(CORE))
    found: dict[tuple[str, ...], list[Regions]] = {}
    for state in reachable(profile):
        theirs = allowed_operations(state, profile)
        ours = allowed_operations(state, CORE) if state in seed else frozenset()
        if theirs != ours:
            place = (state.direction.value, state.active.value, code(state.protection.value))
            found.setdefault((*place, _verbs(theirs - ours), _verbs(ours - theirs)), []).append(state)
    for (direction, active, protection, more, less), states in found.items():
        drills = listed(kind.value for kind in TestFailover if kind in {state.test_failover for state in states})
        marks = listed(kind.value for kind in Resync if kind in {state.resync for state in states})
        yield direction, active, protection, drills, marks, more, less


def _verbs(verbs: frozenset[Verb]) -> str:
    return listed(code(verb.value) for verb in Verb if verb in verbs) or NONE


def _settings(each: ProviderData) -> Iterator[tuple[str, str]]:
    ranges, plan = each.policy, each.plan
    yield "retention at most", f"{ranges.retention_minutes_max} min, in steps of {ranges.retention_step_minutes} min"
    yield "app-consistent interval", f"off, or whole hours up to {ranges.app_hours_max} h"
    yield "crash-consistent interval", f"{listed(map(str, ranges.crash_seconds))} s"
    back = listed(map(str, ranges.back_crash_seconds))
    yield (
        "policy of the way back",
        f"its crash-consistent interval is {back} s" if ranges.back_crash_seconds else "none of its own",
    )
    yield "exports give retention and app-consistent interval in", ranges.exported_in
    yield "scripts and runbooks on the way back", "run" if plan.automation_on_the_way_back else "never run"
    yield "a machine whose needed one did not start", "starts anyway" if plan.dependents_start_anyway else "stays off"
