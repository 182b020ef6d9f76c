"""Option types that several commands share.

Rule: a wrong value is named together with the form that is expected.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from siteproof.model.nouns.provider import ReplicationProvider

FORMS = (
    "text",
    "json",
    "ndjson",
    "itf",
    "toml",
    "markdown",
    "html",
    "pdf",
    "junit",
    "sarif",
    "ctrf",
    "badge",
    "expect",
)
"""How forms of output are spelled, by every command that has them."""
ALSO_CALLED = {"md": "markdown"}
"""Another spelling that is understood."""


class Form(click.Choice[str]):
    """What a command can print on stdout; the first of its forms is the one that is not asked for."""

    def __init__(self, *forms: str) -> None:
        """At least one of FORMS, each spelled as it is there."""
        assert forms
        assert set(forms) <= set(FORMS), forms
        super().__init__(forms)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The form; a usage error that names those that the command has."""
        value = ALSO_CALLED.get(value, value)
        if value not in self.choices:
            here = f"`{ctx.info_name}` gives" if ctx is not None else "there is"
            self.fail(f"{value!r} is no form that is printed here: {here} {', '.join(self.choices)}", param, ctx)
        return value


def format_option(*forms: str) -> Callable[[Any], Any]:
    """`--format` as `form`; whoever has one form only needs no parameter for it."""
    return click.option(
        "--format",
        "form",
        type=Form(*forms),
        default=forms[0],
        show_default=True,
        expose_value=len(forms) > 1,
        help="On stdout.",
    )


PROVIDER = click.Choice([each.value for each in ReplicationProvider])
"""Whose table, ranges and plan rules hold, where the data does not say it."""


def is_number(text: str) -> bool:
    """Plain digits and nothing else: full-width ones and underscores are no numbers to others who read the line."""
    return text.isascii() and text.isdecimal()


class whole(click.IntRange):  # noqa: N801  (used like a function: type=whole(1, 10))
    """A whole number in plain digits, within bounds (none, one or both)."""

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        """Both bounds are allowed values."""
        super().__init__(least, most)

    def _describe_range(self) -> str:
        """What help says of the bounds: nothing where there are none (click would say `x<=None`)."""
        return "" if self.min is None and self.max is None else super()._describe_range()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; a usage error for everything else."""
        if isinstance(value, str) and not is_number(value.removeprefix("-")):
            self.fail(f"{value!r} is not a whole number in plain digits", param, ctx)
        return super().convert(value, param, ctx)


workers_option = click.option(
    "--workers", type=whole(1, 64), help="Processes that share the work; 1: this one alone. [default: the cores]"
)


class mebibytes(whole):  # noqa: N801  (used like a function: type=mebibytes(16, 4096))
    """Whole MiB within bounds: `64`, `64M` and `64MiB` are the same, `1G` is 1024 of them."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number of MiB; a usage error for everything else."""
        match = _MEBIBYTES.fullmatch(value) if isinstance(value, str) else None
        text = str(int(match[1]) << (10 if match[2] in "gG" else 0)) if match else value
        return super().convert(text, param, ctx)


_MEBIBYTES = re.compile(r"([0-9]{1,9})([MG])(?:i?B)?", re.IGNORECASE)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")


def duration(text: str) -> float:
    """`30s`, `2m`, `1.5h` or `500ms` as seconds greater than 0; a usage error when it is of another form."""
    match = _DURATION.fullmatch(text)
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if seconds <= 0:
        raise click.BadParameter(f"{text!r} is not a duration; write for example 30s, 2m or 1.5h")
    return seconds


_SIZES = {"M": 1 << 20, "G": 1 << 30}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([MG])(?:i?B)?", re.IGNORECASE)


def size_bytes(text: str) -> int:
    """`512M`, `2G` or `1.5G` as bytes greater than 0; a usage error when it is of another form."""
    match = _SIZE.fullmatch(text)
    size = int(float(match[1]) * _SIZES[match[2].upper()]) if match else 0
    if size <= 0:
        raise click.BadParameter(f"{text!r} is not a size; write for example 512M or 2G")
    return size


def today() -> str:
    """The date in UTC, for the readers of a report; nothing that is judged depends on it."""
    return datetime.now(UTC).date().isoformat()
