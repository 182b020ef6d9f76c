"""`siteproof tour`: what it prints beside each figure, and what it says to a wrong question."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from siteproof.cli import main

SMALL = ("replication", "--blocks", "1", "--bound", "points=1")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    code = main(["tour", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_each_figure_stands_beside_its_bound(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps, walks, steps for each, and how few there can be; bounds may be given by name."""
    code, out, _ = run(capsys, *SMALL, "--cover", "actions")
    assert code == 0
    assert "blocks=1 versions=2 points=1" in out
    found = re.search(r"actions +(\d+) covered in (\d+) steps, .*; no tour has fewer than (\d+) \([\d.]+ each\)", out)
    assert found is not None
    owed, steps, least = map(int, found.groups())
    assert owed < least < steps


def test_a_tour_that_meets_its_bound_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing stands behind `no tour has fewer`, and the walks add up."""
    _, out, _ = run(capsys, "lifecycle", "--cover", "pairs", "--steps")
    summary = next(line for line in out.splitlines() if line.startswith("pairs"))
    assert summary.endswith("; no tour has fewer")
    walked = len(re.findall(r"^    [A-Z]", out, re.MULTILINE))
    assert f" in {walked} steps" in summary


def test_json_says_what_the_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    """One document with the same figures, the walks where they are asked for, and what every way to a state passes."""
    _, text, _ = run(capsys, "lifecycle", "--cover", "pairs")
    code, out, _ = run(capsys, "lifecycle", "--cover", "pairs", "--steps", "--format", "json")
    found = json.loads(out)
    pairs = found["tours"]["pairs"]
    assert (code, found["shape"]["states"], list(found["tours"])) == (0, 109, ["pairs"])
    assert f"{pairs['covered']:,} covered in {pairs['steps']:,} steps, {pairs['walks']} walk" in text
    assert sum(map(len, pairs["paths"])) == pairs["steps"]
    assert {state["states"] for state in found["shape"]["final"]} >= {1}
    _, out, _ = run(capsys, "groups", "--bound", "writes=1", "--cover", "pairs", "--format", "json")
    assert json.loads(out)["tours"] == {"pairs": None}
    code, out, _ = run(capsys, "lifecycle", "--must-pass", "protection=committed", "--format", "json")
    assert (code, json.loads(out)["must_pass"]["passes"][0]) == (0, "start")
    nowhere = ("--must-pass", "resync=none and resync=required", "--format", "json")
    assert run(capsys, "lifecycle", *nowhere)[0] == 1


def test_a_specification_without_phases_is_toured_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no variable is called as usual, pairs are not asked for, and the option is named."""
    code, out, _ = run(capsys, "groups", "--bound", "writes=1")
    assert code == 0
    assert "pairs    not asked: no variable is called `protection`; name another one with --phase" in out
    _, out, _ = run(capsys, "groups", "--bound", "writes=1", "--cover", "pairs", "--phase", "round")
    assert "pairs" in out
    assert "not asked" not in out


def test_so_many_transitions_are_toured_when_they_are_named_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A specification with more transitions than take seconds is answered at once; who names the cover gets it."""
    monkeypatch.setattr("siteproof.cli.tour.EDGES_MAX", 443)
    code, out, _ = run(capsys, "lifecycle")
    assert code == 0
    assert "edges    not asked: 444 transitions are more than 443; --cover edges takes the minutes" in out
    _, out, _ = run(capsys, "lifecycle", "--cover", "edges")
    assert "edges    444 covered in" in out


def test_an_unknown_phase_is_refused_before_the_search(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the near match; nothing was searched for it."""
    code, out, err = run(capsys, "lifecycle", "--phase", "protectoin")
    assert code == 2
    assert out == ""
    assert "did you mean protection" in err


def test_a_graph_is_written_or_the_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Both forms hold every state; what cannot be written is the user's to mend."""
    for name in ("graph.json", "graph.graphml"):
        code, _, _ = run(capsys, "lifecycle", "--cover", "actions", "--graph", str(tmp_path / name))
        assert code == 0
    nodes = json.loads((tmp_path / "graph.json").read_text())["nodes"]
    assert (tmp_path / "graph.graphml").read_text().count("<node ") == len(nodes) > 100
    code, _, err = run(capsys, "lifecycle", "--cover", "actions", "--graph", str(tmp_path / "no" / "graph.json"))
    assert code == 2
    assert "cannot write" in err


def test_a_graph_that_is_too_large_is_given_up_early(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search ends where a graph would be too large, and does not go on to its end first."""
    monkeypatch.setattr("siteproof.cli.graph.STATES_MAX", 5_000)
    code, _, err = run(capsys, "replication", "--blocks", "3")
    assert code == 3
    assert "more than 5000 states" in err
    assert "choose smaller bounds" in err


def test_an_interrupted_tour_is_no_defect() -> None:
    """Also while the solver works: exit code 130, and nothing is written about a crash."""
    command = [sys.executable, "-c", "from siteproof.cli import main; raise SystemExit(main())", "tour", "replication"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        next(line for line in iter(process.stdout.readline, "") if line.startswith("actions"))
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "defect" not in err
