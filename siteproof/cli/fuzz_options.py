"""What a campaign is told on the command line: the subject, the seed, and the file of findings that are expected.

Rule: a seed may be the name of a commit, so that a campaign in a pipeline is another one with each change.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from attrs import frozen

from siteproof.cli import targets
from siteproof.cli.files import read_bytes
from siteproof.cli.options import is_number
from siteproof.cli.targets import NAME_ONE
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind, from_here
from siteproof.model.nouns.problem import Problem
from siteproof.reference.zoo import ZOO

EMBEDDED = "siteproof.reference.subject:make_subject"
REFERENCE = "reference"
SEED_MAX = 2**63 - 1
FILE_BYTES_MAX = 1 << 20
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
KNOWN_HINT = 'write [[known]] tables with fingerprint = "…" and reason = "…"; each campaign leaves a known.toml'


@frozen
class Seed:
    """A seed as it was written, and the number that it stands for."""

    said: str
    number: int

    def __str__(self) -> str:
        """As it was written."""
        return self.said


class SeedType(click.ParamType):  # type: ignore[type-arg]
    """A whole number, or the hexadecimal name of a commit."""

    name = "seed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Seed:
        """The seed; a usage error for everything else."""
        if isinstance(value, Seed):
            return value
        text = str(value)
        if is_number(text) and int(text) <= SEED_MAX:
            return Seed(text, int(text))
        if _COMMIT.fullmatch(text):
            digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
            return Seed(text, int.from_bytes(digest) & SEED_MAX)
        return self.fail(f"{value!r} is neither a whole number from 0 on nor the name of a commit", param, ctx)


seed_option = click.option(
    "--seed", type=SeedType(), default="0", show_default=True, metavar="N|COMMIT", help="A number, or a commit's hash."
)


def subject_of(zoo: str | None, **named: Any) -> SubjectAddress:
    """The one subject that is named, or the embedded reference; Problem when there are several."""
    if zoo and any(named.values()):
        raise Problem(
            "more than one subject is named", "--zoo is an exhibit of ours, and another is named too", NAME_ONE
        )
    if zoo:
        return _exhibit(zoo)
    return targets.target_of(**named) if any(named.values()) else SubjectAddress(TargetKind.PYTHON, EMBEDDED)


def other_subject(said: str) -> SubjectAddress:
    """The subject of --against: a word for one of ours, or how it is reached and its name; Problem otherwise."""
    kind, colon, name = said.partition(":")
    if said == REFERENCE:
        return SubjectAddress(TargetKind.PYTHON, EMBEDDED)
    if colon and kind in set(TargetKind) and name:
        return from_here(TargetKind(kind), name)
    return _exhibit(said)


def _exhibit(name: str) -> SubjectAddress:
    if name.upper() not in ZOO:
        raise Problem(f"there is no exhibit {name!r}", "the zoo does not have it", f"exhibits: {', '.join(ZOO)}")
    return SubjectAddress(TargetKind.PYTHON, ZOO[name.upper()].factory)


def known_findings(file: Path | None) -> Mapping[str, str]:
    """Fingerprints with the reasons for which they are expected; Problem when the file says anything else."""
    if file is None:
        return {}
    problem = f"{file} names no known findings"
    try:
        document = tomllib.loads(read_bytes(file, FILE_BYTES_MAX, KNOWN_HINT).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(problem, str(error), KNOWN_HINT) from error
    entries = document.get("known", [])
    if set(document) - {"known"} or not isinstance(entries, list):
        raise Problem(problem, f"it has {', '.join(document)} where only [[known]] may stand", KNOWN_HINT)
    return dict(_entry(number, entry, problem) for number, entry in enumerate(entries, 1))


def _entry(number: int, entry: object, problem: str) -> tuple[str, str]:
    fields = ("fingerprint", "reason")
    if (
        not isinstance(entry, dict)
        or set(entry) != set(fields)
        or not all(isinstance(entry[name], str) and entry[name] for name in fields)
    ):
        raise Problem(problem, f"entry {number} is not a fingerprint with a reason", KNOWN_HINT)
    return entry["fingerprint"], entry["reason"]
