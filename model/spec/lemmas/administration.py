"""What makes the claims of administration inductive: a fact that no user asks for and the proof needs."""

from siteproof.model.language import Bool, always
from siteproof.model.nouns.administration import OldestPoint
from siteproof.model.nouns.vocabulary import Direction, Protection
from siteproof.model.spec.administration.machine import AdministeredMachine


@always("LEM-ADM-1", why="ADM-15: when protection begins, nothing of an earlier one is remembered")
def no_point_before_protection(m: AdministeredMachine) -> Bool:
    """Until the first common point, and in the reverse direction, there is no point and none that is gone."""
    before = m.protection.is_in(
        Protection.UNPROTECTED,
        Protection.ENABLING,
        Protection.ENABLING_FAILED,
        Protection.INITIAL_REPLICATION,
        Protection.INITIAL_REPLICATION_FAILED,
    )
    return (before | (m.direction == Direction.REVERSE)).implies((m.oldest == OldestPoint.NONE) & ~m.gone)
