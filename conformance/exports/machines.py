"""A machine of an export in our words: the regions that it shows, the commands that it lists, the job that runs on it.

Rule: a region that the export does not show is None; nothing is completed from what a service usually does.
"""

from siteproof.conformance.coverage.events import ShownState
from siteproof.conformance.exports import words
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import ExportedVault, inner
from siteproof.model.nouns.vocabulary import Direction, Protection, Site

WAITS = "testfailover"  # a drill's scenario stays while it waits for its clean-up: no job runs


def state_of_machine(machine: Thing, vault: ExportedVault) -> ShownState:
    """The machine's state, with the commands that it lists; every check asks for it, so it is read once."""
    known = vault.states.get(machine.place)
    if known is None:
        known = vault.states[machine.place] = _state(machine, vault)
    return known


def _state(machine: Thing, vault: ExportedVault) -> ShownState:
    provider = vault.provider(machine)
    told = machine.text("protectionState")
    description = machine.text("protectionStateDescription") or ""
    protection = words.protection_of(told, description) if told else None
    site = words.site_of(machine.text("activeLocation"))
    return ShownState(
        machine=machine.name,
        protection=protection,
        direction=words.direction_of(provider, machine.text("instanceType")),
        active=site,
        test_failover=words.drill_of(machine.text("testFailoverState"), protection),
        resync=words.resync_of(machine.flag("resyncRequired"), machine.text("resyncState"), site),
        allowed=machine.words("allowedOperations"),
    )


def running(machine: Thing) -> str:
    """The job that runs on the machine, by the service's name; empty when none does."""
    scenario = inner(machine, "currentScenario").text("scenarioName") or ""
    return "" if words.bare(scenario) in ("", "none", WAITS) else scenario


def is_protected(state: ShownState) -> bool:
    """Whether the machine replicates forward and could be failed over."""
    forward = state.direction in (Direction.FORWARD, None)
    return state.protection is Protection.PROTECTED and state.active is not Site.RECOVERY and forward
