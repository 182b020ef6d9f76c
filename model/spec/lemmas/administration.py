"""What makes the claims of administration inductive: a fact that no user asks for and the proof needs."""

from siteproof.model.language import Bool, always
from siteproof.model.spec.administration import table as adm
from siteproof.model.spec.administration.machine import Machine
from siteproof.model.spec.lifecycle.table import COPY_FAILED, COPYING, ENABLING, ENABLING_FAILED, REVERSE, UNPROTECTED


@always("LEM-ADM-1", why="ADM-15: when protection begins, nothing of an earlier one is remembered")
def no_point_before_protection(m: Machine) -> Bool:
    """Until the first common point, and in the reverse direction, there is no point and none that is gone."""
    before = m.protection.is_in(UNPROTECTED, ENABLING, ENABLING_FAILED, COPYING, COPY_FAILED)
    return (before | (m.direction == REVERSE)).implies((m.oldest == adm.NO_POINT) & ~m.gone)
