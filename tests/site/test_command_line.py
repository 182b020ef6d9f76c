"""The command line helps: a beginning, headings, examples, what may be meant, and what the shell can offer."""

import click
import pytest
from click.shell_completion import ShellComplete

from siteproof.cli import COMMANDS, HEADINGS, main, siteproof
from siteproof.cli.examples import BEGIN, EXAMPLES
from siteproof.model.nouns.problem import ExitCode
from tests.site.test_commands_in_documents import taken


def test_alone_it_shows_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a word the program says for whom it is, with a line for each that it takes."""
    assert main([]) == ExitCode.OK
    shown = capsys.readouterr().out
    for what, line in BEGIN:
        assert f"{what}  " in shown
        assert line in shown
        assert taken(line.split()[1:]) in {"", "--help"} or line.endswith("--help")


def test_help_has_every_command_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command is listed once."""
    assert main(["--help"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert all(f"{title}:" in shown for title in HEADINGS)
    assert all(shown.count(f"\n  {name} ") == 1 for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples_that_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Help ends with examples, one a line, and the program takes each of them."""
    assert main([name, "--help"]) == ExitCode.OK
    shown = capsys.readouterr().out
    for line in EXAMPLES[name]:
        assert f"  {line}\n" in shown
        words = [word.strip("'") for word in line.split(" > ")[0].split()[1:]]
        if "'" not in line:
            assert taken(words) == ""


def test_an_example_belongs_to_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Those of commands below others are shown there."""
    assert main(["spec", "build", "--help"]) == ExitCode.OK
    assert "siteproof spec build --format pdf" in capsys.readouterr().out
    assert {words.split()[0] for words in EXAMPLES} == set(COMMANDS)


@pytest.mark.parametrize(
    ("typed", "meant"), [("explroe", "'explore'"), ("confrom", "'conform'"), ("polcy", "'policy'")]
)
def test_a_command_that_is_not_there_is_answered(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The nearest ones are named, and nothing was done."""
    assert main([typed]) == ExitCode.USAGE
    assert f"Did you mean {meant}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "begun", "offered"),
    [
        (["conform", "--case"], "c-res-4", "C-RES-4"),
        (["conform", "--skip"], "SP-RES-1", "SP-RES-14"),
        (["conform", "--chapter"], "", "RES"),
        (["zoo", "--only"], "B3", "B37"),
        (["explore"], "resync", "resync_protocol"),
        (["explain"], "dish", "dishonest"),
        ([], "expl", "explore"),
    ],
)
def test_the_shell_offers_names(words: list[str], begun: str, offered: str) -> None:
    """Cases, chapters, members, specifications, words and commands are completed, and nothing that begins otherwise."""
    found = [
        each.value
        for each in ShellComplete(siteproof, {}, "siteproof", "_SITEPROOF_COMPLETE").get_completions(words, begun)
    ]
    assert offered in found
    assert all(each.casefold().startswith(begun.casefold()) for each in found)


def test_a_shell_is_told_how(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The variable that completion asks with prints a script for the shell."""
    monkeypatch.setenv("_SITEPROOF_COMPLETE", "zsh_source")
    assert main([]) == ExitCode.OK
    assert "_SITEPROOF_COMPLETE=zsh_complete" in capsys.readouterr().out
    assert isinstance(siteproof, click.Group)
