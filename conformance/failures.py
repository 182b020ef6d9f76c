"""A failure as a file: subject, case, seed, profile, world and trace, so that one line replays it.

Rule: the file's name follows from its content; the same failure is the same file.
"""

import hashlib
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from siteproof import __version__
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.coverage.events import Event
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.profile import Profile

FOLDER = "failures"
KEPT = re.compile(r"[\w.-]+-[0-9a-f]{8}\.(json|txt)")  # a case or a walk, and the digest of what it says


class Failure(Struct, frozen=True, tag="case", tag_field="kind"):
    """Everything that is needed to run a failed case again, and what it found."""

    version: str
    target: SubjectAddress
    case_id: str
    seed: int
    profile: Profile
    verdict: Verdict
    requirement_ids: tuple[str, ...]
    requirement: str
    expected: str
    actual: str
    detail: str
    trace: tuple[RecordedStep, ...] = ()
    history: tuple[Event, ...] = ()
    violated: str = ""
    world: World = PLAIN
    breadth: int = 1


def forget(folder: Path) -> None:
    """Remove what earlier runs have kept there, and nothing else: the folder holds the failures of one run."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if KEPT.fullmatch(path.name):
            path.unlink()


def save_words(folder: Path, name: str, said: str) -> Path:
    """Keep all that a dying adapter wrote on stderr, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.blake2b(said.encode(), digest_size=4).hexdigest()
    path = folder / f"{name}-stderr-{digest}.txt"
    path.write_text(said, encoding="utf-8")
    return path


def save(folder: Path, target: SubjectAddress, profile: Profile, result: CaseResult) -> Path:
    """Write the failure into the folder and return its path."""
    failure = Failure(
        version=__version__,
        target=target,
        case_id=result.case_id,
        seed=result.seed,
        profile=profile,
        verdict=result.verdict,
        requirement_ids=result.requirement_ids,
        requirement=result.requirement,
        expected=result.expected,
        actual=result.actual,
        detail=result.detail,
        trace=result.trace,
        history=result.history,
        violated=result.violated,
        world=result.world,
        breadth=result.breadth,
    )
    text = msgspec.json.format(msgspec.json.encode(failure), indent=1)
    path = folder / f"{result.case_id}-{hashlib.blake2b(text, digest_size=4).hexdigest()}.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return path
