"""Repeats: a scene whose fault needs luck is played several times, and what came of it is told with its share.

Rule: one repeat that fails is a failure, whatever the others say; a repeat in which the scene never came about counts
for nothing. How often it failed is told as a detail, because it is the part that chance may change.
"""

from collections.abc import Callable, Iterable

from attrs import evolve, frozen

from siteproof.conformance.verify import Failed, Inconclusive, given


@frozen
class Share:
    """So many of so many repeats failed."""

    failed: int = 0
    played: int = 0

    def __str__(self) -> str:
        """`5 of 7`."""
        return f"{self.failed} of {self.played}"


def repeated(scenes: Iterable[Callable[[], None]], what: str) -> Share:
    """Play every scene; Failed as the first that failed did, with its share; Inconclusive if none came about.

    `what` is a plural: `kills in flight`.
    """
    share, first = Share(), None
    for scene in scenes:
        try:
            scene()
        except Inconclusive:
            continue
        except Failed as failed:
            share, first = evolve(share, failed=share.failed + 1), first or failed
        share = evolve(share, played=share.played + 1)
    if first is not None:
        detail = f"{first.detail}{'; ' if first.detail else ''}in {share} {what}"
        first.detail = detail
        raise first
    given(share.played > 0, f"none of the {what} came about")
    return share
