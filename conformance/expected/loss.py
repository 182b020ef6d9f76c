"""What a failover lost, from the blocks of the machine that took over, against the RPO that was shown.

Rule: loss is counted in acknowledged writes that are missing from the bytes; nobody is asked about it.
"""

from attrs import frozen

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.lab import Lab, Landing


@frozen
class Loss:
    """`position` is the newest legal cut of the image; `writes` came after it and are gone."""

    position: int
    writes: int
    oldest_lost_ms: int | None


def measured(lab: Lab, landing: Landing) -> Loss:
    """What the machine that took over lacks of the history it comes from."""
    position = verify_bytes.true_landing(lab, landing)
    pairs = zip(landing.ledgers, landing.picture.disks, strict=True)
    lost = [entry.time_ms for ledger, disk in pairs for entry in ledger.lost(position, disk.digests)]
    return Loss(position, len(lost), min(lost, default=None))


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
