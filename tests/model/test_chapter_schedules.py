"""The forbidden schedules: what the shortest way to a violation looks like, step by step."""

import pytest

from siteproof.model.engines.explore.exploration import report
from siteproof.model.engines.explore.search import Search
from siteproof.model.spec.wrong_designs import EXHIBITS

# fmt: off
SCHEDULES = (
    #  exhibit               claim     these actions in this order, others may stand between them
    ("older_over_newer",    "RES-26", ("stamp_start", "publish_hashes", "find_mismatches", "send_block",
                                       "write_beside_resync")),
    ("completes_alone",     "RES-27", ("send_block", "stamp_end")),
    ("end_forgotten",       "RES-28", ("stamp_start", "publish_hashes", "find_mismatches", "send_block", "stamp_end")),
    ("armed_and_waiting",   "RES-28", ("stamp_start",)),
    ("early_conclusion",    "RES-24", ("send_block", "stamp_end", "conclude")),
    ("marker_without_hold", "GRP-12", ("hold_writes", "call_for_markers", "place_marker", "write_in_group",
                                       "place_marker", "release_members", "list_shared_point")),
    ("incomplete_point",    "GRP-13", ("place_marker", "release_members", "deliver_marker", "list_shared_point")),
    ("lone_failover",       "GRP-14", ("list_shared_point", "fail_over_group")),
    ("impatient_group",     "PLN-18", ("end_group", "answer_prompt", "end_script", "prepare_machine")),
    ("failure_ignored",     "PLN-19", ("begin_boot", "end_script", "fail_to_prepare")),
    ("drill_shuts_down",    "PLN-20", ("start_drill", "shut_down_source")),
    ("one_part_differs",    "APP-13", ("part_dies", "switch_appliance")),
    ("blocking_throttle",   "APP-14", ("write_under_pressure", "write_under_pressure", "write_under_pressure")),
    ("silent_move",         "APP-15", ("write_under_pressure", "send_record", "switch_appliance")),
    ("inexact_point",       "APP-16", ("write_under_pressure", "write_under_pressure", "write_under_pressure",
                                       "take_exact_point")),
    ("pruned_in_use",       "RET-5",  ("pin_point", "point_arrives")),
    ("pruned_in_outage",    "RET-6",  ("point_arrives",) + 6 * ("time_passes",)),
    ("buckets_by_age",      "RET-7",  5 * ("point_arrives",)),
    ("switched_apart",      "ADM-12", ("a_component_differs", "switch_appliance")),
    ("point_without_disk",  "ADM-14", ("disk_is_attached", "refresh_discovery", "add_disk", "machine_point_arrives")),
    ("edit_resurrects",     "ADM-15", ("edit_policy", "machine_point_arrives", "edit_policy")),
    ("edit_prunes",         "ADM-16", ("edit_policy",)),
    ("update_forgets",      "ADM-13", ("sides_may_differ", "update_components")),
    ("resize_unmarked",     "ADM-18", ("disk_copy_completes", "disk_is_resized")),
    ("point_before_cut",    "CAP-12", ("memory_runs_low", "send_in_order", "back_to_data_mode", "point_of_all_disks")),
    ("partial_cut",         "CAP-13", ("memory_runs_low", "send_cut")),
    ("lost_quietly",        "CAP-11", ("write_and_record", "memory_runs_low", "memory_runs_low", "memory_runs_out")),
    ("point_while_coarse",  "CAP-14", ("memory_runs_low", "point_of_all_disks")),
    ("unordered_metadata",  "CAP-15", ("write_and_record", "write_and_record", "memory_runs_low", "send_in_order")),
    ("bitmap_of_before_the_crash", "BMP-17", ("write_and_mark", "power_fails", "boot")),
    ("rolled_back_bitmap",  "BMP-17", ("close_bitmap", "keep_copy", "boot", "write_and_mark", "power_fails",
                                       "bring_back_copy", "boot")),
    ("flag_left_standing",  "BMP-19", ("stop_workload", "store_bitmap", "close_bitmap", "boot")),
    ("cleared_at_read",     "BMP-17", ("write_and_mark", "read_marked_block", "block_gets_lost")),
    ("stored_without_travelling", "BMP-18", ("read_marked_block", "stop_workload", "store_bitmap", "close_bitmap")),
    ("resize_unnoticed",    "RSZ-10", ("resize_disk",)),
    ("bitmap_keeps_its_size", "RSZ-11", ("resize_disk", "resize_replica", "compare_in_new_size")),
    ("written_outside",     "RSZ-12", ("resize_disk", "send_cell", "resize_disk", "resize_replica", "apply_cell")),
    ("older_frame_again",   "FRM-12", ("frame_is_repeated", "accept_frame", "send_frame", "accept_frame",
                                       "accept_frame")),
    ("frame_too_early",     "FRM-12", ("send_frame", "send_frame", "accept_frame")),
    ("stale_generation",    "FRM-13", ("send_frame", "raise_generation", "accept_frame")),
    ("torn_frame",          "FRM-14", ("send_frame", "frame_is_torn", "accept_frame")),
    ("acknowledged_unflushed", "PIP-26", ("hold_change", "land_change", "acknowledge")),
    ("trimmed_early",       "PIP-27", ("flush_cache", "begin_to_apply", "finish_to_apply", "trim_log")),
    ("point_in_replay",     "PIP-28", ("begin_to_apply", "point_at_applied")),
    ("point_unflushed",     "PIP-25", ("finish_to_apply", "point_at_applied")),
    ("damage_passed_over",  "PIP-26", ("land_change", "flush_cache", "acknowledge", "log_is_damaged")),
    ("healed_and_forgiven", "PIP-30", ("write_a_change", "change_meets_dead_near_hop", "far_hop_heals")),
    ("latest_by_clock",     "CLK-6",  ("stamp_point", "clock_jumps_backward", "stamp_point", "select_latest")),
    ("pruned_by_clock",     "CLK-7",  ("stamp_point", "clock_jumps_forward", "stamp_point")),
)
# fmt: on


@pytest.mark.parametrize(("name", "claim", "steps"), SCHEDULES, ids=[name for name, *_ in SCHEDULES])
def test_the_shortest_violation_is_the_forbidden_schedule(name: str, claim: str, steps: tuple[str, ...]) -> None:
    """The trace has these steps in this order, and its last one is theirs."""
    (exhibit,) = [each for each in EXHIBITS if each.spec.name == name]
    assert exhibit.breaks == claim
    (broken,) = [v for v in report(Search(exhibit.spec.system()).run()).violated if v.rule == claim and v.trace]
    assert broken.trace is not None
    taken = [step.name.partition("(")[0] for step in broken.trace.steps]
    rest = iter(taken)
    assert all(step in rest for step in steps), taken
    assert taken[-1] == steps[-1]


def test_every_exhibit_of_a_chapter_has_its_schedule() -> None:
    """Nothing is left out of the table."""
    assert {name for name, *_ in SCHEDULES} == {each.spec.name for each in EXHIBITS if each.right != "replication"}
