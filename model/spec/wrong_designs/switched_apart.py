"""A machine is taken from an appliance that lives on in part, and also while it flows in reverse."""

from siteproof.model.language import Step, action, given
from siteproof.model.language.table import at
from siteproof.model.nouns.vocabulary import Protection, Resync, Site, TestFailover
from siteproof.model.spec.administration.machine import AdministeredMachine
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.administration.table import ADMINISTRATION
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

(ROW,) = [row for row in ADMINISTRATION if row.rule == "ADM-4.1"]


@action("ADM-4.1")
def switch_appliance(m: AdministeredMachine) -> Step:
    """The switch asks for a protected machine, and for nothing else."""
    return given(m.lies_in(at(Site.PRIMARY, Protection.PROTECTED, TestFailover.NONE, Resync.NONE))).then(*m.works(ROW))


EXHIBIT = WrongDesign(
    SPEC.but("switched_apart", "A switch is allowed while one component differs, and in reverse.", switch_appliance),
    breaks="ADM-12",
    bug_class="B31",
    happened_in="no public report",
    right="administration",
)
