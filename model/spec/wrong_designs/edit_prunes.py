"""An edit that shortens the retention prunes at once, before any new point has arrived."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.administration import OldestPoint, RetentionEdit
from siteproof.model.spec.administration.machine import AdministeredMachine
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.administration.table import ADMINISTRATION
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

(ROW,) = [row for row in ADMINISTRATION if row.rule == "ADM-1.2"]


@action("ADM-1.2")
def edit_policy(m: AdministeredMachine) -> Step:
    """What the policy asks for no more is deleted with the edit."""
    too_old = (m.oldest == OldestPoint.KEPT) & (m.retention == RetentionEdit.LONG)
    return given(m.lies_in(ROW.where)).then(
        *m.works(ROW),
        m.oldest.becomes(too_old.if_else(OldestPoint.PRUNED, m.oldest)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("edit_prunes", "Shortening the retention deletes without a new point.", edit_policy),
    breaks="ADM-16",
    bug_class="",
    happened_in="no public report",
    right="administration",
)
