"""What the book may not be built with: a MUST without a case, a witness or a reason, a rule that is never used.

Rule: each shortfall is one sentence that names its requirement or rule; an empty list is the only way to a book.
"""

from collections.abc import Iterator

from siteproof.model.book.backing import claims, noticed_by, witnesses
from siteproof.model.book.noticing import stale
from siteproof.model.book.traceability import Links
from siteproof.model.spec.registry.requirements import Level, Requirement, requirements

HAPPENS = frozenset({"action", "transition", "sometimes"})
"""The kinds of rules that a search has to meet."""


def shortfalls(links: Links) -> tuple[str, ...]:
    """Everything that is lacking, in the order of the book."""
    lacks = (each for one in requirements() for each in _lacks(one, links))
    return (*lacks, *_unused(links), *_unnoticed(), *stale(links))


def _lacks(requirement: Requirement, links: Links) -> Iterator[str]:
    cases = links.cases_of(requirement.id)
    if requirement.informative and cases:
        yield f"{requirement.id} is informative and has the case {cases[0].id}: one of both is wrong"
    if requirement.level is not Level.MUST or requirement.informative or cases:
        return
    if requirement.id not in links.waits:
        yield f"{requirement.id} is a MUST without a case, and nothing says why"
    if not any(rule.id in witnesses() or rule.kind == "theorem" for rule in links.rules_of(requirement)):
        yield f"{requirement.id} is a MUST without a witness: no rule of it is ever used, and no case shows it"


def _unused(links: Links) -> Iterator[str]:
    for rule in dict.fromkeys(rule.id for rule in links.rules if rule.kind in HAPPENS and rule.spec):
        if rule not in witnesses():
            yield f"{rule} is never used: no search of its specification meets it"


def _unnoticed() -> Iterator[str]:
    """A predicate that nothing wrong breaks is kept by nobody."""
    for rule, found in claims().items():
        if not any(noticed_by(rule)):
            yield f"{rule} is broken by no wrong design and no edit of {found[0][0]}: nobody knows that it would notice"
