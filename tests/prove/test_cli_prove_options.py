"""`siteproof prove` refuses options that contradict each other, and says what a proof does not speak of."""

import json

import pytest

from siteproof.cli import main
from siteproof.cli.proof_text import compared_line, not_proved_here
from siteproof.cli.prove_options import FLAGS, HEEDED
from siteproof.model.spec.registry.specs import RIGHT


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of one command."""
    code = main(list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ("prove --bmc 5 --for-all machines", "--for-all has no effect with --bmc"),
        ("prove --bmc 5 --second-opinion", "--second-opinion has no effect with --bmc"),
        ("prove --bmc 5 --states-max 9", "--states-max has no effect with --bmc"),
        ("prove --bmc 5 --mutants 3", "--bmc has no effect with --mutants"),
        ("prove --mutants 3 --second-opinion", "--second-opinion has no effect with --mutants"),
        ("prove --mutants 3 --format json", "--format has no effect with --mutants"),
        ("prove groups --witnesses", "--witnesses has an effect only with --bmc"),
        ("prove groups --seed 2", "--seed has an effect only with --mutants"),
        ("prove --for-all machines --machines 2", "leaves machines open and --machines gives it"),
        ("prove groups --for-all members --bound members=3", "leaves members open and --bound members= gives it"),
        ("prove --for-all=", "--for-all names no bound"),
        ("prove --for-all machines,", "--for-all names no bound"),
        ("prove groups --bound members=3 --bound members=2", "members is given as 3 and as 2"),
        ("explore --bound blocks=2 --blocks 3", "blocks is given as 3 and as 2"),
        ("explore --bound blocks=2 --bound blocks=1", "blocks is given as 2 and as 1"),
    ],
)
def test_an_option_without_effect_is_refused(capsys: pytest.CaptureFixture[str], arguments: str, answer: str) -> None:
    """Exit code 2, one sentence that names both, and nothing on standard output."""
    code, out, err = run(capsys, *arguments.split())
    assert (code, out) == (2, "")
    assert answer in err.splitlines()[0]


def test_the_same_bound_twice_is_no_contradiction(capsys: pytest.CaptureFixture[str]) -> None:
    """`--blocks 1 --bound blocks=1` says one thing."""
    code, out, _ = run(capsys, "prove", "--blocks", "1", "--bound", "blocks=1", "--bmc", "0")
    assert code == 0
    assert "blocks=1" in out.splitlines()[0]


def test_every_option_is_heeded_somewhere() -> None:
    """No option is refused in every way to work."""
    assert set().union(*HEEDED.values()) == set(FLAGS)


@pytest.mark.parametrize(
    ("arguments", "cause", "hint"),
    [
        ("prove --for-all foo", "only what it counts can be left open", "its bounds: machines"),
        ("explore --blocks -1", "there is no such system", "bounds are 1 to 64"),
        ("explore --blocks 0", "there is no such system", "bounds are 1 to 64"),
    ],
)
def test_causes_and_hints_fit(capsys: pytest.CaptureFixture[str], arguments: str, cause: str, hint: str) -> None:
    """The cause is never empty, and the hint says what would be right."""
    _, _, err = run(capsys, *arguments.split())
    assert f"cause: {cause}" in err
    assert f"hint:  {hint}" in err


def test_what_an_induction_does_not_speak_of_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """In words with a count, and in JSON each claim by name."""
    rest = not_proved_here(RIGHT["groups"])
    assert rest["eventually"]
    counts = f"{len(rest['eventually'])} eventually, {len(rest['sometimes'])} sometimes"
    _, out, _ = run(capsys, "prove", "groups")
    assert f"not proved here: {counts} (siteproof explore groups judges them at given bounds)" in out.splitlines()
    _, out, _ = run(capsys, "prove", "groups", "--format", "json")
    assert json.loads(out)["not_proved_here"] == rest


def test_marks_are_explained_where_they_occur(capsys: pytest.CaptureFixture[str]) -> None:
    """A legend for GAP and FAIL below the goals of a wrong design; none where all is proved."""
    _, out, _ = run(capsys, "prove", "trusted_bitmap")
    assert "  GAP: the induction fails here" in out
    assert "  FAIL: broken in reality" in out
    _, out, _ = run(capsys, "prove", "groups")
    assert "GAP" not in out


def test_what_a_proof_for_every_size_was_held_against_is_said_plainly() -> None:
    """The sizes, and who compares the others."""
    assert compared_line((1, 2, 9)) == (
        "the templates of this proof were compared with the specification built at sizes 1, 2, 9; "
        "sh dev.sh nightly compares every size that can be built"
    )
