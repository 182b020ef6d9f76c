"""B37: what is damaged in the log is left out, and replication goes on with what comes after it."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Agent, Target, TwoHops
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-29")
def log_is_damaged(a: Agent, p: TwoHops, t: Target) -> Step:
    """The log is repaired silently: it ends before the damage, and nobody is told."""
    return given(t.up & (t.applied < t.landed)).then(
        *(place.becomes(t.applied) for place in (a.sent, p.held, t.landed, t.cached)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("damage_passed_over", "A damaged log is repaired silently.", log_is_damaged),
    breaks="PIP-26",
    bug_class="B37",
    happened_in="QEMU incremental backup",
    right="pipeline",
)
