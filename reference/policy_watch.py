"""How exposed a machine is: the RPO and its limits (domain §2, RPO; seed: RPO threshold).

A threshold only raises an event and colours the health; it never changes replication.
"""

from siteproof.model.nouns.policy import HOUR_MINUTES, MINUTE_MS
from siteproof.reference.machine import Machine

NO_POINT_MS = HOUR_MINUTES * MINUTE_MS


def exposure_ms(machine: Machine, now_ms: int) -> int | None:
    """The RPO: now minus the source time of what `latest` would produce; None before a first point."""
    newest = machine.newest
    if newest is None:
        return None
    return now_ms - (newest.born_ms if machine.received_ms is None else machine.received_ms)


def threshold_ms(machine: Machine) -> int:
    """The policy's limit."""
    return machine.policy.rpo_threshold_minutes * MINUTE_MS
