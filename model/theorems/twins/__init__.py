"""The brute-force twin of every theorem: the same claim, decided by enumeration and simulation on small numbers.

A twin knows no z3 and no proof. It returns how many policies (or situations) it tried and those that break the claim:
none for a theorem that holds, at least one for an exhibit.
"""

from siteproof.model.theorems.twins.counts import COUNTS
from siteproof.model.theorems.twins.edits import EDITS
from siteproof.model.theorems.twins.flow import FLOW
from siteproof.model.theorems.twins.pins import PINS
from siteproof.model.theorems.twins.plain_age import PLAIN_AGE
from siteproof.model.theorems.twins.pruning import PRUNING
from siteproof.model.theorems.twins.tally import Twin, TwinTally
from siteproof.model.theorems.twins.tiered import TIERED

TWINS: dict[str, Twin] = {**PLAIN_AGE, **PRUNING, **PINS, **EDITS, **TIERED, **COUNTS, **FLOW}

__all__ = ["TWINS", "Twin", "TwinTally"]
