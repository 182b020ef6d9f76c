"""What requirements are linked to: the model's rules, the judge's cases, the zoo's members, together as plain data.

Rule: this is the only place where the book meets the judge and the zoo, because the model may not know them.
"""

from siteproof.cli.zoo_members import MEMBERS
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.without_a_case import handles
from siteproof.model.book.rules import rule_links
from siteproof.model.book.traceability import CaseLink, Links, MemberLink


def links() -> Links:
    """Every rule, case and wrong implementation, and what requirements without a case wait for."""
    waits = {name: each.lacks for each in handles() for name in each.requirements}
    members = (MemberLink(name, each.title, each.breaks) for name, each in MEMBERS.items() if each.breaks)
    return Links(rule_links(), tuple(_link(each) for each in all_cases()), tuple(members), waits)


def _link(case: Case) -> CaseLink:
    return CaseLink(case.id, case.sentence, case.level.value, case.requires)
