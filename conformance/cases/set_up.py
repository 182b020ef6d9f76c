"""Set-up: what a machine is before it is protected changes nothing of what it gets (seed: Introduction; domain §8).

Rule: two machines that differ in their kind alone; what one shows or restores is held beside the other.
"""

from attrs import evolve

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine, machine_spec
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import MachineKind, Protection, Verb

C = Capability
POINTS = (C.INITIAL_REPLICATION, C.CRASH_POINTS, C.DELTA)


def _of_each_kind(lab: Lab) -> tuple[Machine, ...]:
    """A machine of each kind, otherwise alike."""
    return lab.site(*(evolve(machine_spec(f"vm-{kind.value}", "256 KiB"), kind=kind) for kind in MachineKind))


@case("C-SET-1", ["SP-SET-7"], needs=POINTS, on_bytes=True)
def machines_of_both_kinds_are_protected(lab: Lab) -> None:
    """A VMware machine and a physical one are protected beside each other, and points of both hold their bytes."""
    for machine in _of_each_kind(lab):
        lab.write(machine, 12)
        shown = lab.run(machine, Verb.ENABLE).regions.protection
        verify.equal(shown, Protection.PROTECTED, f"protection of the {machine.spec.kind.value} machine")
        lab.write(machine, 12)
        verify_bytes.true_point(lab, machine, lab.crash_point(machine))


@case("C-SET-2", ["SP-SET-8"], needs=(*POINTS, C.LIFECYCLE), bears=("way",))
def the_kind_changes_nothing_of_the_lifecycle(lab: Lab) -> None:
    """Unprotected, protected and disabled again: both kinds show the same regions and allow the same commands."""
    machines = _of_each_kind(lab)
    for verb in (None, Verb.ENABLE, Verb.DISABLE):
        shown = [lab.observe(machine) if verb is None else lab.run(machine, verb) for machine in machines]
        one, other = ((each.regions, sorted(each.allowed)) for each in shown)
        verify.equal(other, one, f"what the second kind shows {f'after {verb.value}' if verb else 'at first'}")
