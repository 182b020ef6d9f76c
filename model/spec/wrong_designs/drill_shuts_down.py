"""B31: a test failover falls through into the shutdown of the sources, and production stops."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.plans import SPEC, Phase, Plan
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PLN-2")
def start_drill(p: Plan) -> Step:
    """A test failover begins like a real one."""
    return given(p.phase == Phase.IDLE).then(
        p.drill.becomes(True),
        p.phase.becomes(Phase.SHUTTING_DOWN),
    )


EXHIBIT = WrongDesign(
    SPEC.but("drill_shuts_down", "A drill of the plan shuts the sources down.", start_drill),
    breaks="PLN-20",
    bug_class="B31",
    happened_in="no public report",
    right="plans",
)
