"""What a campaign is of: subjects, seed, length of its walks, and the specification that it judges by.

Rule: two campaigns with one identity can be put together; whatever else differs only says how long one goes on.
"""

from collections.abc import Mapping

from siteproof.conformance.runner import spec_digest
from siteproof.fuzz.course import ROUND_WALKS, WalkCourse


def identity(course: WalkCourse) -> Mapping[str, str]:
    """As a store keeps it."""
    beside = {"against": course.against.said} if course.against is not None else {}
    wide = {"round": str(course.round_walks)} if course.round_walks != ROUND_WALKS else {}
    whose = {"subject": course.target.said, **beside, "seed": str(course.seed), "steps": str(course.steps)}
    return {**whose, **wide, "specification": spec_digest()}
