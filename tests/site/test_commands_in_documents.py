"""Every command line that a document shows is one that the program takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from siteproof.cli import siteproof

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(?:sh)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(siteproof [^`\n]+)`")
NAMED = {"siteproof zoo --generate"}
"""What a sentence calls a command by, and is not meant to be typed."""
ENDS = re.compile(r"\s(?:#|&&|\|\||\||>|;|&)\s?|\s#|;$")
PLACEHOLDER = re.compile(r"^(?:[A-Z_]+\w*|.*[…{}].*|N)$")


def documents() -> list[Path]:
    """Every document of the repository, the generated ones too."""
    return [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]


def shown(text: str) -> Iterator[str]:
    """The command lines of a document, in blocks and within sentences, without what the shell adds."""
    joined = text.replace("\\\n", " ")
    lines = [line.strip() for block in FENCE.findall(joined) for line in block.splitlines()]
    for line in [*lines, *INLINE.findall(joined)]:
        for part in re.split(r"&&|;", line):
            command = re.sub(r"^(?:sudo |[A-Z_]+=\S+ )*(?:\.venv/bin/)?(?=siteproof )", "", part.strip())
            if command.startswith("siteproof ") and "…" not in command:
                yield ENDS.split(command)[0].strip()


COMMANDS = sorted({line for path in documents() for line in shown(path.read_text(encoding="utf-8"))} - NAMED)


def taken(words: list[str]) -> str:
    """Empty when the program takes these words; else what is wrong with them. Nothing is carried out."""
    command: click.Command = siteproof
    context = click.Context(command, info_name="siteproof")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            if command.invoke_without_command:
                break
            return f"no command {words[0]}"
        context = click.Context(found, info_name=words.pop(0), parent=context)
        command = found
    try:
        values, rest, _ = command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    return " ".join(rest) or _values(command, context, values)


def _values(command: click.Command, context: click.Context, values: dict[str, object]) -> str:
    """What is wrong with a value that is chosen from a list."""
    for parameter in command.get_params(context):
        given = values.get(str(parameter.name))
        for value in given if isinstance(given, list) else [given]:
            if isinstance(parameter.type, click.Choice) and isinstance(value, str) and not PLACEHOLDER.match(value):
                try:
                    parameter.type.convert(value, parameter, context)
                except click.UsageError as error:
                    return error.format_message()
    return ""


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_shown_is_taken(line: str) -> None:
    """Its options exist, and its choices are offered."""
    words = shlex.split(line)[1:]
    if any("|" in word or word.startswith("[") for word in words):
        pytest.skip("a form of several commands")
    assert taken([word for word in words if word != "COMMAND"]) == ""


def test_there_are_commands_in_the_documents() -> None:
    """The check reads what it is meant to read."""
    assert len(COMMANDS) > 150
    assert "siteproof policy check --retention 24h --app-every 4h" in COMMANDS


@pytest.mark.parametrize(
    "line", ["conform --commmand x", "nothing", "explore lifecycle --engine fast", "spec diff a b c"]
)
def test_a_command_that_is_not_taken_is_noticed(line: str) -> None:
    """A wrong option, command, choice or argument is told."""
    assert taken(line.split()) != ""
