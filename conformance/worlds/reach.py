"""Reach: what a value of a dimension needs of a subject, so that a world which it cannot show is left out and named.

Rule: only what a subject declares decides; a world that it declares to reach and then does not is a failure.
"""

from collections.abc import Mapping

from siteproof.conformance.worlds.world import (
    DIMENSIONS,
    Asking,
    Heading,
    Hour,
    Neighbours,
    Past,
    Pattern,
    Policy,
    Trouble,
)
from siteproof.model.nouns.subject import Capability, Description

C = Capability
BACK = (C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)

NEEDS: Mapping[tuple[str, str], tuple[Capability, ...]] = {
    ("past", Past.SECOND_LIFE): (C.LIFECYCLE,),
    ("past", Past.FAILED_START): (C.LIFECYCLE, C.JOB_FAULTS),
    ("past", Past.ROUND_TRIP): BACK,
    ("past", Past.RESYNCHRONISED): (C.LINK_FAULTS, C.RESYNC, C.DELTA),
    ("past", Past.DRILLED): (C.TEST_FAILOVER,),
    ("past", Past.FAILED_DRILL): (C.TEST_FAILOVER, C.JOB_FAULTS),
    ("past", Past.AGED): (C.VIRTUAL_CLOCK, C.CRASH_POINTS, C.DELTA),
    ("past", Past.CLOCK_JUMPED): (C.VIRTUAL_CLOCK,),
    ("way", Heading.BACK): (*BACK, C.CANCEL),
    ("trouble", Trouble.LINK_BLINKED): (C.LINK_FAULTS, C.RESYNC),
    ("trouble", Trouble.TARGET_CRASHED): (C.TARGET_FAULTS, C.RESYNC),
    ("trouble", Trouble.AGENT_CRASHED): (C.CRASH_FAULTS, C.RESYNC),
    ("pattern", Pattern.DISCARD): (C.DISCARD,),
    ("neighbours", Neighbours.GROUP): (C.GROUPS, C.CRASH_POINTS),
    ("hour", Hour.NIGHT): (C.VIRTUAL_CLOCK,),
    ("hour", Hour.WEEKEND): (C.VIRTUAL_CLOCK,),
    ("policy", Policy.APP): (C.APP_POINTS,),
    ("asking", Asking.RUNNING): (C.FAILOVER,),
    ("asking", Asking.ELSEWHERE): (C.REPROTECT,),
    ("asking", Asking.APP): (C.FAILBACK, C.APP_POINTS),
}


def reachable(description: Description) -> dict[str, tuple[str, ...]]:
    """Every dimension with the values that this subject can show."""
    return {
        name: tuple(value for value in values if not missing(description, name, value))
        for name, values in DIMENSIONS.items()
    }


def missing(description: Description, dimension: str, value: str) -> tuple[Capability, ...]:
    """What the subject would have to declare for this value and does not."""
    needs = NEEDS.get((dimension, value), ())
    return tuple(need for need in needs if need not in description.capabilities)


def left_out(description: Description) -> tuple[str, ...]:
    """`past round trip (no failback)` for every value that this subject cannot show."""
    return tuple(
        f"{name} {value} (no {', '.join(need.value.replace('_', ' ') for need in lack)})"
        for name, values in DIMENSIONS.items()
        for value in values
        if (lack := missing(description, name, value))
    )
