"""Lying adapters: around the honest reference, and lying to whoever looks at it.

Rule: each tells one lie, as well as it can; a lie that a judge could not see through the contract is no exhibit.
"""

from siteproof.reference.zoo.table import Exhibit


def _liar(title: str, factory: str, *breaks: str) -> Exhibit:
    return Exhibit(title, "", f"siteproof.reference.zoo.liars.{factory}", breaks)


# fmt: off
LIARS: dict[str, Exhibit] = {
    "L1":  _liar("gives out stamps without data",               "about_bytes:hollow",     "SP-REP-21", "SP-REP-2"),
    "L2":  _liar("restores from the source, not the point",     "about_bytes:of_now",     "SP-REP-21", "SP-PT-6"),
    "L3":  _liar("claims discards and denies them",             "about_deeds:denies",     "SP-REP-16"),
    "L4":  _liar("every listed point is a copy of the newest",  "about_bytes:newest",     "SP-PT-28", "SP-REP-21"),
    "L5":  _liar("a change of point changes words only",        "about_deeds:words_only", "SP-FO-6"),
    "L6":  _liar("byte counts are invented",                    "about_state:byte_counts",     "SP-REP-7", "SP-RES-5"),
    "L7":  _liar("replays an old observation during a cut",     "about_state:replays",    "SP-REP-13", "SP-REP-10"),
    "L8":  _liar("time is shown that did not pass",             "about_time:skips",       "SP-PT-1"),
    "L9":  _liar("all is always well",                          "about_state:all_well",   "SP-RPO-6", "SP-REP-13"),
    "L10": _liar("crashes are acknowledged and do not happen",  "about_deeds:no_crash",   "SP-RES-33", "SP-RES-3"),
    "L11": _liar("points are hidden, not pruned",               "about_bytes:hides",      "SP-RET-19"),
    "L12": _liar("a point's other disks are those of now",      "about_bytes:one_disk",   "SP-PT-13", "SP-REP-21"),
    "L13": _liar("every event is told, happened or not",        "about_state:events",     "SP-ERR-13"),
    "L14": _liar("a comparison looks at one disk",              "about_deeds:one_disk",   "SP-RES-14", "SP-RES-13"),
    "L15": _liar("writes in a drill are thrown away",           "about_deeds:no_drill",   "SP-DRL-2"),
}
# fmt: on
