"""docs/results and docs/findings.md: the page follows from the records, and each finding can be played again."""

import re
from pathlib import Path

from siteproof.conformance import results
from siteproof.conformance.case import all_cases
from siteproof.conformance.render import products
from siteproof.conformance.verdict import Verdict

FOLDER = Path("docs/results")
FINDINGS = Path("docs/findings.md")


def test_the_page_is_made_of_the_records_beside_it() -> None:
    """`siteproof results build` would write nothing else."""
    found = {path.stem: results.read(path) for path in FOLDER.glob("*.ndjson")}
    assert found
    assert (FOLDER / "index.md").read_text(encoding="utf-8") == products.page(found)


def test_a_stale_page_would_be_seen() -> None:
    """A record that says something else makes another page."""
    found = {path.stem: results.read(path) for path in FOLDER.glob("*.ndjson")}
    assert products.page(dict(list(found.items())[:-1])) != products.page(found)


def test_each_finding_names_a_case_that_failed_in_a_record() -> None:
    """Every replay in the findings is of a case that a committed record shows as failed."""
    named = re.findall(r"\*\*Replay\*\*: `.*--case (C-[A-Z]+-\d+)`", FINDINGS.read_text(encoding="utf-8"))
    failed = {
        each.case_id
        for path in FOLDER.glob("*.ndjson")
        if (report := results.read(path).report) is not None
        for each in report.results
        if each.verdict is Verdict.FAIL
    }
    assert len(named) >= 4
    assert set(named) <= {case.id for case in all_cases()}
    assert set(named) <= failed


def test_records_hold_no_path_of_the_machine_that_made_them() -> None:
    """What is committed tells of the product, not of a scratch folder."""
    for path in FOLDER.glob("*.ndjson"):
        assert "/tmp/" not in path.read_text(encoding="utf-8"), path
