"""Two lines in a third party's own suite: each case becomes a test with the outcome that it deserves."""

import subprocess
import sys
from pathlib import Path

TWO_LINES = """
from siteproof.conformance.pytest_suite import suite

test_siteproof = suite({arguments})
"""
ADAPTER = "siteproof.conformance.scaffolds.python_adapter:make_subject"
HOLLOW = "tests.judge.adapters.stamps_only:make_subject"


def outcomes(folder: Path, arguments: str) -> str:
    """What pytest says of a suite of two lines."""
    (folder / "test_mine.py").write_text(TWO_LINES.format(arguments=arguments))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        str(folder),
        "--rootdir",
        str(folder),
    ]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout


def test_each_case_is_a_test(tmp_path: Path) -> None:
    """A pass passes, and what cannot be judged is skipped with its reason."""
    said = outcomes(tmp_path, f"{ADAPTER!r}, ['C-RPO-1', 'C-FO-1']")
    assert "PASSED" in said
    assert "test_siteproof[C-RPO-1]" in said
    assert "unsupported: not offered" in said
    assert "1 passed, 1 skipped" in said


def test_a_failure_is_a_failed_test_and_may_be_known(tmp_path: Path) -> None:
    """A failure shows what was expected; a known one is expected to fail, and has to."""
    assert "Expected " in outcomes(tmp_path, f"{HOLLOW!r}, ['C-REP-1']")
    known = tmp_path / "known.toml"
    known.write_text("[known]\nfail = ['C-REP-1']\n")
    assert "1 xfailed" in outcomes(tmp_path, f"{HOLLOW!r}, ['C-REP-1'], expect={str(known)!r}")
    known.write_text("[known]\nfail = ['C-RPO-1']\n")
    assert "better than known" in outcomes(tmp_path, f"{ADAPTER!r}, ['C-RPO-1'], expect={str(known)!r}")


def test_a_wrong_name_is_one_clear_error(tmp_path: Path) -> None:
    """A target that is not there is told when the suite is collected."""
    assert "cannot be loaded" in outcomes(tmp_path, "'no_such_module:make'")
