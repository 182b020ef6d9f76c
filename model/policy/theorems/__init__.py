"""The registry of policy theorems, chapter by chapter; ids are permanent and cited by verdicts, hints and reports."""

from siteproof.model.policy.theorem import Theorem
from siteproof.model.policy.theorems.counts import COUNTS
from siteproof.model.policy.theorems.edits import EDITS
from siteproof.model.policy.theorems.flow import FLOW
from siteproof.model.policy.theorems.plain_age import PLAIN_AGE
from siteproof.model.policy.theorems.pruning import PRUNING
from siteproof.model.policy.theorems.tiered import TIERED

RETIRED = frozenset({"POL-T20"})  # said no more than its own definition; POL-T58 says what a policy needs
"""Ids that are not given again."""


def theorems() -> tuple[Theorem, ...]:
    """Every policy theorem, exhibits included, in the order of their ids."""
    return (*PLAIN_AGE, *PRUNING, *EDITS, *TIERED, *COUNTS, *FLOW)
