"""The night: its parts fit into an hour, none ends another, and one report says what each came to."""

import sys
from pathlib import Path

import pytest

from siteproof.fuzz import night_process
from siteproof.fuzz.night_process import NIGHT_MINUTES_MAX, NightPart, carried_out, main, parts, report


def test_a_night_fits_into_an_hour() -> None:
    """By its bounds; the night of a week has the same parts, larger."""
    night, week = (parts(which, Path("out"), "7") for which in ("nightly", "weekly"))
    assert sum(each.minutes_max for each in night) <= NIGHT_MINUTES_MAX
    assert [each.name for each in night] == [each.name for each in week]
    assert all(one.minutes_max < other.minutes_max for one, other in zip(night, week, strict=True))


def test_no_part_ends_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One passes, one fails, one takes too long: each is told, and the code says that not all is well."""
    words = ("print('done')", "raise SystemExit(3)", "import time; time.sleep(60)")
    made = [NightPart(word[:5], (sys.executable, "-c", word), 0.01 if "sleep" in word else 1) for word in words]
    monkeypatch.setattr(night_process, "parts", lambda *_: tuple(made))
    monkeypatch.setattr(night_process, "GRACE_SECONDS", 3)
    assert main("nightly", tmp_path, "7") == 1
    text = (tmp_path / "report.markdown").read_text()
    assert "3 parts" in text
    assert "not passed: raise, impor" in text
    for row in ("| print | passed |", "| raise | exit status 3 |", "| impor | no end within 0.01 min |"):
        assert row in text
    assert "\ndone\n" in text


def test_a_night_without_trouble_says_so() -> None:
    """Exit status 0 of every part."""
    end = carried_out(NightPart("quiet", (sys.executable, "-c", "print('all is well')"), 1))
    assert end.code == 0
    assert "all passed" in report("a night", [end])
