"""The registry of policy theorems, chapter by chapter; ids are permanent and cited by verdicts, hints and reports."""

from siteproof.model.policy.theorem import Theorem
from siteproof.model.policy.theorems.counts import COUNTS
from siteproof.model.policy.theorems.edits import EDITS
from siteproof.model.policy.theorems.flow import FLOW
from siteproof.model.policy.theorems.plain_age import PLAIN_AGE
from siteproof.model.policy.theorems.pruning import PRUNING
from siteproof.model.policy.theorems.tiered import TIERED


def theorems() -> tuple[Theorem, ...]:
    """Every policy theorem, exhibits included, in the order of their ids."""
    return (*PLAIN_AGE, *PRUNING, *EDITS, *TIERED, *COUNTS, *FLOW)
