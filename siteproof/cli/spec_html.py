"""`siteproof spec build --format html|pdf`: the book as pages, as one file, or printed by a browser that is installed.

Rule: a PDF is the one HTML file as Chromium prints it; where there is no Chromium, that is said and nothing is written.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from siteproof import __version__
from siteproof.cli.files import make_folder, write_files, write_text
from siteproof.cli.guides import APPENDICES, guide
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.site.book_html import one_file as as_one_file
from siteproof.site.book_html import pages

FOLDER = Path("out") / "book"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PRINT_SECONDS_MAX = 300


def printed(book: Mapping[str, str], form: str, out: Path | None, *, one_file: bool) -> int:
    """Write the book as html or pdf and say what was written."""
    appendices = {name: guide(name) for name in APPENDICES}
    if form == "pdf":
        target = out or FOLDER.with_suffix(".pdf")
        _print(as_one_file(book, appendices), target)
        told = f"{target} · {target.stat().st_size / 1e6:.1f} MB"
    elif one_file:
        target = out or FOLDER.with_suffix(".html")
        make_folder(target.parent)
        text = as_one_file(book, appendices)
        write_text(str(target), text)
        told = f"{target} · {len(text) / 1e6:.1f} MB, and needs nothing else"
    else:
        target = out or FOLDER
        made = pages(book, appendices)
        write_files(made, target)
        told = f"{target / 'index.html'} · {len(made)} files"
    click.echo(f"siteproof {__version__} · spec build · {form}\n{told}")
    return ExitCode.OK


def _print(html: str, target: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        hint = "install chromium, or write html and print it from a browser of yours: --format html --one-file"
        raise Problem("no PDF can be made here", f"none of {', '.join(BROWSERS)} is installed", hint)
    make_folder(target.parent)
    with tempfile.TemporaryDirectory(prefix="siteproof-pdf-") as folder:
        page = Path(folder) / "book.html"
        page.write_text(html, encoding="utf-8")
        _run([browser, *_flags(folder), f"--print-to-pdf={target.resolve()}", page.as_uri()], target)


def _flags(folder: str) -> list[str]:
    alone = [] if os.geteuid() else ["--no-sandbox"]  # a browser refuses to sandbox itself for root
    return ["--headless", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile", *alone]


def _run(command: list[str], target: Path) -> None:
    try:
        done = subprocess.run(command, capture_output=True, timeout=PRINT_SECONDS_MAX, check=False)  # noqa: S603  (a browser that was found on the path, with our own arguments)
    except subprocess.TimeoutExpired as error:
        raise Problem(
            f"{target} was not written", f"{command[0]} took over {PRINT_SECONDS_MAX} s", "try again"
        ) from error
    if done.returncode or not target.exists():
        cause = done.stderr.decode(errors="replace").strip()[-200:] or f"it ended with {done.returncode}"
        raise Problem(f"{command[0]} did not print {target}", cause, "write html instead: --format html --one-file")
