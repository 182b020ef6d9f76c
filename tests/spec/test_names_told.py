"""`siteproof explore --list` and `siteproof explain` of specifications, wrong designs, actions and words."""

import pytest

from siteproof.cli import main
from siteproof.model.spec.registry.specs import PROVIDED, RIGHT, WRONG
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS


@pytest.mark.parametrize("arguments", [["explore", "--list"], ["explain", "specifications"]])
def test_the_list_has_one_line_for_each(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Right specifications first, with those of other providers, then the wrong designs with what they break."""
    assert main(arguments) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    right = [*RIGHT, *PROVIDED]
    assert [line.split()[0] for line in lines[: len(right)]] == right
    assert sorted(line.split()[0] for line in lines[len(right) :]) == sorted(WRONG)
    for exhibit in (*EXHIBITS, *STALLS):
        line = next(line for line in lines if line.split()[0] == exhibit.spec.name)
        assert exhibit.breaks in line.partition("Breaks ")[2]


@pytest.mark.parametrize(("name", "near"), [("unfencd", "did you mean unfenced"), ("zzzzz", "hint:  siteproof")])
def test_an_unknown_specification_is_answered_in_a_few_words(
    name: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Near names and the command that lists all, never all names at once."""
    assert main(["explore", name]) == 2
    told = capsys.readouterr().err
    assert near in told
    assert "siteproof explore --list" in told
    assert len(told) < 300


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("frames", ("specification: Frames that are torn", "Assumes: ", "8,323 states", "docs/spec/spec-frames.md")),
        ("unfenced", ("wrong design of replication", "LC-15 in 9 steps", "B29", "siteproof explore unfenced")),
        ("accept_frame", ("FRM-6", "action accept_frame of frames", "SP-REP-25", "the wrong design torn_frame")),
        ("accept_frame(stream, 0)", ("FRM-6", "The frame that is next is applied.")),
        ("disk is resized", ("ADM-10.12", "SP-RES-4")),
        ("ADM-10.12", ("disk is resized: it can happen in",)),
        ("the_replica_is_exact", ("FRM-12", "always")),
        ("BOOKMARK", ("a word of the glossary", "marker frame (log format)")),
        ("marker frame", ("bookmark",)),
    ],
)
def test_explain_knows_what_traces_and_pages_name(
    name: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A specification, a wrong design, an action, a claim or a word is told, however it is written."""
    assert main(["explain", name]) == 0
    told = capsys.readouterr().out
    assert [word for word in words if word not in told] == []


def test_explain_finds_near_names_of_designs_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped design is answered with the right one."""
    assert main(["explain", "unfencd"]) == 2
    assert "unfenced" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("drl", ("DRL  chapter: Drill.", "siteproof conform --chapter DRL: ", "SP-DRL-6   MUST")),
        ("Resynchronisation", ("RES  chapter", "SP-RES-1 ")),
        ("LAX", ("non_strict  a word of a verdict", "not counted as passed")),
        ("inconclusive", ("nothing was seen that decides", "exit code 3")),
        ("virtual_clock", ("a handle of the bench", "are inconclusive")),
        ("delta", ("a feature of the product", "are unsupported")),
        ("drl-6", ("SP-DRL-6  The point", "C-DRL-6  case, MUST")),
        ("RES-4", ("RES-4  action", "also SP-RES-4", "also C-RES-4")),
    ],
)
def test_explain_knows_chapters_words_and_capabilities(
    name: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A chapter, a verdict's word, a capability and a short id are told, each under its own full name."""
    assert main(["explain", name]) == 0
    told = capsys.readouterr().out
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize(
    ("name", "near"), [("dishonst", "DISHONEST"), ("virtual_clok", "virtual_clock"), ("drill", "")]
)
def test_explain_finds_near_words_too(name: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped word is answered with the right one; a chapter's title is a word."""
    assert main(["explain", name]) == (2 if near else 0)
    assert near in capsys.readouterr().err
