"""Oracles of exposure: the RPO that is shown against the points, the clock and the ledger.

Rule: a figure may be rounded by a second; beyond that it lies between what the target is known to have and what it is
known to lack. Where a clock has jumped, times of points say nothing and are not used.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Direction, Protection

C, P = Capability, Protection

ROUNDING_MS = 1000


@oracle("SP-RPO-8")
def no_point_no_rpo(look: Look) -> Iterator[Wrong]:
    """Before a first point exists no RPO is shown, and beside a point there is one."""
    shown = look.now.rpo_ms
    if look.now.regions.protection in (P.UNPROTECTED, P.ENABLING) and shown is not None:
        yield Wrong(f"no RPO in {look.now.regions.protection.value}", f"{shown} ms")
    if _replicates(look.now) and look.now.points and shown is None:
        yield Wrong("an RPO beside a point", "none is shown", "SP-RPO-1")


@oracle("SP-RPO-6", C.VIRTUAL_CLOCK)
def the_rpo_covers_what_is_missing(look: Look) -> Iterator[Wrong]:
    """The RPO is not less than the age of the oldest change that cannot have left."""
    if not _replicates(look.now) or look.now.rpo_ms is None:
        return
    oldest = look.missing_since_ms()
    if oldest is not None and look.now.rpo_ms < look.now.time_ms - oldest - ROUNDING_MS:
        yield Wrong(f"an RPO of {look.now.time_ms - oldest} ms or more", f"{look.now.rpo_ms} ms")


@oracle("SP-RPO-1", C.VIRTUAL_CLOCK)
def the_rpo_counts_what_is_there(look: Look) -> Iterator[Wrong]:
    """The RPO is not more than the age of the newest point, or of the newest write that has arrived since."""
    if not _replicates(look.now) or look.now.rpo_ms is None or look.memory.jumped:
        return
    have = [point.taken_at_ms for point in look.now.points]
    arrived = look.arrived_ms()
    have += [arrived] if arrived is not None else []
    if have and look.now.rpo_ms > look.now.time_ms - max(have) + ROUNDING_MS:
        yield Wrong(f"an RPO of {look.now.time_ms - max(have)} ms or less", f"{look.now.rpo_ms} ms")
    if look.now.rpo_ms < 0:
        yield Wrong("an RPO of 0 ms or more", f"{look.now.rpo_ms} ms")


@oracle("SP-RPO-2", C.VIRTUAL_CLOCK, C.LINK_FAULTS)
def the_rpo_grows_while_nothing_arrives(look: Look) -> Iterator[Wrong]:
    """While the link is down the RPO grows with the clock."""
    before = look.before
    if before is None or not look.stays_cut or look.verbs:
        return
    if _replicates(before) and _replicates(look.now) and before.rpo_ms is not None and look.now.rpo_ms is not None:
        grown = look.now.rpo_ms - before.rpo_ms
        if grown < look.elapsed_ms - ROUNDING_MS:
            yield Wrong(f"an RPO that grows by {look.elapsed_ms} ms", f"it grew by {grown} ms")


def _replicates(seen: Observation) -> bool:
    return seen.regions.direction is Direction.FORWARD and seen.regions.protection is P.PROTECTED


ORACLES: tuple[Oracle, ...] = (
    no_point_no_rpo,
    the_rpo_covers_what_is_missing,
    the_rpo_grows_while_nothing_arrives,
    the_rpo_counts_what_is_there,
)
