"""What a check of the audit or a replication provider is, as lines of text."""

from collections.abc import Iterator

from siteproof.conformance.audit.audit import CHECKS
from siteproof.model.spec.lifecycle.table import LIFECYCLE, TABLES
from siteproof.model.spec.providers.catalogue import PROVIDERS
from siteproof.model.spec.registry.catalogue import where_text


def told(name: str) -> Iterator[str]:
    """The lines about every check, provider or row of a provider that is called so."""
    wanted = name.strip().casefold()
    for check in CHECKS:
        if check.id.casefold() == wanted:
            yield f"{check.id}  a check of siteproof audit, {check.severity.value}: {check.holds}"
            yield f"  remedy    {check.remedy}"
            yield f"  serves    {', '.join(check.requires) or 'the audit itself'}"
    for each in PROVIDERS.values():
        if wanted in {each.name.value, *(kind.casefold() for kind in (*each.types, *each.back))}:
            yield f"{each.name.value}  a replication provider: {each.title}"
            yield from (f"  {line['tag']}         {line['what']} ({line['source']})" for line in each.choices)
            yield "  page      docs/spec/providers.md (siteproof spec build writes it)"
        for row in TABLES[each.name]:
            if row.rule.casefold() == wanted and row not in LIFECYCLE:
                yield f"{row.rule}  a row of {each.name.value}: {row.verb.value} is allowed in: {where_text(row.where)}"


def names() -> Iterator[str]:
    """Every name that is told of here."""
    yield from (each.id for each in CHECKS)
    yield from (each.value for each in PROVIDERS)
