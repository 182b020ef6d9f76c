"""`siteproof explore`: what it prints, how it ends, and what it says to a wrong question."""

import json
import re
from pathlib import Path

import networkx as nx
import pytest

from siteproof.cli import main
from siteproof.model.engines.explore.search import Search


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    code = main(["explore", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_right_design_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Version, bounds, counts and a verdict for each claim are printed; the exit code is 0."""
    code, out, _ = run(capsys, "replication", "--blocks", "1", "--points", "1")
    assert code == 0
    first, second, *_, last = out.splitlines()
    assert first.startswith("siteproof 0.")
    assert "machines=1 blocks=1 versions=2 points=1" in first
    assert second == "640 states · 2,698 transitions · depth 18 · all reachable states"
    assert last == "HOLDS (replication): 20 claims in all 640 states"
    assert "not asked at these bounds: LC-14 sometimes the other disk is a mixture (needs blocks >= 2" in out


def test_a_violation_prints_its_shortest_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """The wrong handshake: exit code 1, the claim, why it matters, and three numbered steps with what they change."""
    code, out, _ = run(capsys, "handshake", "--points", "1")
    assert code == 1
    lines = out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("FAIL  RES-5"))
    assert "(3 steps)" in lines[start]
    assert "why: a mark that is cleared too early" in lines[start + 2]
    assert "3  REP-9   link_heals(link, machine)" in lines[start + 5]
    assert "dirty[0] true → false" in lines[start + 5]
    assert lines[-1].startswith("VIOLATED (handshake): ")


def test_the_way_to_a_state_is_shortest(capsys: pytest.CaptureFixture[str]) -> None:
    """To a committed machine in ten steps, the last of them the commit."""
    code, out, _ = run(capsys, "--trace-to", "protection=committed,direction=forward")
    assert code == 0
    assert "10 steps, none shorter" in out
    assert "LC-7    commit(machine)" in out.splitlines()[-1]


def test_an_unreachable_state_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and how many states were looked at."""
    code, out, _ = run(capsys, "--trace-to", "runs_on_premises=true, runs_in_cloud=true")
    assert code == 1
    assert "UNREACHABLE" in out
    assert "9,622 states" in out


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--trace-to", "protecton=committed"], "did you mean protection"),
        (["--trace-to", "protection=comitted"], "did you mean committed, committing"),
        (["--trace-to", "protection"], "is not a state"),
        (["replicaton"], "did you mean replication?"),
        (["lifecycle", "--blocks", "2"], "has no bound `blocks`"),
        (["--blocks", "0"], "bounds are 1 to"),
        (["--blocks", "many"], "not a whole number"),
    ],
)
def test_a_wrong_question_gets_one_clear_error(
    capsys: pytest.CaptureFixture[str], arguments: list[str], answer: str
) -> None:
    """Problem, cause and hint, exit code 2, nothing on standard output."""
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert answer in err


def test_limits_that_are_too_small_are_a_verdict_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3: nothing was judged."""
    code, _, err = run(capsys, "--states-max", "100")
    assert code == 3
    assert "more than 100 states" in err


def test_json_carries_the_same_facts(capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, verdicts and traces as one object, for programs."""
    code, out, _ = run(capsys, "write_order", "--points", "1", "--format", "json")
    found = json.loads(out)
    assert code == 1
    assert (found["states"], found["complete"]) == (4760, True)
    broken = [v for v in found["verdicts"] if v["holds"] is False]
    assert [len(v["trace"]["steps"]) for v in broken if v["rule"] == "PT-2"] == [14]


def test_an_interrupted_exploration_reports_what_it_covered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C: exit code 130, the states so far, and open claims instead of promises."""
    expand = Search._expand

    def expand_until_interrupted(search: Search, number: int) -> None:
        if number == 500:
            raise KeyboardInterrupt
        expand(search, number)

    monkeypatch.setattr(Search, "_expand", expand_until_interrupted)
    code, out, _ = run(capsys)
    assert code == 130
    assert "INCOMPLETE" in out
    assert "open  PT-2    always" in out


def test_two_runs_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Same specification, same bounds, same output."""
    assert run(capsys, "window", "--points", "1")[1] == run(capsys, "window", "--points", "1")[1]


def test_a_broken_promise_prints_the_way_there_and_the_loop(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, numbered steps, and the steps that come again and again, or that nothing comes."""
    code, out, _ = run(capsys, "sent_again", "--points", "1")
    assert code == 1
    lines = out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("FAIL  RES-31  eventually"))
    assert lines[start].endswith("(15 steps, then 3 steps again and again)")
    again = lines.index("      and then again and again")
    assert [line.split()[0] for line in lines[again + 1 : again + 4]] == ["16", "17", "18"]
    code, out, _ = run(capsys, "held_for_ever", "--format", "text")
    assert code == 1
    assert "      and so it stays: nothing that is counted on can happen here" in out


def test_promises_of_a_large_graph_are_not_asked_and_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    """More states than a graph is judged for: the promise is named with the reason."""
    code, out, _ = run(capsys, "plans", "--bound", "machines=3")
    assert code == 0
    assert "not asked: PLN-23 eventually a started plan finishes (more than 50,000 states)" in out


def test_a_search_up_to_symmetry_counts_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """The counts are those of the whole, the orbits stand below; what is not symmetric is refused."""
    code, out, _ = run(capsys, "plans", "--symmetry")
    whole = run(capsys, "plans")[1]
    assert code == 0
    assert out.splitlines()[1] == whole.splitlines()[1]
    assert "states up to the order of equal components" in out
    code, _, err = run(capsys, "groups", "--symmetry")
    assert code == 2
    assert "write_in_group(group, 0) tells group.members[0] from its neighbour" in err


def test_any_bound_of_a_specification_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    """`--bound` knows what the shortcuts do not; an unknown one names those that there are."""
    code, out, _ = run(capsys, "groups", "--bound", "members=3", "--bound", "writes=1")
    assert code == 0
    assert "members=3 writes=1" in out
    code, _, err = run(capsys, "groups", "--bound", "member=3")
    assert code == 2
    assert "its bounds: members, writes" in err


def test_the_first_violation_is_enough_for_a_seeded_bug(capsys: pytest.CaptureFixture[str]) -> None:
    """One claim, its shortest trace, and few states; nothing of what the rest of the search would find."""
    code, out, _ = run(capsys, "double_failure", "--first")
    assert code == 1
    assert out.count("FAIL ") == 1
    whole = run(capsys, "double_failure", "--points", "1")[1]
    (steps,) = re.findall(r"FAIL .*\((\d+) steps\)", out)
    assert int(steps) == min(int(each) for each in re.findall(r"FAIL .*\((\d+) steps\)", whole))
    seen = int(re.findall(r"stopped after ([\d,]+) states", out)[0].replace(",", ""))
    assert seen < 3000
    assert run(capsys, "groups", "--first", "--bound", "writes=1")[0] == 0
    assert run(capsys, "groups", "--first", "--symmetry")[0] == 2


def test_the_graph_can_be_taken_elsewhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Every state is a node and every transition an edge; an ending that says no form is refused before the search."""
    file = tmp_path / "lifecycle.json"
    code, out, _ = run(capsys, "lifecycle", "--graph", str(file))
    graph = nx.node_link_graph(json.loads(file.read_text()), edges="edges")
    assert code == 0
    assert f"{len(graph):,} states · {graph.number_of_edges():,} transitions" in out
    assert run(capsys, "lifecycle", "--graph", str(tmp_path / "lifecycle.dot"))[0] == 2


def test_a_plan_of_one_group_is_a_plan(capsys: pytest.CaptureFixture[str]) -> None:
    """The last prompt ends the plan, also when it is the first."""
    assert "HOLDS (plans)" in run(capsys, "plans", "--bound", "groups=1")[1]
