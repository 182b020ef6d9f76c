"""All oracles of the auditor, in the order in which they are asked: the nearest explanation of a mistake first."""

from siteproof.conformance.auditor.oracle import Oracle
from siteproof.conformance.auditor.oracles import (
    answers,
    arrivals,
    catalogue,
    clock,
    departures,
    exposure,
    groups,
    lifecycle,
    marks,
    power,
    stream,
    way_back,
)

ORACLES: tuple[Oracle, ...] = (
    *clock.ORACLES,
    *catalogue.ORACLES,
    *answers.ORACLES,
    *power.ORACLES,
    *way_back.ORACLES,
    *departures.ORACLES,
    *marks.ORACLES,
    *arrivals.ORACLES,
    *stream.ORACLES,
    *exposure.ORACLES,
    *groups.ORACLES,
    *lifecycle.ORACLES,
)
