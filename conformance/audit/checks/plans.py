"""Checks of recovery plans: what `siteproof plan check` finds in them, and whether their machines are there."""

from collections import Counter
from collections.abc import Iterator

from siteproof.conformance.audit.check import AuditScene, Observed, Severity, check
from siteproof.conformance.exports.plans import members, plan_of
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import key_of
from siteproof.conformance.exports.words import verbs_of
from siteproof.model.advice.recovery_plan.checks import judge
from siteproof.model.advice.recovery_plan.findings import PlanOutcome
from siteproof.model.nouns.vocabulary import Verb

FAILOVERS = frozenset({Verb.TEST_FAILOVER, Verb.FAIL_OVER, Verb.FAIL_BACK})


@check(
    "AUD-PLAN",
    Severity.ERROR,
    "SP-PLN-4",
    "SP-PLN-7",
    "SP-PLN-8",
    remedy="mend the plan in the portal, export it again, and compare both with siteproof plan diff",
)
def plans_can_run(scene: AuditScene) -> Iterator[Observed]:
    """A plan has at most 100 machines in 7 groups, and every action of it can run."""
    known = names(scene)
    for plan in scene.vault.plans:
        verdict = judge(plan_of(plan, known))
        for finding in verdict.findings:
            if finding.outcome is PlanOutcome.REFUTED:
                for each in finding.details:
                    yield Observed(plan, f"groups.{finding.id}", f"{plan.name}: {each} ({finding.id})")


@check(
    "AUD-PLAN-NOTE",
    Severity.NOTE,
    "SP-PLN-3",
    remedy="put a manual action where somebody has to act, and undo by hand or by a "
    "runbook of your own what a drill's actions changed",
)
def actions_do_what_is_hoped(scene: AuditScene) -> Iterator[Observed]:
    """Actions run on the way back as well, and a drill's actions are undone."""
    known = names(scene)
    for plan in scene.vault.plans:
        for finding in judge(plan_of(plan, known)).findings:
            if finding.id in ("way back", "drill") and finding.outcome is PlanOutcome.NOTE:
                told = "; ".join(each.split(": say who", maxsplit=1)[0] for each in finding.details)
                yield Observed(plan, f"groups.{finding.id}", f"{plan.name}: {finding.sentence}: {told}")


@check(
    "AUD-PLAN-MEMBER",
    Severity.ERROR,
    "SP-PLN-1",
    "SP-PLN-2",
    remedy="take dead members out, leave each machine in one group",
)
def members_are_there(scene: AuditScene) -> Iterator[Observed]:
    """Every member of a plan is a machine of the vault, once, and replicates."""
    known = names(scene)
    for plan in scene.vault.plans:
        counted = Counter(key_of(each.identity) for each in members(plan, known))
        for key, count in counted.items():
            machine = scene.vault.machine_of(key)
            name = machine.name if machine is not None else key
            if count > 1:
                yield Observed(plan, f"groups.{key}", f"{plan.name} has {name} {count} times")
            if machine is None and scene.vault.machines:
                yield Observed(plan, f"groups.{key}.dead", f"{plan.name} has {name}, which is no machine of this vault")


@check(
    "AUD-PLAN-OPS",
    Severity.ERROR,
    "SP-PLN-1",
    "SP-LC-1",
    remedy="look at that machine first: the plan would run, and leave it out",
)
def plans_offer_what_members_do(scene: AuditScene) -> Iterator[Observed]:
    """What a plan offers, each of its members offers."""
    known = names(scene)
    for plan in scene.vault.plans:
        offered = verbs_of(plan.words("allowedOperations") or ())[0] & FAILOVERS
        for each in members(plan, known):
            machine = scene.vault.machine_of(each.identity)
            lacks = offered - _offers(machine) if machine is not None else frozenset()
            if lacks:
                told = ", ".join(sorted(verb.value for verb in lacks))
                sentence = f"{plan.name} offers {told}, its member {each.name} does not"
                yield Observed(plan, f"allowedOperations.{key_of(each.identity)}", sentence)


def names(scene: AuditScene) -> dict[str, str]:
    """The names of the vault's machines by their key; two of one name keep their keys."""
    count = Counter(each.name for each in scene.vault.machines)
    return {key_of(each.id): each.name for each in scene.vault.machines if count[each.name] == 1}


def _offers(machine: Thing) -> frozenset[Verb]:
    """What it lists; everything when the export has no list, for then nothing is said."""
    listed = machine.words("allowedOperations")
    return FAILOVERS if listed is None else verbs_of(listed)[0]
