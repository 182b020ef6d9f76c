"""What a recovery plan promises: once started it finishes, whatever fails on the way."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.spec.plans import (
    Phase,
    Plan,
    answer_prompt,
    begin_boot,
    build_machine,
    end_group,
    end_machine,
    end_script,
    end_shutdown,
    power_on,
    prepare_machine,
)


@eventually(
    "PLN-23",
    why="a plan that waits for a machine that will never come up keeps all the others down",
    fair=(
        end_shutdown,
        build_machine,
        begin_boot,
        end_script,
        prepare_machine,
        power_on,
        end_machine,
        end_group,
        answer_prompt,
    ),
)
def a_started_plan_finishes(p: Plan) -> Leads:
    """Each step of a plan ends, well or badly, prompts are answered, and the plan is finished."""
    return after(p.phase != Phase.IDLE).comes(p.phase == Phase.FINISHED)
