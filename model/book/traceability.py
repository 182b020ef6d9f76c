"""Traceability: which requirement is kept by which rule of the model and witnessed by which case of the judge.

Rule: links are stored once (a requirement names its rules, a case names its requirements) and turned around here.
"""

import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

from siteproof.model.book.markdown import NONE, anchor, link, listed, page, table
from siteproof.model.spec.registry.requirements import Requirement, requirements

PROPERTIES = {"always", "whenever", "sometimes", "eventually", "theorem", "refuted design"}


@frozen
class CaseLink:
    """A case of the judge as plain data, because the model does not know the judge."""

    id: str
    sentence: str
    level: str
    requires: tuple[str, ...]


@frozen
class RuleLink:
    """A rule or property of the model as plain data; `kind` says which, `where` names the module."""

    id: str
    kind: str
    sentence: str
    where: str
    evidence: str = ""
    requires: tuple[str, ...] = ()  # requirements that the rule itself names, as theorems do
    spec: str = ""  # the first right specification that it is part of, whose page it links to


@frozen
class MemberLink:
    """A wrong implementation that is kept to be caught, as plain data; `requires` are those that it breaks."""

    id: str
    sentence: str
    requires: tuple[str, ...]


@frozen(eq=False)
class Links:
    """Everything that requirements can be linked to; `waits` says of a requirement what a case of it would need."""

    rules: tuple[RuleLink, ...]
    cases: tuple[CaseLink, ...]
    members: tuple[MemberLink, ...] = ()
    waits: Mapping[str, str] = field(factory=lambda: MappingProxyType({}))

    def rules_of(self, requirement: Requirement) -> tuple[RuleLink, ...]:
        """The rules and properties that keep a requirement."""
        return self._kept.get(requirement.id, ())

    def cases_of(self, requirement_id: str) -> tuple[CaseLink, ...]:
        """The cases that witness a requirement."""
        return tuple(case for case in self.cases if requirement_id in case.requires)

    def broken_by(self, requirement_id: str) -> tuple[MemberLink, ...]:
        """The wrong implementations that break a requirement, and that the suite has to catch."""
        return tuple(each for each in self.members if requirement_id in each.requires)

    def kept_by(self, rule_id: str) -> tuple[Requirement, ...]:
        """The requirements that name a rule."""
        return tuple(each for each in requirements() if any(rule.id == rule_id for rule in self.rules_of(each)))

    @functools.cached_property
    def _kept(self) -> Mapping[str, tuple[RuleLink, ...]]:
        """The rules of each requirement: it names them or their family, or they name it."""
        return {
            each.id: tuple(rule for rule in self.rules if each.id in rule.requires or covers(each.rules, rule.id))
            for each in requirements()
        }


def covers(named: Iterable[str], rule_id: str) -> bool:
    """Whether one of the names is the rule or the family it belongs to: LC-2 covers LC-2.7."""
    wanted = frozenset(named)
    parts = rule_id.split(".")
    return any(".".join(parts[:count]) in wanted for count in range(1, len(parts) + 1))


def requirement_link(requirement: Requirement) -> str:
    """A link to the requirement's place in its chapter."""
    return link(requirement.id, chapter_page(requirement.chapter), requirement.id.lower())


def chapter_page(chapter: str) -> str:
    """The file that holds a chapter."""
    return f"{chapter.lower()}.md"


def spec_page(name: str) -> str:
    """The file that holds a specification's page."""
    return f"spec-{name}.md"


def rule_link(rule: RuleLink) -> str:
    """A link to the rule's place."""
    return link(rule.id, "rules.md", rule.id)


def case_link(case: CaseLink) -> str:
    """A link to the case's place."""
    return link(case.id, "cases.md", case.id)


def member_link(member: MemberLink) -> str:
    """A link to the wrong implementation's place."""
    return link(member.id, "caught.md", member.id)


def rules_page(links: Links) -> str:
    """Every rule and property of the model with the requirements that it keeps."""
    families = sorted({_family(rule.id) for rule in links.rules}, key=[_family(r.id) for r in links.rules].index)
    about = (
        "Each line is one rule or property of the executable model. `always` holds in every reachable state, "
        "`whenever` of every step between two of them, `sometimes` in at least one state, so that none of the others "
        "is true for want of cases. A theorem is proved for all "
        "values, a refuted design is kept because the prover has to refute it. A lemma holds always and serves "
        "a proof: what it is needed for stands behind it. `eventually` is what fairness brings about."
    )
    return page("Rules and properties", about, *(_family_part(links, family) for family in families))


def _family_part(links: Links, family: str) -> str:
    mine = [rule for rule in links.rules if _family(rule.id) == family]
    first = {rule.id: rule for rule in reversed(mine)}
    rows = [_rule_row(links, rule, anchored=first[rule.id] is rule) for rule in mine]
    return f"## {family}\n\n" + table(("rule", "kind", "what it says", "evidence", "module", "requirements"), rows)


def _rule_row(links: Links, rule: RuleLink, *, anchored: bool) -> tuple[str, ...]:
    kept = listed(requirement_link(each) for each in links.kept_by(rule.id))
    name = f"{anchor(rule.id) if anchored else ''}{rule.id}"
    where = link(rule.where, spec_page(rule.spec)) if rule.spec else rule.where
    return (name, rule.kind, rule.sentence, rule.evidence, where, kept)


def _family(rule_id: str) -> str:
    return rule_id.partition("-")[0]


def cases_page(links: Links) -> str:
    """Every case of the judge with the requirements that it witnesses."""
    known = {each.id: each for each in requirements()}
    rows = [
        (
            f"{anchor(case.id)}{case.id}",
            case.level,
            case.sentence,
            listed(requirement_link(known[name]) if name in known else name for name in case.requires),
        )
        for case in links.cases
    ]
    about = f"{len(links.cases)} cases. A case passes only when it really saw what its requirement speaks of."
    return page("Cases", about, table(("case", "level", "sentence", "requirements"), rows) if rows else "")


def trace_page(links: Links) -> str:
    """One line for each requirement: what keeps it and what witnesses it."""
    rows = [_trace_row(links, each) for each in requirements()]
    about = (
        "From each requirement to the rules of the model that keep it, to the properties that check the model, to "
        "the cases that witness it on a subject, and to the wrong implementations that break it and have to be caught. "
        "A requirement without a case says why."
    )
    head = ("requirement", "level", "rules", "properties", "cases", "caught", "not judged, because")
    bugs = table(("bug class", "forbidden by", "cases"), _bug_rows(links))
    return page("Traceability", about, table(head, rows), "## Bug classes", "Each happened somewhere.", bugs)


@functools.cache
def by_bug_class() -> dict[str, tuple[Requirement, ...]]:
    """The requirements that forbid each bug class of domain §7, from B1 on."""
    cited = {source.split()[-1] for each in requirements() for source in each.sources if " B" in source}
    names = sorted(cited, key=lambda name: int(name[1:]))
    return {name: tuple(each for each in requirements() if f"domain §7 {name}" in each.sources) for name in names}


def _bug_rows(links: Links) -> list[tuple[str, ...]]:
    return [
        (
            f"{anchor(name)}{name}",
            listed(requirement_link(each) for each in found),
            listed(dict.fromkeys(case_link(case) for each in found for case in links.cases_of(each.id))),
        )
        for name, found in by_bug_class().items()
    ]


def _trace_row(links: Links, requirement: Requirement) -> tuple[str, ...]:
    found = links.rules_of(requirement)
    rules = listed(dict.fromkeys(rule_link(rule) for rule in found if rule.kind not in PROPERTIES))
    properties = listed(dict.fromkeys(rule_link(rule) for rule in found if rule.kind in PROPERTIES))
    cases = listed(case_link(case) for case in links.cases_of(requirement.id))
    return (
        requirement_link(requirement),
        requirement.level.value,
        rules,
        properties,
        cases,
        listed(member_link(each) for each in links.broken_by(requirement.id)),
        requirement.informative or links.waits.get(requirement.id) or NONE,
    )
