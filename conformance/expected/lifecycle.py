"""What the lifecycle expects of a state: what the model's table says of a state that a subject shows.

Rule: the judge asks the model and nobody else; no row of the table is repeated here.
"""

from collections.abc import Iterable

from siteproof.conformance import offers, verify
from siteproof.conformance.auditor.memory import runs_a_job
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.roads import arguments
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation, Regions
from siteproof.model.nouns.profile import Profile
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.groups import TOGETHER
from siteproof.model.spec.lifecycle import table as lifecycle


def offered(lab: Lab) -> list[Verb]:
    """The commands that the subject offers at all; the others are unsupported, not wrong."""
    return offers.offered(lab.description)


def allowed_as_listed(lab: Lab, seen: Observation) -> None:
    """Of the commands it offers, the machine lists exactly those that the table allows in the state it shows."""
    expected = lifecycle.allowed_operations(seen.regions, lab.profile) & set(offered(lab))
    expected -= TOGETHER if seen.group else set()
    verify.equal(
        _names(set(seen.allowed) & set(offered(lab))), _names(expected), f"allowed operations in {state(seen)}"
    )


def refuses_the_rest(lab: Lab, machine: Machine) -> None:
    """Every offered command that the table does not list is refused by name; state and bytes stay as they are."""
    before, picture = lab.observe(machine), lab.read(machine)
    refused = [verb for verb in offered(lab) if verb not in lifecycle.allowed_operations(before.regions, lab.profile)]
    for verb in refused:
        answer = lab.ask(machine, verb, **arguments(verb))
        verify.refused(answer, refusal_codes(before, verb, lab.profile), f"{verb.value} in {state(before)}")
        verify.unchanged(before, lab.observe(machine), f"{verb.value} is refused in {state(before)}")
    verify.that(not lab.read(machine).differences(picture), "the same bytes after refusals", "other bytes")


def refusal_codes(before: Observation, verb: Verb, profile: Profile) -> tuple[ErrorCode, ...]:
    """The errors that may refuse the command: the table's, and in a phase of a job also that it runs."""
    code = lifecycle.refusal(before.regions, verb, profile)
    assert code is not None, "the command is allowed"
    runs = bool(before.running_job) or runs_a_job(before.regions)
    return (code, ErrorCode.OPERATION_CONFLICT) if runs else (code,)


def ends_as_the_table_says(lab: Lab, machine: Machine, verb: Verb) -> None:
    """The listed command is accepted, and its job ends where the model says."""
    before = lab.observe(machine)
    verify.accepted(lab.ask(machine, verb, **arguments(verb)), f"{verb.value} in {state(before)}")
    lab.settle()
    after = lab.observe(machine)
    expected = lifecycle.settled(before.regions, verb, lab.profile)
    verify.equal(after.regions, expected, f"state after {verb.value} in {state(before)}")


def state(seen: Observation) -> str:
    """The regions in a few words."""
    return regions_text(seen.regions)


def regions_text(regions: Regions) -> str:
    """Direction, protection, active site; drill and resync only when there is one."""
    words = (regions.direction.value, regions.protection.value, f"active {regions.active.value}")
    drill, resync = regions.test_failover.value, regions.resync.value
    extra = [f"{name} {value}" for name, value in (("drill", drill), ("resync", resync)) if value != "none"]
    return " ".join([*words, *extra])


def _names(verbs: Iterable[Verb]) -> str:
    return ", ".join(sorted(verb.value for verb in verbs)) or "none"
