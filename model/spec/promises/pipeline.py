"""What the pipeline promises: when nothing dies any more, everything that was written gets into a point."""

from siteproof.model.language import after, eventually
from siteproof.model.language.promise import Leads
from siteproof.model.spec.pipeline import (
    Agent,
    Target,
    acknowledge,
    agent_comes_back,
    agent_dies,
    begin_to_apply,
    change_meets_dead_far_hop,
    change_meets_dead_near_hop,
    compare_and_complete,
    far_hop_breaks,
    far_hop_heals,
    finish_to_apply,
    flush_cache,
    flush_seed_disk,
    hold_change,
    land_change,
    log_is_damaged,
    near_hop_breaks,
    near_hop_heals,
    point_at_applied,
    process_server_dies,
    send_change,
    target_crashes_flushed,
    target_crashes_unflushed,
    target_recovers,
)

STAGES = (
    send_change,
    hold_change,
    land_change,
    flush_cache,
    acknowledge,
    begin_to_apply,
    finish_to_apply,
    flush_seed_disk,
    point_at_applied,
)
"""What each stage does with a change, whenever it can."""

REPAIRS = (near_hop_heals, far_hop_heals, agent_comes_back, target_recovers, compare_and_complete)
TROUBLE = (
    near_hop_breaks,
    far_hop_breaks,
    change_meets_dead_near_hop,
    change_meets_dead_far_hop,
    process_server_dies,
    agent_dies,
    target_crashes_unflushed,
    target_crashes_flushed,
    log_is_damaged,
)


@eventually(
    "PIP-31",
    why="a pipeline that stands still without an error is found out by the age of its last point",
    fair=(*STAGES, *REPAIRS),
    ceases=TROUBLE,
)
def every_write_gets_into_a_point(a: Agent, t: Target) -> Leads:
    """Whatever had died before: once the trouble is over, the newest point has everything that was written."""
    return after(t.pointed < a.written).comes(t.pointed == a.written)
