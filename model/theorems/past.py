"""What a run of a retention rule leaves behind, whoever ran it: the kept points with reasons, and every drop."""

from collections.abc import Sequence

from attrs import frozen

from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.theorems.keep import KeepDecision, Reason


@frozen
class Drop:
    """A point that went at `at_ms`, why, and the point its bucket keeps instead."""

    point: RecoveryPoint
    at_ms: int
    reason: Reason
    favours: str = ""


@frozen
class RetentionRun:
    """What a run left: the kept points with reasons, every drop, and the number kept after each arrival.

    Drops stand in the order in which they happened, those of one instant in the order of their points.
    """

    kept: tuple[KeepDecision, ...]
    drops: Sequence[Drop]
    counts: tuple[int, ...]
    now_ms: int
