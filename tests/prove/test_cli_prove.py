"""`siteproof prove`: a proof, a gap with its two states, and answers to wrong questions."""

import json
from pathlib import Path

import pytest

from siteproof.cli import ending
from siteproof.cli.prove import prove


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    code = ending.exit_code(lambda: prove.main(args=list(arguments), standalone_mode=False), list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_proof_for_every_size_says_what_it_covers(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, the claims one by one, and in the first line which bounds are open."""
    code, out, _ = run(capsys, "--for-all", "machines,versions")
    assert code == 0
    first, *claims, last = out.splitlines()
    assert first.endswith("prove replication · seed none · for all machines, versions · blocks=2 points=2")
    assert "ok   PT-2 every_point_is_a_past_image(machine)" in claims
    assert last.startswith("PROVED (replication)")


def test_a_gap_names_the_action_and_shows_both_states(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Exit code 1; the agent that trusts its bitmap is named, the shortest real trace is told once and kept."""
    code, out, _ = run(capsys, "trusted_bitmap", "--itf", str(tmp_path / "way.json"))
    kept = json.loads((tmp_path / "way.json").read_text())
    assert [each["#meta"].get("rule") for each in kept["states"]][-2:] == ["REP-11", "RES-1"]
    assert kept["#meta"]["description"].endswith("is broken")
    assert code == 1
    assert "RES-1 agent_restarts(machine) does not keep REP-13 in_sync_means_equal(machine)" in out
    assert "machine.agent_up    false → true" in out
    assert out.count("REACHABLE: shortest trace, 11 steps") == 3
    assert out.count("write_on_premises(machine, 0)") == 1
    assert "NOT PROVED (trusted_bitmap)" in out


@pytest.mark.parametrize(
    ("arguments", "code", "answer"),
    [
        (["replicatoin"], 2, "did you mean replication?"),
        (["--every", "disks"], 2, "has no bound `disks`"),
        (["--for-all", "points"], 3, "is not proved for every number of points"),
        (["--for-all", "blocks,points"], 3, "one row of variables can be left open"),
        (["handshake", "--every", "machines"], 3, "related by link_heals"),
    ],
)
def test_a_wrong_question_gets_one_clear_error(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, answer: str
) -> None:
    """Problem, cause and hint; nothing on standard output."""
    found, out, err = run(capsys, *arguments)
    assert (found, out) == (code, "")
    assert answer in err


def test_json_carries_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    """One object with every gap."""
    code, out, _ = run(capsys, "unfenced", "--format", "json")
    found = json.loads(out)
    assert (code, found["proved"]) == (1, False)
    assert {gap["rule"] for gap in found["gaps"]} == {"LC-5"}


def test_a_bounded_search_finds_a_shortest_violation_with_its_actions(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 1, the trace step by step; one step less has no violation, and says so with exit code 0."""
    code, out, _ = run(capsys, "unfenced", "--bmc", "9", "--itf", str(tmp_path / "way.json"))
    assert json.loads((tmp_path / "way.json").read_text())["#meta"]["source"] == "unfenced"
    assert code == 1
    assert "FAIL LC-15 never_two_active_sides(machine)  (9 steps, none shorter)" in out
    assert out.splitlines()[-2].split()[:3] == ["9", "LC-5", "fail_over(machine,"]
    code, out, _ = run(capsys, "unfenced", "--bmc", "8")
    assert (code, out.splitlines()[-1]) == (0, "NO VIOLATION within 8 steps (unfenced)")


def test_a_second_opinion_is_told_beside_the_proof(capsys: pytest.CaptureFixture[str]) -> None:
    """Every claim of the data plane is proved without lemmas as well, for all machines."""
    code, out, _ = run(capsys, "--second-opinion", "--blocks", "1", "--points", "1")
    assert code == 0
    assert "machine (for all machines)" in out
    assert "ok    REP-13 in_sync_means_equal(machine)" in out
    assert out.splitlines()[-1].startswith("AGREE (replication)")


def test_provers_are_compared_on_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    """The table, a verdict, exit code 0; the time goes to standard error."""
    code, out, err = run(capsys, "groups", "--mutants", "4", "--seed", "3")
    assert code == 0
    assert out.splitlines()[0].endswith("prove groups --mutants 4 · seed 3")
    assert out.splitlines()[-1].startswith("AGREE: 4 mutants")
    assert "median time of a refutation" in err


def test_without_a_violation_no_trace_is_kept(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No file is written, and that is said."""
    file = tmp_path / "way.json"
    code, _, err = run(capsys, "groups", "--bmc", "1", "--itf", str(file))
    assert (code, file.exists()) == (0, False)
    assert "is not written, for no claim of groups is broken in reality" in err
