"""All oracles of the auditor, in the order in which they are asked: the nearest explanation of a mistake first."""

from siteproof.conformance.auditor.oracle import Oracle
from siteproof.conformance.auditor.oracles import catalogue, clock, lifecycle, power, stream

ORACLES: tuple[Oracle, ...] = (
    *clock.ORACLES,
    *catalogue.ORACLES,
    *power.ORACLES,
    *stream.ORACLES,
    *lifecycle.ORACLES,
)
