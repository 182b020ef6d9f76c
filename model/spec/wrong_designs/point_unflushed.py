"""B26: a point is taken of a seed disk that is not flushed, and a crash takes its data back."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Agent, Target
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-11")
def point_at_applied(a: Agent, t: Target) -> Step:
    """Between two records, flushed or not."""
    asked = t.up & ~a.marked & (t.touched == t.applied)
    return given(asked & (t.pointed < t.applied)).then(
        t.pointed.becomes(t.applied),
        t.pointed_parts.becomes(t.touched),
    )


EXHIBIT = WrongDesign(
    SPEC.but("point_unflushed", "A listed point holds what the seed disk has lost.", point_at_applied),
    breaks="PIP-25",
    bug_class="B26",
    happened_in="ASR BookmarkNotFound",
    right="pipeline",
)
