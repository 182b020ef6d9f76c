"""A group of commands that are imported when they are called, so that no command waits for what another one needs.

Rule: a command's module imports at its top whatever it needs; the table of its group is what help prints.
"""

import importlib
from collections.abc import Mapping
from typing import Any

import click

Table = Mapping[str, tuple[str, str]]
"""Name: (module:function, one line of help)."""


class LazyGroup(click.Group):
    """A group over a table; `--help` imports none of the commands."""

    def __init__(self, *arguments: Any, table: Table, **settings: Any) -> None:
        """The table's order is the order of the help."""
        super().__init__(*arguments, **settings)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The table's names in the table's order."""
        del ctx
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one command that was asked for."""
        del ctx
        if cmd_name not in self._table:
            return None
        module, function = self._table[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), function)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._table.items()])
