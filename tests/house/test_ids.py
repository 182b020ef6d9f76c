"""One id is one thing: whoever meets an id in a report knows whether it is a requirement, a rule or a case."""

from siteproof.cli.links import links
from siteproof.conformance.case import PREFIX
from siteproof.model.spec.registry.requirements import requirements


def test_no_case_is_called_like_a_rule_or_a_requirement() -> None:
    """Every case's id has the prefix of cases, and neither a rule nor a requirement has one of these ids."""
    known = links()
    cases = {each.id for each in known.cases}
    others = {each.id for each in known.rules} | {each.id for each in requirements()}
    assert len(cases) == len(known.cases) > 200
    assert {each for each in cases if not each.startswith(PREFIX)} == set()
    assert {each for each in others if each.startswith(PREFIX)} == set()
    assert cases & others == set()
