"""Rendering: reports are made from results.ndjson and from nothing else.

Rule: a renderer takes a record and returns text; files are written here.
"""

from pathlib import Path

from siteproof.conformance import results, times
from siteproof.conformance.render import junit as junit_form
from siteproof.conformance.render import page

REPORT_NAME = "report.html"
JUNIT_NAME = "junit.xml"


def render(results_path: Path, out_folder: Path, *, junit: bool = False) -> tuple[Path, ...]:
    """Write report.html, and junit.xml when asked for, from the last run of the record; return what was written."""
    record = results.read(results_path)
    written = [_write(out_folder / REPORT_NAME, page.page(record))]
    if junit:
        written.append(_write(out_folder / JUNIT_NAME, junit_form.junit(record, times.load(results_path))))
    return tuple(written)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
