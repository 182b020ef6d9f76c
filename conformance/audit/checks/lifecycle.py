"""Checks of the lifecycle: what a machine offers, and what was begun and not ended."""

from collections.abc import Iterator

from siteproof.conformance.audit.check import DAY_MS, HOUR_MS, AuditScene, Observed, Severity, check, span
from siteproof.conformance.coverage.events import ShownState, state_name
from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, lifecycle_map
from siteproof.conformance.exports import words
from siteproof.conformance.exports.machines import is_protected, running, state_of_machine
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import inner
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, TestFailover, Verb
from siteproof.model.spec.providers.catalogue import PROVIDERS, profile_of
from siteproof.model.spec.providers.provider import ProviderData


@check(
    "AUD-OPS",
    Severity.ERROR,
    "SP-LC-1",
    "SP-LC-3",
    remedy="refresh the machine and export again; if it stays, open a "
    "support case: what the service offers is not what its state allows",
)
def allowed_operations(scene: AuditScene) -> Iterator[Observed]:
    """A machine lists exactly the commands that its provider's table allows in its state."""
    for machine in scene.vault.machines:
        provider, state = scene.vault.provider(machine), state_of_machine(machine, scene.vault)
        if provider is None or state.allowed is None or state.protection is None:
            continue
        if not (state.allowed or running(machine)) or (state.allowed and not explains(provider, state)):
            yield Observed(machine, "allowedOperations", _told(machine, provider, state))


def explains(provider: ProviderData, state: ShownState) -> bool:
    """Whether some state of the provider's shows these regions and lists these commands."""
    verbs, strange = words.verbs_of(state.allowed or ())
    where = lifecycle_map(profile_of(provider.name))
    return not strange and any(where.allowed(each) == verbs for each in where.matching(state))


def explaining(state: ShownState) -> tuple[ProviderData, ...]:
    """The providers whose table has such a state."""
    return tuple(each for each in PROVIDERS.values() if explains(each, state))


def _told(machine: Thing, provider: ProviderData, state: ShownState) -> str:
    listed = ", ".join(sorted(state.allowed or ())) or "no command"
    where = lifecycle_map(profile_of(provider.name))
    others = [each.name.value for each in explaining(state)] if state.allowed else []
    meant = f"; {' and '.join(others)} would explain it" if others else ""
    allows = f"{provider.name.value} allows {_allowed(where, state)}"
    return f"{machine.name} ({state_name(state)}) lists {listed}; {allows}{meant}"


def _allowed(where: LifecycleMap, state: ShownState) -> str:
    sets = {where.allowed(each) for each in where.matching(state)}
    told = sorted(", ".join(sorted(verb.value for verb in verbs)) or "no command" for verbs in sets)
    return " or ".join(told[:3]) or "nothing, because it has no such state"


@check("AUD-STATE", Severity.NOTE, "SP-LC-3", remedy="look the state up in the portal; it is not judged here")
def known_states(scene: AuditScene) -> Iterator[Observed]:
    """Every state, provider and command that is shown is one that this audit knows."""
    for machine in scene.vault.machines:
        told, kind = machine.text("protectionState"), machine.text("instanceType")
        if told and state_of_machine(machine, scene.vault).protection is None:
            yield Observed(
                machine, "protectionState", f"{machine.name} shows the state {told!r}, which is not known here"
            )
        if kind and scene.vault.provider(machine) is None:
            yield Observed(
                machine, "instanceType", f"{machine.name} is of the provider {kind!r}, which is not known here"
            )


@check(
    "AUD-DRILL-OPEN",
    Severity.ERROR,
    "SP-DRL-8",
    "SP-DRL-9",
    remedy="clean the test failover up: until then nothing else is allowed, not even the real failover",
)
def drills_are_cleaned_up(scene: AuditScene) -> Iterator[Observed]:
    """A test failover is cleaned up within the hours that are asked for."""
    for machine in scene.vault.machines:
        state = state_of_machine(machine, scene.vault)
        if state.test_failover not in (TestFailover.COMPLETED, TestFailover.FAILED):
            continue
        age = scene.age_ms(inner(machine, "currentScenario").when("startTime"))
        if age is None or age >= scene.limits.cleanup_hours * HOUR_MS:
            since = f", begun {span(age)} ago" if age is not None else ""
            yield Observed(
                machine, "testFailoverState", f"{machine.name} has a test failover that nobody cleaned up{since}"
            )


@check(
    "AUD-DRILL",
    Severity.WARNING,
    "SP-DRL-1",
    "SP-DRL-9",
    remedy="run a test failover into an isolated network and clean "
    "it up; --drill-days says how old the last one may be",
)
def drills_are_recent(scene: AuditScene) -> Iterator[Observed]:
    """The last successful test failover is not older than the days that are asked for."""
    for machine in scene.vault.machines:
        last, state = machine.when("lastSuccessfulTestFailoverTime"), state_of_machine(machine, scene.vault)
        if last is None or not is_protected(state):
            continue
        age = scene.age_ms(last)
        if age is None:
            yield Observed(machine, "lastSuccessfulTestFailoverTime", f"{machine.name} was never tested")
        elif age > scene.limits.drill_days * DAY_MS:
            sentence = f"{machine.name} was tested {span(age)} ago, {scene.limits.drill_days} d are asked for"
            yield Observed(machine, "lastSuccessfulTestFailoverTime", sentence)


@check(
    "AUD-COMMIT",
    Severity.WARNING,
    "SP-FO-8",
    "SP-FO-18",
    remedy="commit the failover, or change the recovery point first; "
    "until then its points cost storage and nothing protects the machine",
)
def failovers_are_committed(scene: AuditScene) -> Iterator[Observed]:
    """A failover is committed within the hours that are asked for."""
    limit = scene.limits.commit_hours * HOUR_MS
    yield from _stays(scene, Protection.FAILED_OVER, limit, "was failed over {age} ago and never committed")


@check(
    "AUD-REPROTECT",
    Severity.WARNING,
    "SP-FB-1",
    "SP-FB-23",
    remedy="reprotect the machine, or complete the migration if it is to stay",
)
def committed_machines_are_protected_again(scene: AuditScene) -> Iterator[Observed]:
    """A committed machine is protected again within the days that are asked for."""
    limit = scene.limits.reprotect_days * DAY_MS
    yield from _stays(scene, Protection.COMMITTED, limit, "was failed over {age} ago and is protected by nobody since")


def _stays(scene: AuditScene, protection: Protection, limit_ms: int, sentence: str) -> Iterator[Observed]:
    for machine in scene.vault.machines:
        age = scene.age_ms(machine.when("lastSuccessfulFailoverTime"))
        state = state_of_machine(machine, scene.vault)
        if state.protection is protection and age is not None and age > limit_ms:
            yield Observed(machine, "protectionState", f"{machine.name} {sentence.format(age=span(age))}")


@check(
    "AUD-NETWORK",
    Severity.WARNING,
    "SP-DRL-10",
    remedy="choose an isolated network for tests in the machine's settings",
)
def drills_have_a_network_of_their_own(scene: AuditScene) -> Iterator[Observed]:
    """The test network is set, and it is not the production network."""
    for machine in scene.vault.machines:
        state = state_of_machine(machine, scene.vault)
        field = next((name for name in ("testNetworkId", "selectedTfoAzureNetworkId") if machine.has(name)), None)
        if field is None or state.direction is Direction.REVERSE or state.active is Site.RECOVERY:
            continue
        test = machine.text(field)
        production = machine.text("targetNetworkId") or machine.text("selectedRecoveryAzureNetworkId")
        if test is None:
            yield Observed(
                machine, field, f"{machine.name} has no test network: a drill asks for one, or takes the wrong one"
            )
        elif production is not None and test.casefold() == production.casefold():
            yield Observed(machine, field, f"{machine.name} is drilled in its production network", Severity.ERROR)


def offers(machine: Thing) -> frozenset[Verb] | None:
    """The commands that the machine lists; None when the export has no list."""
    listed = machine.words("allowedOperations")
    return None if listed is None else words.verbs_of(listed)[0]
