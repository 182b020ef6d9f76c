"""The book as a mapping from file name to text; the same model gives the same bytes.

Rule: no date, no path, no version stands in it, so that a difference always means a changed specification.
"""

from collections.abc import Mapping

from siteproof.model.book import (
    administration_page,
    lifecycle_page,
    manifest,
    model_pages,
    nouns_pages,
    providers_page,
    region_diagrams,
    requirement_pages,
    spec_pages,
    timing_pages,
)
from siteproof.model.book import (
    traceability as trace,
)
from siteproof.model.book.diagram import lifecycle_svg
from siteproof.model.book.flow_diagram import flow_svg
from siteproof.model.book.resync_sequence import resync_sequences
from siteproof.model.spec.registry.requirements import chapters as all_chapters


def book(links: trace.Links) -> Mapping[str, str]:
    """Every file of the book."""
    pages = {trace.chapter_page(each.id): requirement_pages.chapter_text(each, links) for each in all_chapters()}
    return {
        "index.md": requirement_pages.index_page(links),
        **pages,
        "lifecycle.md": lifecycle_page.lifecycle_page(),
        "administration.md": administration_page.administration_page(),
        "lifecycle.svg": lifecycle_svg(),
        "regions.md": region_diagrams.regions_page(),
        **region_diagrams.region_diagrams(),
        "data-flow.md": region_diagrams.flow_page(),
        "data-flow.svg": flow_svg(),
        **resync_sequences(),
        **spec_pages.spec_pages(),
        "witnesses.md": model_pages.witnesses_page(),
        "caught.md": model_pages.caught_page(links),
        "refinements.md": model_pages.refinements_page(),
        "theorems.md": timing_pages.theorems_page(),
        "retention.md": timing_pages.retention_page(),
        "open.md": model_pages.open_page(),
        "rules.md": trace.rules_page(links),
        "cases.md": trace.cases_page(links),
        "traceability.md": trace.trace_page(links),
        "errors.md": nouns_pages.errors_page(),
        "providers.md": providers_page.providers_page(),
        "profile.md": nouns_pages.profile_page(),
        "connectivity.md": nouns_pages.connectivity_page(),
        "contract.md": nouns_pages.contract_page(),
        "glossary.md": nouns_pages.glossary_page(),
        manifest.FILE: manifest.manifest_text(links),
    }
