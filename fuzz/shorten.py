"""Shortening a recorded walk once more: on its own subject, or on another one that fails in the same way.

Rule: the record that comes out was carried out as it stands and failed; without that there is none.
"""

from attrs import evolve

from siteproof import __version__
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.fuzz.actions import WalkRecord
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.fingerprint import fingerprint
from siteproof.fuzz.replay import target_of
from siteproof.fuzz.shrink import ShrinkEffort, shrink
from siteproof.fuzz.walk import Walk, kind_of


def shortened(record: WalkRecord, instead: SubjectAddress | None, effort: ShrinkEffort) -> WalkRecord | None:
    """The record with the fewest and simplest actions that were found; None when the failure does not come back."""
    target = instead or target_of(record.subject, record.folder, record.ca)
    beside = target_of(record.against, record.folder, record.ca) if record.against else None
    walking = WalkCourse(target, record.seed, len(record.actions), beside).open()
    try:
        walking.describe()
        walk = walking.repeat(record.scenario, record.actions)
        if walk.finding is None or kind_of(walk.finding.expected) != kind_of(record.expected):
            return None
        return _recorded(record, target, shrink(walk, walking.repeat, effort))
    finally:
        walking.close()


def _recorded(record: WalkRecord, target: SubjectAddress, walk: Walk) -> WalkRecord:
    assert walk.finding is not None
    return evolve(
        record,
        subject=target.said,
        folder=target.folder,
        ca=target.ca,
        scenario=walk.scenario,
        actions=walk.actions,
        expected=walk.finding.expected,
        actual=walk.finding.actual,
        history=walk.history,
        rule=walk.finding.rule,
        fingerprint=fingerprint(walk.finding.rule, walk.actions),
        version=__version__,
    )
