"""B37: after a crash a point is taken before everything that had touched the seed disk is applied again."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Agent, Target
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-11")
def point_at_applied(a: Agent, t: Target) -> Step:
    """What is applied is flushed; parts of later records are not asked for."""
    asked = t.up & ~a.marked & (t.hardened == t.applied)
    return given(asked & (t.pointed < t.applied)).then(
        t.pointed.becomes(t.applied),
        t.pointed_parts.becomes(t.touched),
    )


EXHIBIT = WrongDesign(
    SPEC.but("point_in_replay", "A point is taken with a part of a later record in it.", point_at_applied),
    breaks="PIP-28",
    bug_class="B37",
    happened_in="QEMU incremental backup",
    right="pipeline",
)
