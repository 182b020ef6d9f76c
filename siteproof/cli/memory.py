"""`--memory`: how much a search may take, and no more than the machine has to give.

Rule: the machine is asked before the search starts; where it does not tell, the user is believed.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from siteproof.cli.options import size_bytes
from siteproof.model.nouns.problem import Problem

AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.MULTILINE)
MEMINFO, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")
MEBIBYTE = 1 << 20

F = TypeVar("F", bound=Callable[..., Any])


def _granted(context: click.Context, option: click.Parameter, wanted: int) -> int:
    """What was asked for, or Problem when the machine does not have so much; by default no more than it has."""
    there = available_bytes()
    if there is None or wanted <= there:
        return wanted
    if context.get_parameter_source(str(option.name)) is ParameterSource.DEFAULT:
        return there
    raise Problem(
        f"--memory asks for {wanted // MEBIBYTE:,} MiB",
        f"{there // MEBIBYTE:,} MiB are free on this machine",
        f"give it at most {there // MEBIBYTE}M, and choose bounds that fit",
    )


def available_bytes() -> int | None:
    """What the kernel says is free for a new program, within the limit of its group; None where it says nothing."""
    said = [*_meminfo(), *_group()]
    return min(said) if said else None


def _meminfo() -> list[int]:
    found = AVAILABLE.search(_text(MEMINFO))
    return [int(found[1]) * 1024] if found else []


def _group() -> list[int]:
    limit = _text(CGROUP).strip()
    return [int(limit)] if limit.isdigit() else []


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def memory_option(about: str) -> Callable[[F], F]:
    """`--memory SIZE`, in bytes for the command."""
    return click.option(
        "--memory", type=size_bytes, callback=_granted, default="2G", show_default=True, metavar="SIZE", help=about
    )
