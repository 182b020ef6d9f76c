"""B35: a record is acknowledged when it has landed, and a crash of the target loses it after all."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Agent, Target, TwoHops
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-6")
def acknowledge(a: Agent, p: TwoHops, t: Target) -> Step:
    """What is in the log is acknowledged, flushed or not."""
    return given(a.up & t.up & p.near & p.far & (a.released < t.landed)).then(a.released.becomes(t.landed))


EXHIBIT = WrongDesign(
    SPEC.but("acknowledged_unflushed", "A record is acknowledged before it is flushed.", acknowledge),
    breaks="PIP-26",
    bug_class="B35",
    happened_in="QEMU 7.2 mirror on a write-back target",
    right="pipeline",
)
