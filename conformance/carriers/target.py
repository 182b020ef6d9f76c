"""A target is the name of a subject: what the user types, and what a recorded failure keeps to be replayed.

Rule: the judge learns of implementations by name only (`pkg.module:factory`, a command line, a URL), never by import.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from attrs import frozen

from siteproof.conformance.carriers import http, in_process, stdio
from siteproof.conformance.carriers.carrier import Carrier


class TargetKind(StrEnum):
    """How a subject is reached."""

    PYTHON = "python"  # pkg.module:factory, in this process
    COMMAND = "cmd"  # a command line that speaks NDJSON on stdin and stdout
    URL = "url"  # an address that takes one request per POST


@frozen
class SubjectAddress:
    """How to reach a subject, as data. `folder` is where its name was given: relative names in it start there.

    `ca` is a file of certificates (PEM) by which an HTTPS adapter is trusted; empty: the system's.
    """

    kind: TargetKind
    name: str
    folder: str = ""
    ca: str = ""

    @property
    def said(self) -> str:
        """As a record keeps it: `python:pkg.module:factory`, `cmd:COMMAND`, `url:ADDRESS`."""
        return f"{self.kind.value}:{self.name}"

    def factory(self) -> Callable[[], Carrier]:
        """A function that opens a new carrier to a new subject each time; Problem when the name leads nowhere."""
        return _OPENERS[self.kind](self)


def from_here(kind: TargetKind, name: str, ca: str = "") -> SubjectAddress:
    """A target whose name was given in the present folder; a failure that keeps it can be replayed from any."""
    return SubjectAddress(kind, name, str(Path.cwd()), ca)


_OPENERS: dict[TargetKind, Callable[[SubjectAddress], Callable[[], Carrier]]] = {
    TargetKind.PYTHON: lambda target: in_process.factory(target.name, target.folder),
    TargetKind.COMMAND: lambda target: stdio.factory(target.name, target.folder),
    TargetKind.URL: lambda target: http.factory(target.name, str(Path(target.folder, target.ca)) if target.ca else ""),
}
