"""`siteproof audit`: what is really deployed, judged from its exports.

Rule: files are read here and nowhere below; nothing is sent anywhere. The clock is not asked: *now* is the newest
timestamp of the export, so that the same files give the same words.
"""

import contextlib
import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from siteproof import __version__
from siteproof.cli.files import STDIN, read_bytes, reading, refused, write_text
from siteproof.cli.guides import AUDIT, guide_option
from siteproof.cli.json_and_title import emit, facts, identity, title
from siteproof.cli.options import PROVIDER, format_option, today, whole
from siteproof.cli.signs_of_life import beating
from siteproof.conformance.audit.audit import Audit
from siteproof.conformance.audit.audit import audit as audited
from siteproof.conformance.audit.check import AuditLimits
from siteproof.conformance.audit.render.data import as_data, baseline_of, moment
from siteproof.conformance.audit.render.junit import as_junit
from siteproof.conformance.audit.render.page import audit_page
from siteproof.conformance.audit.render.sarif import as_sarif
from siteproof.conformance.audit.render.words import lines
from siteproof.conformance.exports.documents import Opened
from siteproof.conformance.exports.pieces import opened_in_pieces
from siteproof.conformance.exports.things import when_of
from siteproof.conformance.exports.vault import ExportedVault, vault_of
from siteproof.conformance.render.text import printable
from siteproof.model.drawing.page import html_of
from siteproof.model.nouns.problem import Problem

FILE_BYTES_MAX = 1 << 30
FILES_MAX = 10_000
ENDINGS = {".json", ".ndjson", ".jsonl"}
HINT = "name files, a folder, or - for standard input; siteproof audit --guide says how to export a vault"
FORMS = ("text", "json", "sarif", "junit")


@click.command("audit")
@click.argument("files", nargs=-1, required=True, metavar="FILES|FOLDER|-")
@click.option("--provider", type=PROVIDER, help="Of what names no provider itself.")
@click.option("--since", "older", multiple=True, metavar="FILE", help="An older export, to see what does not move.")
@click.option("--baseline", metavar="FILE", help="An earlier report as JSON: what it knows does not decide.")
@click.option("--now", "at", metavar="TIME", help="When the export was made. [default: its newest timestamp]")
@click.option("--drill-days", type=whole(1, 3650), default=180, show_default=True, help="How old a drill may be.")
@click.option("--site", default="", metavar="NAME", help="Where this is, for the report's readers.")
@click.option("--date", default=today, metavar="DATE", help="When this is, for the report's readers. [default: today]")
@click.option("--html", metavar="FILE.html", help="Write a page with pictures into this file.")
@click.option("--limit", type=whole(1, 1_000_000), default=50, show_default=True, help="Findings in the text.")
@format_option(*FORMS)
@guide_option(AUDIT)
def audit(files: tuple[str, ...], older: tuple[str, ...], at: str | None, form: str, **more: Any) -> int:
    """Judge a deployed vault from its exports: az … -o json, az rest, or PowerShell's ConvertTo-Json.

    Exit code 0: nothing but notes. 1: errors or warnings. 2: a file is no export. 5: nothing in it can be audited.
    """
    with uncollected():
        vault = _vault(files, more["provider"])
        before = _vault(older, more["provider"]) if older else None
    known = (
        baseline_of(read_bytes(more["baseline"], FILE_BYTES_MAX, HINT), more["baseline"]) if more["baseline"] else ()
    )
    with beating(lambda seconds: f"checking {vault.objects:,} objects for {seconds:.0f} s"):
        found = audited(vault, _moment(at), AuditLimits(drill_days=more["drill_days"]), before, known)
    if more["html"]:
        about = [("date", more["date"]), *facts("audit")]
        write_text(more["html"], html_of(audit_page(found, about, more["site"])))
    _shown(found, form, files, more)
    return int(found.exit_code)


def _shown(found: Audit, form: str, files: tuple[str, ...], more: dict[str, Any]) -> None:
    if form == "json":
        emit({**identity("audit"), "files": list(files), "site": more["site"], **as_data(found)})
    elif form == "sarif":
        click.echo(json.dumps(as_sarif(found, __version__), indent=1, ensure_ascii=False))
    elif form == "junit":
        click.echo(as_junit(found), nl=False)
    else:
        click.echo(printable(title("audit", f"now {moment(found.scene.now_ms)} · {' '.join(files)}")))
        for line in lines(found, more["limit"]):
            click.echo(line)


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """What is read stays and has no cycles: looking for some among a hundred thousand objects finds none, slowly."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _vault(files: tuple[str, ...], provider: str | None) -> ExportedVault:
    names = list(_names(files))
    with beating(lambda seconds: f"reading {len(names)} files for {seconds:.0f} s"):
        return vault_of(_opened(names), provider)


def _opened(names: list[str]) -> Iterator[Opened]:
    """One file after the other, piece by piece, so that only a piece of one is in memory."""
    for name in names:
        with reading(name, FILE_BYTES_MAX, HINT) as read:
            yield from opened_in_pieces(read, "standard input" if name == STDIN else name)


def _names(files: tuple[str, ...]) -> Iterator[str]:
    for file in files:
        yield from _in_folder(Path(file)) if file != STDIN and Path(file).is_dir() else (file,)


def _in_folder(folder: Path) -> list[str]:
    try:
        found = sorted(str(path) for path in folder.rglob("*") if path.suffix.casefold() in ENDINGS)
    except OSError as error:
        raise refused(f"cannot read {str(folder)!r}", error, HINT) from None
    if not found:
        raise Problem(f"{folder} has nothing to audit", f"no file in it ends in {' or '.join(sorted(ENDINGS))}", HINT)
    if len(found) > FILES_MAX:
        raise Problem(
            f"{folder} has too many files", f"{len(found)} of them, {FILES_MAX} are read", "name a smaller one"
        )
    return found


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    found = when_of(text)
    if not found:
        raise Problem(
            f"--now {printable(text)!r} is no time", "it cannot be read", "write for example 2026-01-31T08:00:00Z"
        )
    return found
