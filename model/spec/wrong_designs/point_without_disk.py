"""A machine point is taken while the initial copy of an added disk still runs."""

from siteproof.model.language import Step, action, given
from siteproof.model.nouns.administration import Components, OldestPoint, RetentionEdit, SourceMachine
from siteproof.model.nouns.vocabulary import Resync, TestFailover
from siteproof.model.spec.administration.machine import AdministeredMachine, is_protected_forward
from siteproof.model.spec.administration.spec import SPEC
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("ADM-11")
def machine_point_arrives(m: AdministeredMachine) -> Step:
    """A point is taken of whatever disks there are."""
    goes = (
        (m.oldest == OldestPoint.KEPT) & (m.retention == RetentionEdit.SHORT) & (m.test_failover == TestFailover.NONE)
    )
    comes = (m.source == SourceMachine.THERE) & (m.components != Components.DEAD) & (m.resync == Resync.NONE)
    return given(is_protected_forward(m) & comes).then(
        m.oldest.becomes(goes.if_else(OldestPoint.PRUNED, m.oldest)),
        m.gone.becomes(m.gone | goes),
    )


EXHIBIT = WrongDesign(
    SPEC.but("point_without_disk", "Points are shared before an added disk is copied.", machine_point_arrives),
    breaks="ADM-14",
    bug_class="B17",
    happened_in="ceph #71553",
    right="administration",
)
