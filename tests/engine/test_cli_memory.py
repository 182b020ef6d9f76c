"""`--memory`: a search is never given more than the machine has."""

from pathlib import Path

import pytest

from siteproof.cli import main, memory


@pytest.fixture
def small_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 300 MiB free, in a group that may take 200."""
    (tmp_path / "meminfo").write_text("MemTotal:  999999 kB\nMemAvailable:     307200 kB\n")
    (tmp_path / "memory.max").write_text(f"{200 << 20}\n")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "memory.max")


@pytest.mark.usefixtures("small_machine")
def test_more_than_there_is_is_refused_with_both_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the search, not in the middle of it."""
    assert main(["explore", "lifecycle", "--memory", "1G"]) == 2
    said = capsys.readouterr().err
    assert "1,024 MiB" in said
    assert "200 MiB are free" in said


@pytest.mark.usefixtures("small_machine")
def test_by_default_a_search_takes_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody asked for the default: it gives way."""
    assert main(["explore", "lifecycle"]) == 0
    assert main(["explore", "--machines", "3"]) == 2
    assert "the search was given 200 MiB" in capsys.readouterr().err


def test_a_machine_that_does_not_tell_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is no such file the user is believed."""
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "no")
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "no")
    assert memory.available_bytes() is None


def test_memory_that_runs_out_is_no_defect(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may have promised too much: it cannot be judged, and no crash file is written."""

    def starve(*_given: object, **_named: object) -> None:
        raise MemoryError

    monkeypatch.setattr("siteproof.cli.explore.spec_named", starve)
    assert main(["explore", "lifecycle"]) == 3
    assert "memory does not suffice" in capsys.readouterr().err
