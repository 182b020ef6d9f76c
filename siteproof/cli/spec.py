"""`siteproof spec`: write the generated specification, or say which of its files are stale.

Rule: the text is made by model.export; this module writes it, compares it and prints counts.
"""

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.files import write_files
from siteproof.cli.json_and_title import emit, identity
from siteproof.cli.links import links
from siteproof.cli.options import format_option
from siteproof.cli.signs_of_life import beating
from siteproof.model.book.book import book
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.requirements import requirements

FOLDER = Path("docs") / "spec"
Facts = Mapping[str, Sequence[str]]


@click.group()
def spec() -> None:
    """Build or check the generated specification."""


@spec.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name the files that are stale or missing.")
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Folder of the book.")
@format_option("text", "json")
def build(*, check: bool, out: Path, form: str) -> int:
    """Write the specification as Markdown and SVG, made from the model."""
    title = f"siteproof {__version__} · spec build · {'check ' if check else ''}{out}"
    if form == "text":
        click.echo(title)
    made = _book()
    facts, lines = _check(made, out) if check else _write(made, out)
    if form == "json":
        emit(
            {
                **identity("spec build"),
                "out": str(out),
                "files": len(made),
                "requirements": len(requirements()),
                **facts,
            }
        )
    else:
        click.echo("\n".join(lines))
    return ExitCode.VIOLATION if check and any(facts.values()) else ExitCode.OK


@functools.cache
def _book() -> Mapping[str, str]:
    """The same model gives the same bytes, so one process makes them once."""
    with beating(lambda seconds: f"making the book for {seconds:.0f} s"):
        return book(links())


def _write(book: Mapping[str, str], out: Path) -> tuple[Facts, list[str]]:
    stale = [name for name, text in book.items() if _present(out / name) != text]
    write_files({name: book[name] for name in stale}, out)
    left = _leftovers(book, out)
    lines = [f"{_counts(book)} · {len(stale)} written, the rest was fresh", *(_remark(path) for path in left)]
    return {"written": stale, "not_part": [str(path) for path in left]}, lines


def _check(book: Mapping[str, str], out: Path) -> tuple[Facts, list[str]]:
    where = "" if out == FOLDER else f" --out {out}"
    if not out.is_dir():
        raise Problem(f"{out} is no folder", "there is no book to check", f"siteproof spec build{where} writes one")
    missing = [name for name in book if not (out / name).exists()]
    stale = [name for name, text in book.items() if name not in missing and _present(out / name) != text]
    lines = [f"{word}: {out / name}" for word, names in (("missing", missing), ("stale", stale)) for name in names]
    left = _leftovers(book, out)
    lines += [_remark(path) for path in left]
    wrong = {"missing": len(missing), "stale": len(stale), "not part of it": len(left)}
    told = ", ".join(f"{count} {word}" for word, count in wrong.items() if count)
    lines.append(f"{_counts(book)} · {f'{told}: siteproof spec build{where}' if told else 'fresh'}")
    return {"missing": missing, "stale": stale, "not_part": [str(path) for path in left]}, lines


def _present(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _leftovers(book: Mapping[str, str], out: Path) -> list[Path]:
    return sorted(path for path in out.glob("*") if path.is_file() and path.name not in book)


def _remark(path: Path) -> str:
    return f"not part of the book: {path} (remove it)"


def _counts(book: Mapping[str, str]) -> str:
    return f"{len(book)} files, {len(requirements())} requirements"
