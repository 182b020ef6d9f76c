"""The page of administration: its commands by state, its table as it stands, and what happens to its facts.

Rule: every line is computed by calling the model; nothing is restated.
"""

from collections.abc import Iterator

from siteproof.model.book.graph import reachable
from siteproof.model.book.lifecycle_page import changed, condition, happened
from siteproof.model.book.markdown import NONE, code, link, listed, page, table
from siteproof.model.language.table import REGION_OF, AdminRow, FactChange
from siteproof.model.nouns.administration import AdminVerb
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Resync, TestFailover
from siteproof.model.spec.administration.table import ADMIN_HAPPENINGS, ADMINISTRATION, allowed_administration


def administration_page() -> str:
    """The whole page."""
    return page(
        "Administration",
        "Commands beside the lifecycle, with a table and guards of their own. None of them moves the protection "
        f"region, but for {code(AdminVerb.FORCE_DISABLE.value)}, which ends it. A command that is refused has changed "
        "nothing, and so has one that fails: giving it again is its retry.",
        f"The guards speak of a few facts beside the regions: {listed(sorted(_facts()))}.",
        "## Allowed administration by state",
        f"In every state: {_verbs(_everywhere())}. Beside these:",
        table(("direction", "active", "protection", "drill", "resynchronisation", "commands"), _states()),
        "## Commands",
        table(_HEAD, [_command(row) for row in ADMINISTRATION]),
        "## Refusals",
        "A command that the state does not list is refused with "
        f"{_error(ErrorCode.OPERATION_CONFLICT)} while a job or a resynchronisation is queued or runs, else with "
        f"{_error(ErrorCode.TEST_FAILOVER_CLEANUP_PENDING)} while a drill waits for its clean-up, else with "
        f"{_error(ErrorCode.OPERATION_NOT_ALLOWED)}. Only then its own conditions are judged, in their order.",
        table(("condition", "meaning", "refused with", "judged from"), sorted(_conditions())),
        "## What happens without a command",
        table(("rule", "what", "where", "leads to", "evidence"), [happened(each) for each in ADMIN_HAPPENINGS]),
    )


_HEAD = ("rule", "command", "allowed in", "only if", "regions", "facts", "what it does", "evidence")


def _command(row: AdminRow) -> tuple[str, ...]:
    return (
        link(row.rule, "rules.md", row.rule),
        code(row.verb.value),
        condition(row.where) or "every state",
        listed(fact.meaning for fact in row.task.only_if),
        changed(row.task.to) or NONE,
        "; ".join(_turns(row.task.turns)) or NONE,
        row.task.does,
        row.evidence.value,
    )


def _turns(turns: tuple[FactChange, ...]) -> Iterator[str]:
    """One text for each fact and value that it becomes."""
    found: dict[tuple[str, str], list[str]] = {}
    for turn in turns:
        found.setdefault((REGION_OF[type(turn.before)], turn.after.value), []).append(code(turn.before.value))
    for (fact, after), before in found.items():
        yield f"{fact} {' or '.join(before)} → {code(after)}"


def _facts() -> set[str]:
    happening = {REGION_OF[type(value)] for each in ADMIN_HAPPENINGS for value in each.to}
    return (happening | {REGION_OF[type(turn.before)] for row in ADMINISTRATION for turn in row.task.turns}) - {
        "resync"
    }


def _conditions() -> set[tuple[str, ...]]:
    return {
        (
            code(fact.name),
            fact.meaning,
            _error(fact.refused_with),
            condition(fact.where) if fact.where is not None else "the command's arguments",
        )
        for row in ADMINISTRATION
        for fact in row.task.only_if
    }


def _everywhere() -> tuple[AdminVerb, ...]:
    return tuple(verb for verb in AdminVerb if all(verb in _allowed(regions) for regions in reachable()))


def _allowed(regions: Regions) -> frozenset[AdminVerb]:
    return allowed_administration(regions, CORE)


def _states() -> Iterator[tuple[str, ...]]:
    """One line for each protection state and set of commands that has more than every state has."""
    found: dict[tuple[tuple[str, ...], str], list[Regions]] = {}
    usual = frozenset(_everywhere())
    for regions in reachable():
        more = _allowed(regions) - usual
        verbs = tuple(verb for verb in AdminVerb if verb in more)
        place = (regions.direction.value, regions.active.value, code(regions.protection.value))
        if verbs:
            found.setdefault((place, _verbs(verbs)), []).append(regions)
    for (head, commands), states in found.items():
        drills = listed(each.value for each in TestFailover if each in {state.test_failover for state in states})
        resyncs = listed(each.value for each in Resync if each in {state.resync for state in states})
        yield (*head, drills, resyncs, commands)


def _verbs(verbs: tuple[AdminVerb, ...]) -> str:
    return listed(code(verb.value) for verb in verbs)


def _error(error: ErrorCode) -> str:
    return link(error.value, "errors.md", error.value)
