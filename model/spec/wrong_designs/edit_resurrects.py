"""An edit that lengthens the retention lists points again whose blocks are gone."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.administration import OldestPoint, RetentionEdit
from siteproof.model.spec.administration.machine import AdministeredMachine
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.administration.table import ADMINISTRATION
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

(ROW,) = [row for row in ADMINISTRATION if row.rule == "ADM-1.2"]


@action("ADM-1.2")
def edit_policy(m: AdministeredMachine) -> Step:
    """The list of points is made anew from what the policy now asks for."""
    wanted_again = (m.oldest == OldestPoint.PRUNED) & (m.retention == RetentionEdit.SHORT)
    return given(m.lies_in(ROW.where)).then(
        *m.works(ROW),
        m.oldest.becomes(wanted_again.if_else(OldestPoint.KEPT, m.oldest)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("edit_resurrects", "Lengthening the retention brings pruned points back.", edit_policy),
    breaks="ADM-15",
    bug_class="B26",
    happened_in="ASR BookmarkNotFound",
    right="administration",
)
