"""What a campaign is of: subject, seed, length of its walks, and the specification that it judges by.

Rule: two campaigns with one identity can be put together; whatever else differs only says how long one goes on.
"""

import functools
import hashlib
from collections.abc import Mapping

from siteproof.conformance.carriers.target import Target
from siteproof.conformance.coverage.lifecycle_map import lifecycle_map
from siteproof.model.spec.registry import requirements

DIGEST_BYTES = 8


def identity(target: Target, seed: int, steps: int) -> Mapping[str, str]:
    """As a store keeps it."""
    subject = f"{target.kind.value}:{target.name}"
    return {"subject": subject, "seed": str(seed), "steps": str(steps), "specification": specification()}


@functools.cache
def specification() -> str:
    """A digest of the lifecycle's transitions and of every requirement."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for edge in lifecycle_map().edges:
        digest.update(f"{edge.source} {edge.transition} {edge.rule} {edge.name}\n".encode())
    for each in requirements.requirements():
        digest.update(f"{each.id} {each.sentence}\n".encode())
    return digest.hexdigest()
