"""The registry of policy theorems, chapter by chapter; ids are permanent and cited by verdicts, hints and reports."""

from siteproof.model.theorems.counts import COUNTS
from siteproof.model.theorems.edits import EDITS
from siteproof.model.theorems.flow import FLOW
from siteproof.model.theorems.plain_age import PLAIN_AGE
from siteproof.model.theorems.pruning import PRUNING
from siteproof.model.theorems.theorem import Theorem
from siteproof.model.theorems.tiered import TIERED

RETIRED = frozenset({"POL-T20"})  # said no more than its own definition; POL-T58 says what a policy needs
"""Ids that are not given again."""


def theorems() -> tuple[Theorem, ...]:
    """Every policy theorem, exhibits included, in the order of their ids."""
    return (*PLAIN_AGE, *PRUNING, *EDITS, *TIERED, *COUNTS, *FLOW)
