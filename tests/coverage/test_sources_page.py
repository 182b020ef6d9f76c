"""docs/sources.md: whatever is cited is explained, so that a reader is never sent to a page that is not there."""

import re
import subprocess
from pathlib import Path

from siteproof.model.nouns.evidence import Evidence
from siteproof.model.spec.registry.requirements import SEED_SECTIONS, requirements

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sources.md").read_text()
NOTES = re.compile(r"\b([A-Z][A-Z-]+\.md)(?: §(\d))?")


def cited() -> set[tuple[str, str]]:
    """Every page of notes that a committed file cites, with its section."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = [(ROOT / name).read_text(errors="ignore") for name in names if name.endswith((".py", ".md", ".toml"))]
    return {match for text in texts for match in NOTES.findall(text)}


def test_every_cited_page_is_explained() -> None:
    """Pages of notes that code and documents cite have a row; pages that are shipped need none."""
    shipped = {path.name for path in ROOT.glob("*.md")}
    lacking = {(name, section) for name, section in cited() if name not in shipped and f"`{name}" not in PAGE}
    assert lacking == set()
    assert {section for name, section in cited() if name == "DOMAIN.md" and section} <= set("12345678")
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
