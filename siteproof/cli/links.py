"""What requirements are linked to: the model's rules and the judge's cases, brought together as plain data.

Rule: this is the only place where the book meets the judge, because the model may not know it.
"""

from siteproof.conformance.case import Case, all_cases
from siteproof.model.book.rules import rule_links
from siteproof.model.book.traceability import CaseLink, Links


def links() -> Links:
    """Every rule and every case."""
    return Links(rule_links(), tuple(_link(each) for each in all_cases()))


def _link(case: Case) -> CaseLink:
    return CaseLink(case.id, case.sentence, case.level.value, case.requires)
