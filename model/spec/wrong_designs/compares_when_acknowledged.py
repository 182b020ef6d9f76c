"""B6: the comparison waits until everything is acknowledged, which after a crash of the agent never comes."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.pipeline import SPEC, Agent, Target, TwoHops, is_drained
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PIP-24")
def compare_and_complete(a: Agent, p: TwoHops, t: Target) -> Step:
    """Whatever the agent let go has to be in the cache store first."""
    ready = a.up & a.marked & p.near & p.far & t.up & is_drained(t)
    return given(ready & (a.released <= t.cached)).then(
        a.marked.becomes(False),
        a.failed.becomes(False),
        *(place.becomes(a.written) for place in (a.sent, a.released, p.held, t.landed, t.cached)),
        *(place.becomes(a.written) for place in (t.touched, t.applied, t.hardened, t.trimmed)),
    )


EXHIBIT = WrongDesign(
    SPEC.but("compares_when_acknowledged", "A comparison waits for what was lost.", compare_and_complete),
    breaks="PIP-31",
    bug_class="B6",
    happened_in="linstor-server #190",
    right="pipeline",
)
