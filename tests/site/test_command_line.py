"""The command line helps: a beginning, headings, examples, what may be meant, and what the shell can offer."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from siteproof.cli import COMMANDS, HEADINGS, main, siteproof
from siteproof.cli.examples import BEGIN, EXAMPLES
from siteproof.model.nouns.problem import ExitCode
from tests.site.test_commands_in_documents import taken

ROOT = Path(__file__).parents[2]
ROOMS = ("model", "conformance", "reference", "fuzz", "siteproof")


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


def _every(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, by their words."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None
            yield from _every(below, f"{name} {each}".strip())


def test_every_command_and_every_option_is_documented() -> None:
    """Each says what it does, and each option too: nothing of the command line is without a word."""
    known = dict(_every(siteproof, ""))
    assert len(known) > len(COMMANDS)
    silent = [name for name, command in known.items() if name and not command.help]
    options = [(name, each) for name, command in known.items() for each in command.params]
    silent += [f"{name} {each.opts[0]}" for name, each in options if isinstance(each, click.Option) and not each.help]
    assert silent == []


def test_every_public_function_is_documented() -> None:
    """The linter asks for the docstring of each module, class, function and method, and nothing is excused from it."""
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    excused = {*lint["ignore"], *(code for codes in lint["per-file-ignores"].values() for code in codes)}
    assert lint["select"] == ["ALL"]
    assert {code for code in excused if code.startswith("D1")} == {"D105", "D107"}  # magic methods, constructors
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 500
    silent = [path.name for path in files if re.search(r"noqa:.*\bD1", path.read_text())]
    assert silent == ["python_adapter.py"]  # it becomes the reader's own: the contract documents its methods


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
