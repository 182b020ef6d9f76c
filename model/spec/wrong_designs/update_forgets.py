"""An update restarts the components, and the new version begins without the old one's marks."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.vocabulary import Resync
from siteproof.model.spec.administration.machine import AdministeredMachine
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.administration.table import ADMINISTRATION
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

(ROW,) = [row for row in ADMINISTRATION if row.rule == "ADM-5.1"]


@action("ADM-5.1")
def update_components(m: AdministeredMachine) -> Step:
    """The state that the old version kept in memory is gone."""
    return given(m.lies_in(ROW.where)).then(*m.works(ROW), m.resync.becomes(Resync.NONE))


EXHIBIT = WrongDesign(
    SPEC.but(
        "update_forgets", "An update of the components forgets that a resynchronisation is required.", update_components
    ),
    breaks="ADM-13",
    bug_class="B2",
    happened_in="DRBD #145",
    right="administration",
)
