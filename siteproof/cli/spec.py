"""`siteproof spec`: write the generated specification, or say which of its files are stale.

Rule: the text is made by model.export; this module writes it, compares it and prints counts.
"""

from collections.abc import Mapping
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.files import write_files
from siteproof.cli.links import links
from siteproof.cli.signs_of_life import beating
from siteproof.model.book.book import book
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.requirements import requirements

FOLDER = Path("docs") / "spec"


@click.group()
def spec() -> None:
    """Build or check the generated specification."""


@spec.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name the files that are stale or missing.")
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Folder of the book.")
def build(*, check: bool, out: Path) -> int:
    """Write the specification as Markdown and SVG, made from the model."""
    click.echo(f"siteproof {__version__} · spec build · {'check ' if check else ''}{out}")
    made = _book()
    return _check(made, out) if check else _write(made, out)


def _book() -> Mapping[str, str]:
    with beating(lambda seconds: f"making the book for {seconds:.0f} s"):
        return book(links())


def _write(book: Mapping[str, str], out: Path) -> int:
    stale = [name for name, text in book.items() if _present(out / name) != text]
    write_files({name: book[name] for name in stale}, out)
    click.echo(f"{_counts(book)} · {len(stale)} written, the rest was fresh")
    _tell_leftovers(book, out)
    return ExitCode.OK


def _check(book: Mapping[str, str], out: Path) -> int:
    where = "" if out == FOLDER else f" --out {out}"
    if not out.is_dir():
        raise Problem(f"{out} is no folder", "there is no book to check", f"siteproof spec build{where} writes one")
    missing = [name for name in book if not (out / name).exists()]
    stale = [name for name, text in book.items() if name not in missing and _present(out / name) != text]
    for word, names in (("missing", missing), ("stale", stale)):
        for name in names:
            click.echo(f"{word}: {out / name}")
    left = _tell_leftovers(book, out)
    wrong = {"missing": len(missing), "stale": len(stale), "not part of it": len(left)}
    told = ", ".join(f"{count} {word}" for word, count in wrong.items() if count)
    click.echo(f"{_counts(book)} · {f'{told}: siteproof spec build{where}' if told else 'fresh'}")
    return ExitCode.VIOLATION if told else ExitCode.OK


def _present(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _tell_leftovers(book: Mapping[str, str], out: Path) -> list[Path]:
    found = sorted(path for path in out.glob("*") if path.is_file() and path.name not in book)
    for path in found:
        click.echo(f"not part of the book: {path} (remove it)")
    return found


def _counts(book: Mapping[str, str]) -> str:
    return f"{len(book)} files, {len(requirements())} requirements"
