"""`siteproof spec`: write the generated specification as Markdown, HTML or PDF, or say which of its files are stale.

Rule: the text is made by model/book, its HTML by site; this module writes it, compares it and prints counts. Nothing is
written of a book that lacks something.
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
from siteproof.cli.spec_diff import diff
from siteproof.cli.spec_html import printed
from siteproof.model.book.book import book
from siteproof.model.book.gate import shortfalls
from siteproof.model.book.noticing import counts, noticing_line
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.requirements import requirements

FOLDER = Path("docs") / "spec"
Facts = Mapping[str, Sequence[str]]


@click.group()
def spec() -> None:
    """Build or check the generated specification; compare two states of it."""


spec.add_command(diff)


@spec.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name the files that are stale or missing.")
@click.option("--one-file", is_flag=True, help="With html: everything in one file that needs nothing else.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write. [default: docs/spec, as html out/book or out/book.html, as pdf out/book.pdf]",
)
@format_option("text", "json", "markdown", "html", "pdf")
def build(*, check: bool, one_file: bool, out: Path | None, form: str) -> int:
    """Write the specification, made from the model: as Markdown and SVG, and what was done as text or JSON.

    Nothing is written, and the exit code is 1, when a MUST has no case, no witness and no reason for that, when a rule
    of the model is never used, or when nothing is kept that a claim would notice.
    """
    if one_file and form != "html":
        raise click.UsageError("--one-file is a form of html: add --format html")
    if check and form not in {"text", "json"}:
        raise click.UsageError(f"--check is about the Markdown in {FOLDER}: leave --format {form} out")
    if form in {"html", "pdf"}:
        return ExitCode.VIOLATION if _lacks() else printed(_book(), form, out, one_file=one_file)
    return _markdown(out or FOLDER, "text" if form == "markdown" else form, check=check)


def _lacks() -> bool:
    """Whether the book may not be built; what it lacks is told."""
    lacking = shortfalls(links())
    for each in lacking:
        click.echo(f"lacking: {each}", err=True)
    return bool(lacking)


def _markdown(out: Path, form: str, *, check: bool) -> int:
    title = f"siteproof {__version__} · spec build · {'check ' if check else ''}{out}"
    if form == "text":
        click.echo(title)
    made = _book()
    if _lacks():
        return ExitCode.VIOLATION
    facts, lines = _check(made, out) if check else _write(made, out)
    if form == "json":
        emit(
            {
                **identity("spec build"),
                "out": str(out),
                "files": len(made),
                "requirements": len(requirements()),
                "noticed": counts(links()),
                **facts,
            }
        )
    else:
        click.echo("\n".join([noticing_line(links()), *lines]))
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
