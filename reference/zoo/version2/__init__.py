"""Wrong in what no class of the domain names: version 2 of the contract, persistence; each with one change.

Rule: as the classes of the domain: one wrong thing each, as small a change as possible, and its class says which.
"""

from siteproof.reference.zoo.table import Exhibit


def _wrong(title: str, factory: str, *breaks: str) -> Exhibit:
    return Exhibit(title, "", f"siteproof.reference.zoo.version2.{factory}", breaks)


# fmt: off
VERSION2: dict[str, Exhibit] = {
    "G1": _wrong("a shared point lacks the member that was cut off", "groups:without_one",    "SP-GRP-2"),
    "G2": _wrong("the members of a point are cut one by one",        "groups:one_by_one",     "SP-GRP-3"),
    "G3": _wrong("a group's failover mixes two points",              "groups:two_points",     "SP-GRP-9", "SP-GRP-3"),
    "G4": _wrong("a member fails over alone",                        "groups:alone",          "SP-GRP-5"),
    "G5": _wrong("a failed job moves the other members",             "groups:half_moved",     "SP-GRP-5"),
    "G6": _wrong("a group takes any number of members",              "groups:no_bound",       "SP-GRP-4"),
    "G7": _wrong("a late command makes a machine a member",          "groups:late_member",    "SP-GRP-8"),
    "P1": _wrong("every machine starts as soon as it is built",      "plans:no_order",        "SP-PLN-7", "SP-PLN-5"),
    "P2": _wrong("a failed preparation does not keep a machine off", "plans:starts_anyway",   "SP-PLN-11"),
    "P3": _wrong("a failed script of a group ends the plan",         "plans:stops",           "SP-PLN-10"),
    "P4": _wrong("a plan's drill shuts the sources down",            "plans:drill_stops_sources", "SP-PLN-5"),
    "P5": _wrong("every step runs in every run",                     "plans:every_step",      "SP-PLN-8"),
    "P6": _wrong("a plan that came to its end is a success",         "plans:always_a_success", "SP-PLN-13"),
    "P7": _wrong("a script that hangs holds the plan for ever",      "plans:waits_for_ever",  "SP-PLN-9"),
    "A1": _wrong("an edit of the policy prunes at once",             "administration:prunes_at_once",    "SP-RET-21"),
    "A2": _wrong("an edit does not reach protected machines",        "administration:only_new_machines", "SP-LC-42"),
    "A3": _wrong("an edit forgets the app-consistent interval",      "administration:retention_only",    "SP-LC-42"),
    "A4": _wrong("a disable is forced though the source answers",    "administration:forces_anyway",     "SP-LC-41"),
    "S1": _wrong("a machine leaves an appliance half dead", "appliances:lets_go_anyway", "SP-APP-16", "SP-APP-18"),
    "S2": _wrong("a moved machine is not compared", "appliances:moves_unmarked",  "SP-APP-17", "SP-RES-23"),
    "S3": _wrong("a dead process server takes changes with it", "appliances:forgets_changes", "SP-REP-30"),
    "S4": _wrong("a full cache is filled further", "appliances:never_throttles", "SP-APP-15"),
    "S5": _wrong("a process server warns at its border already", "appliances:warns_early",     "SP-APP-11"),
    "S6": _wrong("an update begins with the changes after it", "appliances:update_forgets",  "SP-APP-3"),
    "S7": _wrong("a silent process server is not told", "appliances:keeps_quiet",     "SP-APP-14"),
    "S8": _wrong("a machine is well whatever serves it", "appliances:own_health_only", "SP-APP-20"),
    "T1": _wrong("what was applied is forgotten in a crash", "persistence:applied_in_memory", "SP-REP-31", "SP-REP-14"),
    "T2": _wrong("a point stands on what is not flushed", "persistence:unflushed_point", "SP-PT-37", "SP-PT-14"),
    "T3": _wrong("older points grow with their disk", "persistence:grows_points", "SP-REP-28", "SP-PT-13"),
    "T4": _wrong("a source concludes a comparison alone", "persistence:concludes_alone", "SP-RES-19", "SP-RES-14"),
    "T5": _wrong("a point goes before its last instant", "persistence:prunes_early", "SP-RET-15", "SP-RET-1"),
    "T6": _wrong("changes are applied first and logged later", "persistence:applies_first", "SP-REP-9", "SP-REP-10"),
    "U1": _wrong("a point is taken of a disk without order", "tracking:points_inexact", "SP-PT-18"),
    "U2": _wrong("a disk stays in a coarse mode for ever", "tracking:stays_coarse", "SP-REP-29", "SP-PT-39"),
    "U3": _wrong("pressure on one disk costs all of them their order", "tracking:presses_all", "SP-REP-29"),
    "U4": _wrong("under pressure changes are dropped", "tracking:drops_under_pressure", "SP-REP-12"),
    "U5": _wrong("a bitmap of an earlier run is believed", "tracking:believes_any_bitmap", "SP-RES-37"),
    "U6": _wrong("a damaged bitmap is taken for an empty one", "tracking:believes_nothing_is_dirty", "SP-RES-38"),
    "U7": _wrong("every orderly reboot costs a comparison", "tracking:believes_no_bitmap", "SP-REP-32"),
    "V1": _wrong("what travels is packed and not sealed", "wire:in_the_clear", "SP-SEC-1"),
    "V2": _wrong("a recorded stream is taken again", "wire:takes_replays", "SP-REP-25", "SP-REP-27"),
    "V3": _wrong("what travels is sealed and not packed", "wire:unpacked", "SP-APP-7"),
    "V4": _wrong("a damaged message takes what is on its way along", "wire:takes_torn", "SP-REP-26", "SP-SEC-3"),
}
# fmt: on
