"""The site: every document has a place, every link leads somewhere, what is looked for is found."""

import json
import re
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.site import documents, navigation
from siteproof.site.documents import SiteSource, site
from tests.explorer.browser import CHROMIUM, browsing
from tests.spec.test_book_html import Seen

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this checkout."""
    out = tmp_path_factory.mktemp("site")
    assert main(["site", "--docs", str(ROOT / "docs"), "--out", str(out)]) == ExitCode.OK
    return out


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site of two documents."""
    monkeypatch.setattr(navigation, "SECTIONS", (("Begin here", ("index.md", "more/b.md")),))
    monkeypatch.setattr(navigation, "PROJECT", ())


def test_every_link_of_every_page_leads_somewhere(built: Path) -> None:
    """Read from the written pages, and not from what they were made of."""
    seen = {path: Seen(path.read_text()) for path in built.rglob("*.html")}
    assert len(seen) > len(list((ROOT / "docs").rglob("*.md")))
    for path, page in seen.items():
        for address in [*page.links, *page.images]:
            if not address.startswith("data:") and "://" not in address:
                target, _, place = address.partition("#")
                there = (path.parent / target).resolve() if target else path
                assert there.is_file(), (path.name, address)
                assert not place or place in seen[there].ids, (path.name, address)


def test_no_identifier_stands_twice(built: Path) -> None:
    """A link leads to one place."""
    for path in built.rglob("*.html"):
        ids = Seen(path.read_text()).ids
        assert len(ids) == len(set(ids)), path.name


def test_the_commands_and_the_functions_are_there(built: Path) -> None:
    """Every command of the program has its heading, and so has what others import."""
    commands = (built / "commands.html").read_text()
    assert all(f">siteproof {name}</h" in commands for name in ("conform", "policy check", "spec diff", "site"))
    assert ">Subject</h3>" in (built / "api.html").read_text()


@pytest.mark.parametrize("address", ["nowhere.md", "b.md#no-such-place", "picture.svg", "#not-here"])
@pytest.mark.usefixtures("small")
def test_a_dead_link_is_told(address: str) -> None:
    """The document and the link are named."""
    texts = {"index.md": "# A\n", "more/b.md": f"# B\n\n[x]({address})\n"}
    with pytest.raises(Problem, match=r"more/b\.md: .* leads nowhere"):
        site(SiteSource(texts, {}))


@pytest.mark.usefixtures("small")
def test_a_link_finds_its_way_between_folders() -> None:
    """Up and down, to a place, to a file beside, to what stands in the checkout alone."""
    text = "# B\n\n## C d\n\n[a](../index.md) [c](#c-d) [f](f.toml) [s](../../model/x.py)\n"
    source = SiteSource({"index.md": "# A\n\n[b](more/b.md#c-d)\n", "more/b.md": text}, {"more/f.toml": ""})
    made = site(SiteSource(source.documents, source.files, frozenset({"../model/x.py"})))
    assert 'href="more/b.html#c-d"' in made["index.html"]
    assert all(f'href="{each}"' in made["more/b.html"] for each in ("../index.html", "#c-d", "f.toml"))
    assert "<a>s</a>" in made["more/b.html"]


@pytest.mark.usefixtures("small")
def test_a_line_of_the_navigation_without_a_document_is_told() -> None:
    """No line of the navigation leads nowhere."""
    with pytest.raises(Problem, match=r"more/b\.md is in the navigation"):
        site(SiteSource({"index.md": "# T\n"}, {}))


@pytest.mark.usefixtures("small")
def test_a_document_without_a_place_is_found_all_the_same() -> None:
    """What nobody has put anywhere stands under More, on every page."""
    made = site(SiteSource(dict.fromkeys(("index.md", "more/b.md", "new.md"), "# T\n"), {}))
    assert "<h2>More</h2>" in made["more/b.html"]
    assert 'href="../new.html"' in made["more/b.html"]


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """It stands in the checkout alone: each link and picture is a file beside it, and it is short enough to be read."""
    text = (ROOT / "README.md").read_text()
    assert [each for each in re.findall(r"\]\(([^)#]+)", text) if not (ROOT / each).exists()] == []
    assert len(text.splitlines()) <= 50


def test_every_document_of_ours_has_a_place(built: Path) -> None:
    """Nothing stands under More: whoever adds a document says where it belongs."""
    assert "<h2>More</h2>" not in (built / "index.html").read_text()


def test_every_requirement_is_in_the_index(built: Path) -> None:
    """A search for an id finds its place."""
    text = (built / documents.INDEX).read_text().partition(" = ")[2].rstrip(";\n")
    found = {name: address for name, address, *_ in json.loads(text)}
    assert found["SP-RES-4"] == "spec/res.html#sp-res-4"
    assert found["LC-2.1"].startswith("spec/")


def test_a_folder_without_documents_is_one_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What to name is told."""
    assert main(["site", "--docs", str(tmp_path)]) == ExitCode.USAGE
    assert "--docs" in capsys.readouterr().err


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the site is not opened for real")
def test_a_browser_finds_a_requirement_by_its_words(built: Path, tmp_path: Path) -> None:
    """Opened from the disk: typing finds the sentence, Enter leads to it, and the page complains of nothing."""
    with browsing(tmp_path) as tab:
        tab.look(375, 800)
        tab.open((built / "spec" / "index.html").as_uri())
        tab.press("/")
        tab.until("document.activeElement.id === 'site-search'")
        tab.call("Input.insertText", text="checksums equal")
        tab.until("document.querySelector('#site-found a')")
        assert "SP-RES-6" in tab.text("#site-found")
        assert tab.run("document.documentElement.scrollWidth") <= 375
        tab.press("Enter")
        tab.until("location.hash === '#sp-res-6'")
        assert tab.said == []
