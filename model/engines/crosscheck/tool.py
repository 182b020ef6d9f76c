"""What SPIN and TLC have in common: whether they are there, a bounded run, and their answer in our terms.

Rule: a tool that is missing, runs out of time or memory, or says something unexpected is a Problem that cannot be
judged; it is never counted as agreement.
"""

import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from attrs import frozen

from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem


@frozen
class Room:
    """How long one run of a tool may take, and how much memory."""

    seconds_max: float = 600.0
    memory_mib_max: int = 2048


@frozen
class Counts:
    """Distinct states, transitions, and the distance of the farthest state, as `siteproof explore` counts them."""

    states: int
    transitions: int
    depth: int


@frozen
class ToolResult:
    """What a tool found: counts, or the distance of the nearest state that breaks what it was to check.

    `itself` holds the counts as the tool prints them (empty when it stopped early), `version` is the tool's own.
    """

    version: str
    counts: Counts | None = None
    broken_at: int | None = None
    itself: str = ""


class Tool(Protocol):
    """A foreign explorer."""

    @property
    def name(self) -> str:
        """The tool's name."""
        ...

    def missing(self) -> str:
        """Why it cannot run and how to install what is missing; empty when it can."""
        ...

    def run(self, system: System, asserted: Collection[int], room: Room) -> ToolResult:
        """Explore everything, or up to the first state that breaks an asserted claim (by number) or a range."""
        ...


def output(command: Sequence[str], folder: Path, room: Room, fine: Collection[int] = (0,)) -> str:
    """What a command prints; Problem when it takes too long or ends with a code that is not `fine`."""
    name = Path(command[0]).name
    try:
        done = subprocess.run(  # noqa: S603  (fixed programs on files that we have just written)
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=room.seconds_max,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        hint = "choose smaller bounds, or give it more time"
        raise cannot(f"{name} did not end", f"stopped after {room.seconds_max:g} s", hint) from late
    except OSError as error:
        raise cannot(f"{name} does not run", str(error), "install it anew") from error
    text = done.stdout.decode(errors="replace")
    if done.returncode not in fine:
        raise cannot(f"{name} ended with code {done.returncode}", tail(text), "see what it printed")
    return text


def tail(text: str) -> str:
    """The last lines of what a tool printed."""
    return " / ".join(line.strip() for line in text.splitlines()[-6:] if line.strip())


def cannot(problem: str, cause: str, hint: str) -> Problem:
    """A Problem that leaves the question open."""
    return Problem(problem, cause, hint, ExitCode.CANNOT_JUDGE)
