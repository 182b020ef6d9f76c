"""What must be true of a replica after power was lost at one moment of its life; written by the life, never read back.

Rule: values only. What a step has begun and not ended may be there or not; what has been promised is there.
"""

from collections.abc import Mapping

from attrs import field, frozen

CUTS_KEPT = 4


@frozen
class CrashTruth:
    """`cuts` are the last commits as (LSN, image), the newest perhaps in flight; `points` must, `unsure` may be there.

    `created`: there is a replica, because its creation has returned; `dying`: its end has begun. `machines` are disks
    that were handed out. `claims` are those of earlier owners, which must never stand again.
    """

    acknowledged: int = 0
    cuts: tuple[tuple[int, bytes], ...] = ()
    points: Mapping[str, bytes] = field(factory=dict)
    unsure: Mapping[str, bytes] = field(factory=dict)
    created: bool = False
    dying: bool = False
    damaged: bool = False  # the harness has damaged the log itself: only `salvage` opens it
    uneven: bool = False  # both sides differ in more than what is dirty
    machines: Mapping[str, bytes] = field(factory=dict)
    claims: frozenset[bytes] = frozenset()
