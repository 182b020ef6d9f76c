"""`siteproof site`: the documents of the checkout as a static site, with the book, search and no address elsewhere.

Rule: this module reads and writes files; what a page is stands in siteproof/site.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.files import make_folder, write_text
from siteproof.cli.json_and_title import emit, identity
from siteproof.cli.options import format_option
from siteproof.cli.signs_of_life import beating
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.site.documents import SiteSource
from siteproof.site.documents import site as made
from siteproof.site.navigation import API, COMMANDS
from siteproof.site.program_pages import api_page, commands_page

DOCS = Path("docs")
OUT = Path("out") / "site"
BESIDE = ("CHANGELOG.md", "CONTRIBUTING.md")
SHOWN = {".svg", ".png", ".toml", ".json", ".ndjson", ".html"}
"""What a page may show or link to, beside other pages."""


@click.command()
@click.option("--docs", type=click.Path(path_type=Path), default=DOCS, show_default=True, help="Where documents are.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT, show_default=True, help="Where the site goes.")
@format_option("text", "json")
@click.pass_context
def site(context: click.Context, /, docs: Path, out: Path, form: str) -> int:
    """Write the documents as a static site: pages, search, commands, API, the book. A dead link is an error.

    It opens from the disk, needs no server and loads nothing from elsewhere.
    """
    if not (docs / "index.md").is_file():
        hint = "call it in a checkout of siteproof, or name the folder with --docs"
        raise Problem(f"there are no documents in {str(docs)!r}", "it has no index.md", hint)
    root = context.find_root().command
    assert isinstance(root, click.Group)
    with beating(lambda seconds: f"making the site for {seconds:.0f} s"):
        pages = made(_source(docs, root))
    _write(pages, docs, out)
    html = sum(name.endswith(".html") for name in pages)
    if form == "json":
        emit({**identity("site"), "out": str(out), "pages": html, "files": len(pages)})
    else:
        click.echo(
            f"siteproof {__version__} · site\n{out / 'index.html'} · {html} pages, {len(pages)} files, no dead link"
        )
    return ExitCode.OK


def _source(docs: Path, root: click.Group) -> SiteSource:
    names = [path.relative_to(docs).as_posix() for path in sorted(docs.rglob("*")) if path.is_file()]
    texts = {name: (docs / name).read_text(encoding="utf-8") for name in names if name.endswith(".md")}
    beside = {name: (docs / ".." / name).read_text(encoding="utf-8") for name in BESIDE}
    program = {COMMANDS: commands_page(root), API: api_page()}
    files = {name: "" for name in names if Path(name).suffix in SHOWN}  # copied as they are: pictures are no texts
    return SiteSource({**texts, **_moved(beside), **program}, files, frozenset(_elsewhere(docs)))


def _moved(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Documents that stand beside docs/ and link into it."""
    return {name: text.replace("](docs/", "](") for name, text in texts.items()}


def _elsewhere(docs: Path) -> Iterator[str]:
    """What stands in the checkout and not on the site, as documents name it: README and folders of sources."""
    for path in (docs / "..").iterdir():
        yield f"../{path.name}"
    yield from (path.relative_to(docs).as_posix() for path in docs.rglob("*") if path.is_dir())


def _write(pages: Mapping[str, str], docs: Path, out: Path) -> None:
    for name, text in pages.items():
        target = out / name
        make_folder(target.parent)
        if Path(name).suffix in SHOWN and not text:
            target.write_bytes((docs / name).read_bytes())
        else:
            write_text(str(target), text)
