"""What makes the claims about recovery plans inductive: what is behind the plan when a group has its turn.

Rule: a lemma is proved together with the claims and holds in every reachable state; none is kept that no proof needs.
"""

from siteproof.model.language import Bool, always, for_each
from siteproof.model.spec.plans import BootStage, Phase, Plan, is_given_up


@always("LEM-PLN-1", why="PLN-18: a group gets its turn when the one before it is through")
def what_is_behind_the_turn_is_through(p: Plan) -> Bool:
    """Every machine before the turn is done or given up, and so is the group of the turn once its prompt is shown."""

    def through(number: int) -> Bool:
        shown = (p.turn == number) & p.phase.is_in(Phase.PROMPTING, Phase.FINISHED)
        ended = for_each(p.groups[number].machines, lambda m: (m.stage == BootStage.DONE) | is_given_up(m))
        return ((p.turn > number) | shown).implies(ended)

    return for_each(range(len(p.groups)), through)


@always("LEM-PLN-2", why="PLN-20: a drill starts beside running sources, and no other run becomes a drill")
def nothing_has_happened_before_the_start(p: Plan) -> Bool:
    """An idle plan is no drill, and every source runs."""
    return (p.phase == Phase.IDLE).implies(~p.drill & for_each(p.machines, lambda m: m.source_runs))


@always("LEM-PLN-3", why="PLN-20: only a real failover shuts sources down")
def a_drill_has_no_shutdown(p: Plan) -> Bool:
    """Sources are not shut down in a test failover."""
    return (p.phase == Phase.SHUTTING_DOWN).implies(~p.drill)
