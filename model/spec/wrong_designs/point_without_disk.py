"""A machine point is taken while the initial copy of an added disk still runs."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.administration import table as adm
from siteproof.model.spec.administration.machine import INCOMPLETE, Machine, is_protected_forward
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.lifecycle.table import NO_DRILL, NO_MARK
from siteproof.model.spec.wrong_designs.exhibit import Exhibit


@action("ADM-11")
def machine_point_arrives(m: Machine) -> Step:
    """A point is taken of whatever disks there are."""
    goes = (m.oldest == adm.KEPT) & (m.retention == adm.SHORT) & (m.test_failover == NO_DRILL)
    comes = (m.source == adm.THERE) & (m.components != adm.DEAD) & (m.resync == NO_MARK)
    return given(is_protected_forward(m) & comes).then(
        m.oldest.becomes(goes.then(adm.PRUNED, m.oldest)),
        m.gone.becomes(m.gone | goes),
        m.torn.becomes(m.torn | m.disk.is_in(*INCOMPLETE)),
    )


EXHIBIT = Exhibit(
    SPEC.but("point_without_disk", "Points are shared before an added disk is copied.", machine_point_arrives),
    breaks="ADM-14",
    bug_class="B17",
    happened_in="ceph #71553",
    right="administration",
)
