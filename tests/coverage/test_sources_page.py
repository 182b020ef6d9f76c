"""docs/sources.md: whatever is cited is explained, so that a reader is never sent to a page that is not there."""

import re
import subprocess
from pathlib import Path

from siteproof.model.nouns.evidence import Evidence
from siteproof.model.spec.registry.requirements import SEED_SECTIONS, requirements

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sources.md").read_text()
DOMAIN = (ROOT / "docs" / "domain.md").read_text()
DOCUMENT = re.compile(r"(?<![\w/.-])((?:\.\./|[\w.-]+/)*[\w-]+\.md)\b(?:, ([A-Z][\w ]+|[a-z]+)(?=[;).,]))?")
DOMAIN_CITED = re.compile(r"domain §(\d+)(?:\.(\d+))?(?: (table|B\d+))?")


def committed() -> dict[str, str]:
    """Every committed text that can cite a document, without the generated book."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    wanted = [name for name in names if name.endswith((".py", ".md", ".toml")) and not name.startswith("docs/spec/")]
    return {name: (ROOT / name).read_text() for name in wanted if not (ROOT / name).is_symlink()}


def test_every_cited_document_exists() -> None:
    """A document that a docstring, a comment or a page names by its path is in the repository, with its section."""
    lacking = set()
    for name, text in committed().items():
        for document, section in DOCUMENT.findall(text):
            if name.startswith("tests/") and not document.startswith("docs/"):
                continue  # tests make up names of files
            if not (found := _file(document, name)):
                lacking.add((name, document))
            elif section and document.startswith("docs/") and not _has_section(found, section):
                lacking.add((name, f"{document}, {section}"))
    assert lacking == set()


def _file(document: str, citing: str) -> Path | None:
    """Seen from the root or from the page that cites it; files of the generated book bear their bare names."""
    places = (ROOT, (ROOT / citing).parent, ROOT / "docs" / "spec", ROOT / "docs")
    return next((place / document for place in places if (place / document).is_file()), None)


def _has_section(found: Path, section: str) -> bool:
    titles = [line.lstrip("# ") for line in found.read_text().splitlines() if line.startswith("#")]
    return any(title.casefold().startswith(section.casefold()) for title in titles)


def test_every_citation_of_the_domain_leads_to_a_place() -> None:
    """Section, numbered rule, table and bug class that are cited anywhere stand on the page of the domain."""
    every = {match for text in committed().values() for match in DOMAIN_CITED.findall(text)}
    rules = DOMAIN.partition("### The rules")[2].partition("\n## ")[0]
    assert len(every) > 50
    assert [each for each in every if f"## §{each[0]} " not in DOMAIN and each[0] != "9"] == []
    assert [each for each in every if each[0] == "1" and each[1] and f"\n{each[1]}. " not in rules] == []
    assert [each for each in every if each[2].startswith("B") and f"| {each[2]} | " not in DOMAIN] == []
    assert [section for section in "12345678" if f"| §{section} | " not in PAGE] == []


def test_every_source_of_a_requirement_is_explained() -> None:
    """Each section of the seed, each rule of the domain notes and each kind of citation stands on the page."""
    sources = {source for each in requirements() for source in each.sources}
    rules = {source.removeprefix("domain ") for source in sources if re.fullmatch(r"domain §1\.\d+", source)}
    assert [rule for rule in rules if f"| {rule} | " not in PAGE] == []
    assert [section for section in SEED_SECTIONS if f"| {section} | " not in PAGE] == []
    assert [kind for kind in ("domain §", "seed: ", "decision: ") if kind not in PAGE] == []
    assert [tag.value for tag in Evidence if tag.value not in "S, D, A, O, P"] == []


def test_the_page_can_be_found() -> None:
    """Readers of the front page and of the architecture are led to it, and its own links lead somewhere."""
    for page in (ROOT / "README.md", ROOT / "docs" / "architecture.md"):
        assert "sources.md" in page.read_text()
    targets = set(re.findall(r"\]\(([^)#]+)\)", PAGE))
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
    files = set(re.findall(r"`((?:model|reference)/[a-z_/.]+)`", PAGE))
    assert [name for name in files if not (ROOT / name).exists()] == []
