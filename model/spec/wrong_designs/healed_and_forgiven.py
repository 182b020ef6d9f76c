"""B2: the link comes back, and the mark of what it had lost is cleared with it."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Agent, TwoHops
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-15")
def far_hop_heals(a: Agent, p: TwoHops) -> Step:
    """The process server reaches the target again, and replication goes on without a comparison."""
    return given(~p.far).then(p.far.becomes(True), a.marked.becomes(False))


EXHIBIT = WrongDesign(
    SPEC.but("healed_and_forgiven", "A hop that is back clears the mark.", far_hop_heals),
    breaks="PIP-30",
    bug_class="B2",
    happened_in="DRBD #145",
    right="pipeline",
)
