"""The book as HTML: complete, linked, and with a policy under which nothing foreign runs or is loaded."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from siteproof.cli import main, spec_html
from siteproof.cli.guides import APPENDICES, guide
from siteproof.cli.links import links
from siteproof.model.book.book import book
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.requirements import requirements
from siteproof.site.book_html import one_file, pages
from siteproof.site.rendering import rendered, slug
from siteproof.site.shell import digest, read


class Seen(HTMLParser):
    """The identifiers, addresses and loaded things of a page."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element names and loads."""
        found = dict(attrs)
        self.ids += [str(found["id"])] if "id" in found else []
        self.links += [str(found["href"])] if tag == "a" and "href" in found else []
        self.images += [str(found["src"])] if "src" in found else []
        assert not any(name.startswith("on") or name == "style" for name in found), (tag, found)


@pytest.fixture(scope="module")
def texts() -> tuple[dict[str, str], dict[str, str]]:
    """The book and what stands behind it."""
    return dict(book(links())), {name: guide(name) for name in APPENDICES}


@pytest.fixture(scope="module")
def whole(texts: tuple[dict[str, str], dict[str, str]]) -> str:
    """Everything in one file."""
    return one_file(*texts)


def test_the_one_file_needs_nothing_else(whole: str) -> None:
    """Every link leads to a place in it, once, and every picture stands inside."""
    seen = Seen(whole)
    assert len(seen.ids) == len(set(seen.ids))
    assert [each for each in seen.links if each.startswith("#") and each[1:] not in seen.ids] == []
    assert [each for each in seen.links if not each.startswith(("#", "data:application/json"))] == []
    assert seen.images
    assert all(each.startswith("data:image/svg+xml;base64,") for each in seen.images)


def test_the_one_file_holds_every_requirement(whole: str) -> None:
    """Each has its heading, and its sentence can be read."""
    ids = set(Seen(whole).ids)
    assert {f"{each.chapter.lower()}--{each.id.lower()}" for each in requirements()} - ids == set()


def test_the_folder_is_linked(texts: tuple[dict[str, str], dict[str, str]]) -> None:
    """Every link of every page leads to a page of the folder and to a place of it, and every picture is there."""
    made = pages(*texts)
    seen = {name: Seen(text) for name, text in made.items() if name.endswith(".html")}
    for name, page in seen.items():
        for address in page.links:
            target, _, place = address.partition("#")
            assert (target or name) in made, (name, address)
            assert not place or place in seen[target or name].ids, (name, address)
        assert all(image in made for image in page.images), name


def test_the_policy_names_what_may_run(whole: str) -> None:
    """Style and script are named by hash, nothing is inline beside them, and nothing is loaded from elsewhere."""
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', whole)
    assert "default-src 'none'" in policy
    assert f"style-src '{digest(read('site.css'))}'" in policy
    assert f"script-src '{digest(read('site.js'))}';" in policy
    assert "unsafe" not in policy
    assert len(re.findall("<script", whole)) == len(re.findall("<style", whole)) == 1


def test_a_document_with_markup_is_refused() -> None:
    """An anchor is the only HTML that a document may hold."""
    for text in ("<script>alert(1)</script>", "a <b onclick=x>b</b>", '<a id="x" href="y">z</a>'):
        with pytest.raises(Problem, match="holds HTML"):
            rendered("x.md", text, str)
    assert 'id="LC-1"' in rendered("x.md", '<a id="LC-1"></a>LC-1', str).html
    assert "&lt;script&gt;" in rendered("x.md", "`<script>`", str).html


def test_a_heading_has_the_place_that_links_name() -> None:
    """Places are made as code forges make them, and the second of a name is another one."""
    assert slug("What a *run* says: `x`") == "what-a-run-says-x"
    made = rendered("x.md", "# T\n\n## A b\n\n## A b\n", str)
    assert [each.id for each in made.contents] == ["a-b", "a-b-1"]


def test_cells_name_their_column() -> None:
    """On a narrow screen each cell says of which column it is."""
    assert '<td data-head="b">2</td>' in rendered("x.md", "| a | b |\n|---|---|\n| 1 | 2 |\n", str).html


def test_the_command_writes_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder, or one file, where it was asked for; a form that does not fit is refused."""
    assert main(["spec", "build", "--format", "html", "--out", str(tmp_path / "book")]) == ExitCode.OK
    assert (tmp_path / "book" / "res.html").is_file()
    one = tmp_path / "new" / "one.html"
    assert main(["spec", "build", "--format", "html", "--one-file", "--out", str(one)]) == ExitCode.OK
    assert one.read_text().startswith("<!doctype html>")
    assert main(["spec", "build", "--one-file"]) == ExitCode.USAGE
    assert main(["spec", "build", "--check", "--format", "html"]) == ExitCode.USAGE
    assert "--check is about the Markdown" in capsys.readouterr().err


def test_without_a_browser_there_is_no_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing is named with another way, and nothing is written."""
    monkeypatch.setattr(spec_html, "BROWSERS", ("no-such-browser",))
    assert main(["spec", "build", "--format", "pdf", "--out", str(tmp_path / "book.pdf")]) == ExitCode.USAGE
    assert "--format html --one-file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A browser that ends without a file is a problem with its last words."""
    monkeypatch.setattr(spec_html, "BROWSERS", ("false",))
    assert main(["spec", "build", "--format", "pdf", "--out", str(tmp_path / "book.pdf")]) == ExitCode.USAGE
    assert "did not print" in capsys.readouterr().err
