"""`siteproof explore --engine ... --memory ...`: the same verdict from every engine, and refusals before the start."""

import json

import pytest

from siteproof.cli import main

PAIR = ["--machines", "2", "--blocks", "1", "--versions", "1", "--points", "1"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    code = main(["explore", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("engine", ["rows", "rows-std", "plain"])
def test_every_engine_prints_the_same_counts_and_names_itself(capsys: pytest.CaptureFixture[str], engine: str) -> None:
    """Title, counts and verdict do not depend on the engine; the line below the counts says which one ran."""
    code, out, _ = run(capsys, *PAIR, "--engine", engine)
    first, counts, named, *_, last = out.splitlines()
    usual = run(capsys, *PAIR)[1].splitlines()
    assert code == 0
    assert [first, counts, last] == [usual[0], usual[1], usual[-1]]
    assert named == f"engine {engine}"


def test_the_choice_and_its_reason_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Two small machines: integers as rows; and how many states there are up to the order of the machines."""
    lines = run(capsys, *PAIR)[1].splitlines()
    assert lines[2] == "engine rows-std: small product"
    assert lines[3].endswith("states up to the order of equal components")


def test_json_names_the_engine(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs."""
    found = json.loads(run(capsys, *PAIR, "--format", "json")[1])
    assert found["engine"] == "rows-std"
    assert found["states"] > found["orbits"] > found["states"] / 2


def test_a_wrong_design_on_two_machines_is_told_with_its_shortest_trace(capsys: pytest.CaptureFixture[str]) -> None:
    """The handshake that clears the bitmap: three steps, as for one machine."""
    code, out, _ = run(capsys, "handshake", *PAIR)
    assert code == 1
    lines = out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("FAIL  RES-5"))
    assert "(3 steps)" in lines[start]
    assert "link_heals(link, machine[" in lines[start + 5]


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--machines", "6", "--memory", "512M"], "the search was given 512 MiB"),
        (["--memory", "12"], "write for example 512M or 2G"),
        (["--engine", "fast"], "'fast' is not one of"),
        (["--engine", "packed", "--machines", "3"], "does not fit the engine `packed`"),
    ],
)
def test_what_cannot_be_searched_is_refused_at_once(
    capsys: pytest.CaptureFixture[str], arguments: list[str], answer: str
) -> None:
    """Problem, cause and hint, exit code 2, nothing on standard output."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert answer in err


def test_two_runs_of_the_compiled_engine_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Traces included."""
    arguments = ["window", *PAIR, "--engine", "rows"]
    assert run(capsys, *arguments)[1] == run(capsys, *arguments)[1]
