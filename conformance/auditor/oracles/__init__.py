"""All oracles of the auditor, in the order in which they are asked: the nearest explanation of a mistake first."""

from siteproof.conformance.auditor.oracle import Oracle
from siteproof.conformance.auditor.oracles import catalogue, lifecycle, stream

ORACLES: tuple[Oracle, ...] = (*catalogue.ORACLES, *stream.ORACLES, *lifecycle.ORACLES)
