"""How it is known of each MUST that breaking it is noticed: a wrong appliance, the model, a kept kill; or nothing yet.

Rule: the strongest way is told, and what nothing shows is named, on the page and by the build.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from siteproof.model.book.backing import noticed_by
from siteproof.model.book.markdown import NONE, code, link, listed, table
from siteproof.model.book.traceability import Links, member_link, requirement_link
from siteproof.model.spec.registry.kills import kept_kills
from siteproof.model.spec.registry.requirements import Level, Requirement, requirements

APPLIANCE, MODEL, KILL, NOTHING = "a wrong appliance", "the model", "a kept kill", "nothing yet"


def judged(links: Links) -> Iterator[Requirement]:
    """Every MUST that a case judges."""
    return (each for each in requirements() if each.level is Level.MUST and links.cases_of(each.id))


def noticed(requirement: Requirement, links: Links) -> str:
    """The strongest way in which breaking the requirement is known to be noticed."""
    if links.broken_by(requirement.id):
        return APPLIANCE
    if any(any(noticed_by(rule.id)) for rule in links.rules_of(requirement)):
        return MODEL
    return KILL if requirement.id in kept_kills() else NOTHING


def counts(links: Links) -> Mapping[str, int]:
    """How many MUST with a case are noticed in each way."""
    found = Counter(noticed(each, links) for each in judged(links))
    return {way: found[way] for way in (APPLIANCE, MODEL, KILL, NOTHING)}


def noticing_line(links: Links) -> str:
    """The counts in a line, and the names of those that nothing wrong is kept for."""
    found = counts(links)
    told = ", ".join(f"{count} by {way}" for way, count in found.items() if count and way != NOTHING)
    lacking = [each.id for each in judged(links) if noticed(each, links) == NOTHING]
    rest = f"; {len(lacking)} by nothing yet: {', '.join(lacking)}" if lacking else ""
    return f"{sum(found.values())} MUST with a case, broken and noticed: {told or 'none'}{rest}"


def kill_text(requirement: Requirement) -> str:
    """The kept kill of a requirement: what was wrong, and the case that stopped it."""
    kept = kept_kills().get(requirement.id)
    return f"{link(kept.case, 'cases.md', kept.case)} stops {code(kept.wrong)}" if kept else NONE


def noticing_table(links: Links) -> str:
    """Each MUST with a case, and how it is known that breaking it is noticed."""
    rows = [(requirement_link(each), noticed(each, links), _what(each, links)) for each in judged(links)]
    return table(("requirement", "noticed by", "what"), rows)


def _what(each: Requirement, links: Links) -> str:
    members = listed(member_link(one) for one in links.broken_by(each.id))
    model = listed(dict.fromkeys(text for rule in links.rules_of(each) for text in noticed_by(rule.id)))
    return next((told for told in (members, model, kill_text(each)) if told != NONE), NONE)


def stale(links: Links) -> Iterator[str]:
    """Kept kills whose case is gone or no longer speaks of the requirement."""
    spoken = {case.id for case in links.cases}
    known = {each.id for each in requirements()}
    for kept in kept_kills().values():
        if kept.case not in spoken or kept.requirement not in known:
            yield f"{kept.requirement}: kills.toml names the case {kept.case}, and one of both is gone"
