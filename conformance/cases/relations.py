"""Relations: what is shown of a machine does not depend on what must not matter.

Rule: each case plays one story twice, in runs that differ in one thing; worlds change both runs alike.
"""

from attrs import evolve

from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine, machine_spec
from siteproof.conformance.relations import NEEDS, same, story
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.scenario import MachineSpec
from siteproof.model.nouns.vocabulary import Verb

SMALL = "128 KiB"
NEIGHBOUR = machine_spec("other", SMALL)
MEANT = machine_spec("one", SMALL, 2)
ALONE = ("machines", "seat", "neighbours")


def _on_stage(lab: Lab, *specs: MachineSpec, meant: str = "one") -> Machine:
    """The machine that the story is about; those beside it are protected, and idle from then on."""
    found = {spec.name: machine for spec, machine in zip(specs, lab.site(*specs), strict=True)}
    for name, machine in found.items():
        if name != meant:
            lab.run(machine, Verb.ENABLE)
    return found[meant]


@case("C-REL-1", ["SP-REP-34"], needs=NEEDS, fixes=(*SIZED, *ALONE, "past", "trouble"))
def an_idle_neighbour_changes_nothing(lab: Lab) -> None:
    """Alone, or beside a protected machine that is idle: the machine shows the same, step by step."""
    alone = story(lab, _on_stage(lab, MEANT))
    same(alone, story(lab, _on_stage(lab, MEANT, NEIGHBOUR)), "an idle neighbour")


@case("C-REL-2", ["SP-REP-34"], needs=NEEDS, fixes=(*SIZED, *ALONE))
def a_place_changes_nothing(lab: Lab) -> None:
    """The first of two machines, or the last of them: the machine shows the same, step by step."""
    first = story(lab, _on_stage(lab, MEANT, NEIGHBOUR))
    same(first, story(lab, _on_stage(lab, NEIGHBOUR, MEANT)), "the order of the machines")


@case("C-REL-3", ["SP-REP-34"], needs=NEEDS, fixes=(*SIZED, *ALONE, "names"))
def a_name_changes_nothing(lab: Lab) -> None:
    """Whatever the machine and its disks are called, sorted first or last: it shows the same, step by step."""
    called = story(lab, _on_stage(lab, MEANT))
    renamed = [evolve(disk, name=name) for disk, name in zip(MEANT.disks, ("vdz-10", "vda-2"), strict=True)]
    another = evolve(MEANT, name="zeta-2-standby", disks=tuple(renamed))
    same(called, story(lab, _on_stage(lab, another, meant=another.name)), "names")
