"""Replay of a recorded walk: the same actions on the same subject, or another, and whether the same is wrong again."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.fuzz.actions import WalkRecord, read_record
from siteproof.fuzz.course import WalkCourse
from siteproof.fuzz.walk import Finding, kind_of
from siteproof.model.nouns.problem import Problem


@frozen
class Replayed:
    """What came of it; `finding` is None when nothing is wrong (any more)."""

    recorded: str
    finding: Finding | None

    @property
    def reproduced(self) -> bool:
        """Whether the same thing is wrong again."""
        return self.finding is not None and kind_of(self.finding.expected) == kind_of(self.recorded)

    def __str__(self) -> str:
        """In words."""
        if self.finding is None:
            return f"expected {self.recorded}; now nothing is wrong"
        other = "" if self.reproduced else f"another failure than the recorded one (expected {self.recorded}): "
        return f"{other}expected {self.finding.expected}; actual {self.finding.actual}"


def replay_walk(record: Mapping[str, Any], name: str = "the record", target: SubjectAddress | None = None) -> Replayed:
    """Carry out a recorded walk on its subject, or on `target`; `record` is the decoded JSON document.

    Problem when it is not a walk.
    """
    walk = read_record(record, name)
    return replayed(walk, target or target_of(walk.subject, walk.folder, walk.ca))


def replayed(walk: WalkRecord, target: SubjectAddress) -> Replayed:
    """Carry out a walk on a subject, beside the other one when it was walked beside one."""
    beside = target_of(walk.against, walk.folder, walk.ca) if walk.against else None
    walking = WalkCourse(target, walk.seed, len(walk.actions), beside).open()
    try:
        walking.describe()
        return Replayed(walk.expected, walking.repeat(walk.scenario, walk.actions).finding)
    finally:
        walking.close()


def target_of(name: str, folder: str = "", ca: str = "") -> SubjectAddress:
    """The target called `python:pkg.module:factory`, `cmd:COMMAND` or `url:ADDRESS`; Problem for any other form."""
    kind, colon, rest = name.partition(":")
    if not colon or kind not in set(TargetKind):
        raise Problem(f"{name!r} names no subject", "expected python:…, cmd:… or url:…", "record again")
    return SubjectAddress(TargetKind(kind), rest, folder, ca)
