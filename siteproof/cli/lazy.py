"""A group of commands that are imported when they are called, so that no command waits for what another one needs.

Rule: a command's module imports at its top whatever it needs; the table of its group is what help prints.
"""

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click

from siteproof.cli.examples import epilog

Table = Mapping[str, tuple[str, str]]
"""Name: (module:function, one line of help)."""


class LazyGroup(click.Group):
    """A group over a table; `--help` imports none of the commands."""

    def __init__(
        self, *arguments: Any, table: Table, headings: Mapping[str, tuple[str, ...]] | None = None, **settings: Any
    ) -> None:
        """The table's order is the order of the help, or that of the headings with the names under each."""
        super().__init__(*arguments, **settings)
        self._table = table
        self._headings = headings
        assert headings is None or sorted(table) == sorted(name for names in headings.values() for name in names)

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
        _with_examples(command, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; a usage error with what may be meant when none is called so."""
        if args and args[0] not in self._table and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self._table, n=3)
            meant = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, under their headings, without importing any."""
        del ctx
        for title, names in (self._headings or {"Commands": tuple(self._table)}).items():
            with formatter.section(title):
                formatter.write_dl([(name, self._table[name][1]) for name in names])


def _with_examples(command: click.Command, words: str) -> None:
    """Put the examples under the help of a command and of those below it that are known already."""
    command.epilog = epilog(words) or command.epilog
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            _with_examples(below, f"{words} {name}")
