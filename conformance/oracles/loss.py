"""The loss oracle: what a failover lost, from the blocks of the machine that took over, against the RPO that was shown.

Rule: loss is counted in acknowledged writes that are missing from the bytes; nobody is asked about it.
"""

from collections.abc import Sequence

from attrs import frozen

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Landing
from siteproof.conformance.ledger import Ledger


@frozen
class Loss:
    """`position` is the newest legal cut of the image; `writes` came after it and are gone."""

    position: int
    writes: int
    oldest_lost_ms: int | None


def measured(lab: Lab, landing: Landing) -> Loss:
    """What the machine that took over lacks of the history it comes from."""
    position = verify_bytes.true_landing(lab, landing)
    lost = sum(ledger.wrote_between(position, landing.position) for ledger in landing.ledgers)
    return Loss(position, lost, min(_lost_times(landing.ledgers, position), default=None))


def within_the_rpo(lab: Lab, landing: Landing, before_cut_rpo_ms: int, at_ms: int) -> Loss:
    """Every write that was older than the shown RPO at `at_ms` is there."""
    loss = measured(lab, landing)
    bound_ms = at_ms - before_cut_rpo_ms
    verify.that(
        loss.oldest_lost_ms is None or loss.oldest_lost_ms >= bound_ms,
        f"no acknowledged write older than the shown RPO of {before_cut_rpo_ms} ms is lost",
        f"{loss.writes} writes are lost, the oldest {at_ms - (loss.oldest_lost_ms or 0)} ms before the failover",
    )
    return loss


def _lost_times(ledgers: Sequence[Ledger], position: int) -> list[int]:
    found = (ledger.first_after(position) for ledger in ledgers)
    return [entry.time_ms for entry in found if entry is not None]
