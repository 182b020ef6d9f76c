"""Liveness: with everything mended, every machine comes to rest within a bound, or says that it cannot.

Rule: only the contract's own means are used: link and site come back, a marked machine is compared, time passes.
"""

from collections.abc import Iterable

from siteproof.conformance import verify
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Health, Protection, Resync, Verb

ROUNDS_MAX = 6
ROUND_MINUTES = 5
ERRORS = frozenset(each for each in Protection if each.value.endswith("_failed"))
"""A region that says by itself that a job has failed; what waits then, waits for the job to be asked for again."""
NEEDS = (Capability.VIRTUAL_CLOCK, Capability.RESYNC, Capability.LINK_FAULTS)


def converge(lab: Lab, machines: Iterable[Machine]) -> None:
    """Mend, compare and wait, round after round; Failed when a machine neither comes to rest nor reports an error."""
    if not lab.auditor.offers(*NEEDS):
        return
    with verify.judging(set(), ()):
        restless = list(machines)
        for _ in range(ROUNDS_MAX):
            for machine in restless:
                _mend(lab, machine)
            lab.settle()
            lab.advance(minutes=ROUND_MINUTES)
            lab.settle()
            restless = [machine for machine in restless if _restless(lab.observe(machine))]
            if not restless:
                return
    seen = lab.observe(restless[0])
    expected = f"mended, a machine comes to rest or reports an error within {ROUNDS_MAX} rounds"
    raise verify.Failed(expected, _told(seen), "liveness", of="SP-RES-10")


def _mend(lab: Lab, machine: Machine) -> None:
    memory = lab.auditor.memory(machine.name)
    if memory.site_down:
        lab.fault(FaultKind.SITE_UP, machine)
    elif not lab.observe(machine).link_up:
        lab.fault(FaultKind.LINK_UP, machine)
    seen = lab.observe(machine)
    if seen.regions.resync is not Resync.NONE and Verb.RESYNCHRONIZE in seen.allowed:
        lab.ask(machine, Verb.RESYNCHRONIZE)


def _restless(seen: Observation) -> bool:
    """Something still runs, or waits to travel, and nobody is told that it cannot."""
    waits = seen.regions.protection is Protection.PROTECTED and any(disk.dirty_blocks for disk in seen.disks)
    unsure = seen.regions.resync is not Resync.NONE or not seen.link_up or bool(seen.running_job) or waits
    return unsure and seen.health is Health.NORMAL and seen.regions.protection not in ERRORS


def _told(seen: Observation) -> str:
    dirty = sum(disk.dirty_blocks for disk in seen.disks)
    job = f", job {seen.running_job}" if seen.running_job else ""
    return f"resync {seen.regions.resync.value}, {dirty} blocks wait{job}, health {seen.health.value}"
