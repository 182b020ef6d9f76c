"""`siteproof prove`: a proof, a gap with its two states, and answers to wrong questions."""

import json

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
    code, out, _ = run(capsys, "--every", "machines,versions")
    assert code == 0
    first, *claims, last = out.splitlines()
    assert "every machines blocks=2 every versions points=2" in first
    assert "ok   PT-2 every_point_is_a_past_image(machine)" in claims
    assert last.startswith("PROVED (replication)")


def test_a_gap_names_the_action_and_shows_both_states(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1; the restarted agent that trusts its bitmap is named."""
    code, out, _ = run(capsys, "trusted_bitmap")
    assert code == 1
    assert "RES-1 agent_restarts(machine) does not keep REP-13 in_sync_means_equal(machine)" in out
    assert "false → true" in out
    assert "NOT PROVED (trusted_bitmap)" in out


@pytest.mark.parametrize(
    ("arguments", "code", "answer"),
    [
        (["replicatoin"], 2, "did you mean replication?"),
        (["--every", "disks"], 2, "has no bound `disks`"),
        (["--every", "blocks"], 2, "cannot be left open"),
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
