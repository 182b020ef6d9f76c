"""Honest variants: appliances that differ from the reference in what the sources leave open, and keep every promise.

Rule: a variant breaks no requirement; a suite that accuses one, or leaves it without a verdict, is at fault.
"""

from siteproof.reference.zoo.table import Exhibit


def _honest(title: str, factory: str) -> Exhibit:
    return Exhibit(title, "", f"siteproof.reference.{factory}")


# fmt: off
HONEST: dict[str, Exhibit] = {
    "H0":  _honest("the reference as it is",                       "subject:make_subject"),
    "H1":  _honest("jobs are slower",                              "zoo.honest.paces:slow"),
    "H2":  _honest("jobs are faster",                              "zoo.honest.paces:fast"),
    "H3":  _honest("changes travel later",                         "zoo.honest.paces:late"),
    "H4":  _honest("changes travel at once",                       "zoo.honest.paces:eager"),
    "H5":  _honest("app points in another minute",                 "zoo.honest.paces:app_minute"),
    "H6":  _honest("a target crash marks the machine",             "zoo.honest.marks:after_target_crash"),
    "H7":  _honest("a broken link marks at once",                  "zoo.honest.marks:when_link_breaks"),
    "H8":  _honest("a link that returns marks",                    "zoo.honest.marks:when_link_returns"),
    "H9":  _honest("a power failure takes unflushed writes",       "zoo.honest.power:forgetful"),
    "H10": _honest("points have other names",                      "zoo.honest.points:names"),
    "H11": _honest("points are listed newest first",               "zoo.honest.points:order"),
    "H12": _honest("points also after a comparison",               "zoo.honest.points:more"),
    "H13": _honest("buckets keep their newest point",              "zoo.honest.buckets:newest"),
    "H14": _honest("buckets begin at half past",                   "zoo.honest.buckets:half_past"),
    "H15": _honest("buckets are half as wide",                     "zoo.honest.buckets:narrow"),
    "H16": _honest("images come inline",                           "zoo.honest.images:inline"),
    "H17": _honest("images are copies without holes",              "zoo.honest.images:copies"),
    "H18": _honest("what does not shrink by half is not packed",   "zoo.honest.wires:sparing"),
    "H19": _honest("compression tries harder",                     "zoo.honest.wires:packed"),
    "H20": _honest("frames are small",                             "zoo.honest.wires:small_frames"),
    "H21": _honest("the count includes the envelope",              "zoo.honest.wires:envelopes"),
    "H22": _honest("a comparison sends whole extents",             "zoo.honest.grain:comparison"),
    "H23": _honest("changes are tracked by extents",               "zoo.honest.grain:tracking"),
    "H24": _honest("the RPO is in whole seconds",                  "zoo.honest.words:whole_seconds"),
    "H25": _honest("jobs have other names, none while they run",   "zoo.honest.words:jobs"),
    "H26": _honest("health is more pessimistic",                   "zoo.honest.words:pessimist"),
    "H27": _honest("more events are told",                         "zoo.honest.words:talkative"),
    "H28": _honest("events and refusals say it in other words",    "zoo.honest.words:terse"),
    "H29": _honest("generations rise in larger steps",             "zoo.honest.words:generations"),
    "H30": _honest("disks are shown in another order",             "zoo.honest.words:disks"),
    "H31": _honest("more blocks are shown as dirty than are",      "zoo.honest.words:dirty"),
}
# fmt: on
