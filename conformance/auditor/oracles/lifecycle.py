"""Oracles of the lifecycle: steps, answers and the table.

Rule: what is allowed is the model's; no row of its table is repeated here. A step that no command and no happening of
the model explains is wrong, and the requirement named is the one that says where that command leads.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.memory import runs_a_job
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.conformance.coverage.events import state_name
from siteproof.conformance.coverage.trail import DeviationKind
from siteproof.conformance.offers import offered
from siteproof.model.language.table import matching
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Resync, Verb
from siteproof.model.spec.groups import TOGETHER
from siteproof.model.spec.lifecycle.table import allowed_operations, rows_of, settled
from siteproof.model.spec.registry import requirements

C = Capability

LEADS: Mapping[Verb, str] = {  # the requirement that says where the command leads
    Verb.ENABLE: "SP-LC-28",
    Verb.DISABLE: "SP-LC-40",
    Verb.RESYNCHRONIZE: "SP-RES-26",
    Verb.TEST_FAILOVER: "SP-DRL-12",
    Verb.CLEAN_UP_TEST: "SP-DRL-13",
    Verb.FAIL_OVER: "SP-FO-2",
    Verb.CHANGE_RECOVERY_POINT: "SP-LC-47",
    Verb.COMMIT: "SP-LC-46",
    Verb.COMPLETE_MIGRATION: "SP-FO-11",
    Verb.REPROTECT: "SP-FB-6",
    Verb.FAIL_BACK: "SP-FB-12",
    Verb.CANCEL: "SP-FB-13",
}


@oracle("SP-LC-1", C.LIFECYCLE)
def commands_are_taken_as_listed(look: Look) -> Iterator[Wrong]:
    """A command succeeds exactly when the table lists it for the state."""
    for each in look.deviations:
        if each.kind in (DeviationKind.ACCEPTED, DeviationKind.REFUSED):
            code = each.kind is DeviationKind.REFUSED and each.model.startswith("the model refuses")
            yield Wrong(each.model, each.recorded, "SP-LC-45" if code else "")


@oracle("SP-LC-4", C.LIFECYCLE)
def steps_are_those_of_the_model(look: Look) -> Iterator[Wrong]:
    """Every change since the last look is a step, or several hidden ones, that the model allows."""
    for each in look.deviations:
        if each.kind in (DeviationKind.LED, DeviationKind.NOWHERE):
            yield Wrong(each.model, each.recorded, _leads(look, each.verb))


def _leads(look: Look, verb: Verb | None) -> str:
    """Of a step without a command: who cleared the mark, who ended the drill; otherwise the protection region moved."""
    if verb is not None:
        return LEADS[verb]
    before = look.before.regions if look.before is not None else look.now.regions
    if before.resync is not look.now.regions.resync:
        return "SP-RES-24"
    return "SP-DRL-8" if before.test_failover is not look.now.regions.test_failover else ""


@oracle("SP-LC-3", C.LIFECYCLE)
def allowed_operations_are_the_tables(look: Look) -> Iterator[Wrong]:
    """Of the commands that it offers, a machine lists exactly those that the table allows in the state it shows."""
    regions, profile = look.now.regions, look.bench.profile
    offers = set(offered(look.bench.description))
    expected = allowed_operations(regions, profile) & offers - (TOGETHER if look.now.group else frozenset())
    shown = set(look.now.allowed) & offers
    if shown != expected:
        yield Wrong(
            f"allowed operations in {state_name(regions)}: {_names(expected)}", _names(shown), listing(regions, profile)
        )


def listing(regions: Regions, profile: Profile) -> str:
    """The requirement that speaks of this state's commands: the one whose rules are the table's rows of the state."""
    rows = {row.rule for row in matching(rows_of(profile), regions, profile)}
    known = [each for each in requirements.requirements() if each.id.startswith("SP-LC-") and rows & set(each.rules)]
    return max(known, key=lambda each: _likeness(rows, set(each.rules))).id if known else "SP-LC-16"


def _likeness(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


@oracle("SP-LC-5", C.LIFECYCLE)
def nothing_runs_after_settle(look: Look) -> Iterator[Wrong]:
    """Every job has ended by the time that settle returns."""
    regions = look.now.regions
    if look.memory.settled and (runs_a_job(regions) or look.now.running_job):
        asked = look.memory.asked
        verb = asked.command.verb if asked is not None else None
        of = "SP-RES-26" if regions.resync in (Resync.QUEUED, Resync.RUNNING) else LEADS[verb] if verb else ""
        yield Wrong("no job runs after settle", f"{state_name(regions)} {look.now.running_job}".strip(), of)


@oracle("SP-LC-46", C.LIFECYCLE)
def a_job_without_trouble_succeeds(look: Look) -> Iterator[Wrong]:
    """A command that nothing hinders leads to the state of its success."""
    memory, asked = look.memory, look.memory.asked
    if asked is None or not memory.settled or memory.asked_count > 1 or memory.troubles or memory.link_down:
        return
    if memory.held_up:
        return
    verb = asked.command.verb
    expected = settled(asked.before.regions, verb, look.bench.profile)
    if _told(expected, verb) != _told(look.now.regions, verb):
        yield Wrong(f"{verb.value} leads to {state_name(expected)}", state_name(look.now.regions), LEADS[verb])


def _told(regions: Regions, verb: Verb) -> str:
    """The state, without the mark unless the command is about it: a mark may come more often than necessary."""
    name = state_name(regions)
    return name if verb is Verb.RESYNCHRONIZE else name.split("+resync", maxsplit=1)[0]


def _names(verbs: AbstractSet[Verb]) -> str:
    return ", ".join(sorted(verb.value for verb in verbs)) or "none"


ORACLES: tuple[Oracle, ...] = (
    commands_are_taken_as_listed,
    steps_are_those_of_the_model,
    nothing_runs_after_settle,
    a_job_without_trouble_succeeds,
    allowed_operations_are_the_tables,
)
