"""One `--format` for every command: one definition, one spelling of its values, text unless something else is asked."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from siteproof.cli import siteproof
from siteproof.cli.options import FORMS, Form, format_option
from siteproof.model.nouns.problem import ExitCode

SPEAKS_A_PROTOCOL = {"adapter serve", "appliance serve", "agent serve-nbd"}
"""Their standard output belongs to whoever is connected."""

ONE_DOCUMENT = {
    "adapter guide": "markdown",
    "adapter schema": "json",
    "new policy": "toml",
    "new plan": "toml",
    "plan import": "toml",
    "policy example": "toml",
    "policy schema": "json",
    "plan example": "toml",
    "plan schema": "json",
    "report": "markdown",
}
"""What they print is a file for others, and this is what it is written in."""


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from commands(command, (*path, name))
    if not isinstance(group, click.Group) or group.invoke_without_command:
        yield " ".join(path), group


COMMANDS = dict(commands(siteproof))
PRINTING = sorted(set(COMMANDS) - SPEAKS_A_PROTOCOL)


@pytest.mark.parametrize("name", PRINTING)
def test_a_command_has_the_option(name: str) -> None:
    """Whatever prints says in which form, with the shared option; text is what comes unasked, but for documents."""
    (option,) = [each for each in COMMANDS[name].params if "--format" in each.opts]
    assert isinstance(option.type, Form)
    assert option.default == ONE_DOCUMENT.get(name, "text")
    assert set(option.type.choices) <= set(FORMS)


@pytest.mark.parametrize("name", PRINTING)
def test_a_form_that_a_command_has_not_is_one_error(name: str) -> None:
    """It names the forms that there are, and nothing was done."""
    ran = CliRunner().invoke(COMMANDS[name], ["--format", "yaml"], standalone_mode=True)
    assert ran.exit_code == ExitCode.USAGE
    assert "'yaml' is no form that is printed here" in ran.output


def test_the_lists_name_what_there_is() -> None:
    """No command of a list has gone."""
    assert set(COMMANDS) >= SPEAKS_A_PROTOCOL | set(ONE_DOCUMENT)


def test_another_spelling_is_refused() -> None:
    """A form that is not spelled as elsewhere cannot be offered."""
    with pytest.raises(AssertionError):
        format_option("plain")
