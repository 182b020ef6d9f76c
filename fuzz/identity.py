"""What a campaign is of: subject, seed, length of its walks, and the specification that it judges by.

Rule: two campaigns with one identity can be put together; whatever else differs only says how long one goes on.
"""

from collections.abc import Mapping

from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.runner import spec_digest


def identity(target: SubjectAddress, seed: int, steps: int) -> Mapping[str, str]:
    """As a store keeps it."""
    subject = f"{target.kind.value}:{target.name}"
    return {"subject": subject, "seed": str(seed), "steps": str(steps), "specification": spec_digest()}
