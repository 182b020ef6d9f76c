"""Every rule of the specification under its id: transitions of the table, actions, and claims.

Rule: the catalogue is read off the specifications; nothing is listed here by hand.
"""

from collections.abc import Iterator

from attrs import evolve, frozen

from siteproof.model.language import Action, Property, Spec
from siteproof.model.language.table import AdminRow, Happening, Row, Where
from siteproof.model.language.text import value_text
from siteproof.model.spec.administration.spec import machine_point_arrives
from siteproof.model.spec.administration.table import ADMIN_HAPPENINGS, ADMINISTRATION
from siteproof.model.spec.lifecycle.table import HAPPENINGS, LIFECYCLE
from siteproof.model.spec.registry.specs import RIGHT

KINDS = ("transition", "action", "always", "whenever", "sometimes", "eventually", "lemma")


@frozen
class Rule:
    """One rule: `kind` is one of KINDS, `evidence` a tag or empty, `source` the file and line where it is written."""

    id: str
    kind: str
    title: str
    doc: str
    why: str
    evidence: str
    source: str


def rules() -> tuple[Rule, ...]:
    """Every rule, chapter by chapter, in the order in which they are written."""
    return (
        *map(_of_row, LIFECYCLE),
        *map(_of_happening, HAPPENINGS),
        *(_of_claim(claim) for claim in RIGHT["lifecycle"].properties),
        *map(_of_admin_row, ADMINISTRATION),
        *map(_of_happening, ADMIN_HAPPENINGS),
        _of_action(machine_point_arrives),
        *(_of_claim(claim) for claim in RIGHT["administration"].properties),
        *(_of_action(action) for action in RIGHT["replication"].actions),
        *(_of_claim(claim) for claim in RIGHT["replication"].properties),
        *(_of_action(action) for spec in _chapters() for action in spec.actions),
        *(_of_claim(claim) for spec in _chapters() for claim in spec.properties),
        *(_of_lemma(lemma) for spec in RIGHT.values() for lemma in spec.lemmas),
    )


def _chapters() -> Iterator[Spec]:
    """The specifications that one file each is; the others have tables, or files of their own."""
    return (spec for name, spec in RIGHT.items() if name not in {"lifecycle", "administration", "replication"})


def where_text(where: Where) -> str:
    """A set of states as text: `protection failed_over|committed, direction forward`."""
    return ", ".join(_region_texts(where))


def _region_texts(where: Where) -> Iterator[str]:
    for region, values in where.fits.items():
        yield f"{region} {'|'.join(value_text(value) for value in sorted(values))}"


def _of_row(row: Row) -> Rule:
    phases = [", ".join(value_text(value) for value in change) for change in (*row.job.through, row.job.to)]
    doc = f"{row.verb.value} is allowed in: {where_text(row.where)}. It leads to {' → '.join(phases)}."
    return Rule(row.rule, "transition", row.verb.value, doc, "", row.evidence.value, str(row.source))


def _of_admin_row(row: AdminRow) -> Rule:
    facts = "; ".join(fact.meaning for fact in row.task.only_if)
    where = (where_text(row.where) or "every state") + (f", only if {facts}" if facts else "")
    doc = f"{row.verb.value} is allowed in: {where}. What it does: {row.task.does}."
    return Rule(row.rule, "transition", row.verb.value, doc, "", row.evidence.value, str(row.source))


def _of_happening(happening: Happening) -> Rule:
    to = ", ".join(value_text(value) for value in happening.to)
    title = happening.name.replace("_", " ")
    doc = f"It can happen in: {where_text(happening.where)}. It leads to {to}."
    return Rule(happening.rule, "transition", title, doc, "", happening.evidence.value, str(happening.source))


def _of_action(action: Action) -> Rule:
    return Rule(action.rule, "action", action.name.replace("_", " "), action.doc, "", "", str(action.source))


def _of_claim(claim: Property) -> Rule:
    title = claim.name.replace("_", " ")
    return Rule(claim.rule, claim.kind.value, title, claim.doc, claim.why, "", str(claim.source))


def _of_lemma(lemma: Property) -> Rule:
    return evolve(_of_claim(lemma), kind="lemma")
