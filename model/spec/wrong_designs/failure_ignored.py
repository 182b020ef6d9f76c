"""B31: a failing step before power-on is only a warning, like any other step, and the machine is powered on."""

from siteproof.model.language import Step, action, given
from siteproof.model.spec.plans import SPEC, BootStage, Plan, has_its_turn
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


@action("PLN-11", group="groups", machine="machines")
def fail_to_prepare(p: Plan, group: int, machine: int) -> Step:
    """The step fails, the plan warns, and goes on with the machine."""
    m = p.groups[group].machines[machine]
    return given(has_its_turn(p, group) & (m.stage == BootStage.BUILT)).then(
        m.stage.becomes(BootStage.READY),
        m.refused.becomes(True),
        p.warned.becomes(True),
    )


EXHIBIT = WrongDesign(
    SPEC.but("failure_ignored", "A machine whose preparation failed is powered on.", fail_to_prepare),
    breaks="PLN-19",
    bug_class="B31",
    happened_in="no public report",
    right="plans",
)
