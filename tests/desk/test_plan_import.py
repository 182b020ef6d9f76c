"""`siteproof plan import`: an exported plan becomes a file that checks alike; every plan survives being written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from siteproof.cli import main
from siteproof.model.advice.recovery_plan.reading import parse_plan
from siteproof.model.advice.recovery_plan.writing import written
from tests.desk.invented import action, plan
from tests.desk.shared import CASES, EXAMPLES, ROOT, needs_examples

RICH = """
name = "all of it"
rto = "3h"
selection = "latest_processed"
provider = "hyperv"
dependents = "stay_off"
[[pre]]
name = "call \\"them\\""
kind = "prompt"
[[group]]
name = "one"
[[group.machine]]
name = "a"
boot = "4m"
boot_timeout = "9m"
[[group.machine]]
name = "b"
needs = ["a"]
[[group.pre]]
name = "wait"
kind = "prompt"
expected = "2m"
timeout = "8m"
types = ["test"]
[[group.post]]
name = "open"
kind = "runbook"
machine = "b"
needs = ["wait"]
directions = ["reverse"]
expected = "1m"
undone_by = "close"
[[group]]
name = "a gate"
[[group.post]]
name = "approve"
kind = "prompt"
[[post]]
name = "tell"
kind = "script"
"""


def test_every_key_survives() -> None:
    """A plan that says everything reads back as itself."""
    meant = parse_plan(RICH.encode(), "plan.toml")
    assert parse_plan(written(meant).encode(), "again.toml") == meant


def _files() -> list[Path]:
    return [ROOT / "docs" / "examples" / "plan.toml", *sorted((CASES / "plan").glob("*.toml"))]


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.stem)
def test_every_plan_file_survives(path: Path) -> None:
    """The example and those of the public cases."""
    meant = parse_plan(path.read_bytes(), path.name)
    assert parse_plan(written(meant).encode(), "again.toml") == meant


def imported(export: Any, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The plan file that an export becomes."""
    (folder / "export.json").write_text(export if isinstance(export, str) else json.dumps(export))
    assert main(["plan", "import", str(folder / "export.json")]) == 0
    (folder / "plan.toml").write_text(capsys.readouterr().out)
    return folder / "plan.toml"


def _same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "diff", str(folder / "export.json"), str(folder / "plan.toml")]) == 0
    assert "SAME" in capsys.readouterr().out


def test_an_export_becomes_a_file_that_runs_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups, gates, filters and actions; the file is checked like the export."""
    path = imported(plan(), tmp_path, capsys)
    _same(tmp_path, capsys)
    assert main(["plan", "check", str(path)]) == main(["plan", "check", str(tmp_path / "export.json")])


@needs_examples
def test_recorded_plans_are_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those of the examples, as they are."""
    files = [path for path in EXAMPLES.rglob("*.json") if re.search("recovery-?plan", path.stem, re.IGNORECASE)]
    assert len(files) >= 2
    for each in files:
        imported(each.read_text(), tmp_path, capsys)
        _same(tmp_path, capsys)


def test_names_that_no_file_can_hold_are_shortened_and_stay_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Long ones, two of the same beginning, and what would end the line or the string."""
    long = "x" * 70
    names = [long, f"{long}y", 'a"\n[[group]]', "back\\slash", "\u202e"]
    export = plan()
    export["properties"]["groups"][-1]["endGroupActions"] = [action("Script", each) for each in names]
    read = parse_plan(imported(export, tmp_path, capsys).read_bytes(), "plan.toml")
    steps = [step.name for _, step in read.all_steps()]
    assert len(set(steps)) == len(steps) == 1 + len(names)
    assert len(read.groups) == 3


def test_an_action_without_filters_runs_always(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an export does not say is no filter; an empty filter is one that nothing passes."""
    export = plan()
    actions = [action("Script", "always"), action("Script", "never", failoverTypes=[])]
    del actions[0]["failoverTypes"], actions[0]["failoverDirections"]
    export["properties"]["groups"][-1]["endGroupActions"] = actions
    path = imported(export, tmp_path, capsys)
    (always,) = (step for _, step in parse_plan(path.read_bytes(), "p").all_steps() if step.name == "always")
    assert (len(always.types), len(always.directions)) == (3, 2)
    assert '# the script "never" is left out' in path.read_text()


@pytest.mark.parametrize("data", ["[]", "{}", '{"groups": []}', "<html>", "name = 1"])
def test_what_is_no_plan_is_refused(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three lines, exit code 2, nothing on stdout."""
    (tmp_path / "export.json").write_text(data)
    assert main(["plan", "import", str(tmp_path / "export.json")]) == 2
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 3)
