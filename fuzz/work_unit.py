"""A work unit: walks of one course under one guide, as bytes, to be carried out anywhere, and once more if need be.

Rule: a unit says everything that its walks depend on, the specification too, so its key is its content: carried out
twice, by whomever, it comes to the same. What comes back is checked by type like everything from outside.
"""

import hashlib
import threading
from typing import Any

import msgspec
import zstandard
from attrs import frozen

from siteproof.conformance.runner import spec_digest
from siteproof.fuzz.actions import brief
from siteproof.fuzz.campaign import walked
from siteproof.fuzz.cells import read_cell
from siteproof.fuzz.course import WalkCourse, Walking
from siteproof.fuzz.guide import Guide
from siteproof.fuzz.store import lined, read_kept
from siteproof.fuzz.tally import Walked
from siteproof.model.nouns.problem import ExitCode, Problem

BYTES_MAX = 256 * 1024 * 1024
KEY_BYTES = 12
_HERE = threading.local()  # the subjects of this thread, by course: opened once and reset by every walk


@frozen
class WorkUnit:
    """Walks `numbers` of a course under a guide, judged by the specification of that digest."""

    specification: str
    course: WalkCourse
    numbers: tuple[int, ...]
    guide: Guide

    def packed(self) -> bytes:
        """As it travels."""
        guide = {
            "seen": {str(cell): times for cell, times in self.guide.seen.items()},
            "avoid": sorted(self.guide.avoid),
            "kept": [lined(each) for each in self.guide.kept],
        }
        said = (self.specification, brief(self.course), self.numbers, guide)
        return zstandard.compress(msgspec.json.encode(said))


def unit_of(course: WalkCourse, numbers: tuple[int, ...], guide: Guide) -> WorkUnit:
    """A unit of the specification that we judge by."""
    return WorkUnit(spec_digest(), course, numbers, guide)


def unpacked(data: bytes) -> WorkUnit:
    """The unit in its bytes."""
    specification, course, numbers, guide = msgspec.json.decode(_plain(data))
    kept = tuple(read_kept(msgspec.json.encode(each)) for each in guide["kept"])
    seen = {read_cell(cell): times for cell, times in guide["seen"].items()}
    known = Guide(seen, frozenset(guide["avoid"]), kept)
    return WorkUnit(specification, msgspec.convert(course, WalkCourse), tuple(numbers), known)


def key_of(data: bytes) -> str:
    """Two units of one key are the same unit."""
    return f"walks-{hashlib.blake2b(data, digest_size=KEY_BYTES).hexdigest()}"


@frozen
class UnitReply:
    """What a worker says: the specification that it judges by, and the walks, or why there are none."""

    specification: str
    walks: tuple[Walked, ...] = ()
    problem: str = ""
    cause: str = ""

    def packed(self) -> bytes:
        """As it travels."""
        return zstandard.compress(msgspec.json.encode(brief(self)))


def carry_out(data: bytes) -> bytes:
    """Carry a unit out in this thread; the bytes of its reply."""
    unit, here = unpacked(data), spec_digest()
    if unit.specification != here:
        return UnitReply(here).packed()
    walks = []
    try:
        for number in unit.numbers:
            walking = _open(unit.course)
            walks.append(walked(number, walking.wander(number, unit.guide)))
    except Problem as problem:
        return UnitReply(here, (), problem.problem, problem.cause).packed()
    return UnitReply(here, tuple(walks)).packed()


def taken(unit: WorkUnit, data: bytes) -> tuple[Walked, ...]:
    """The walks of a reply; Problem (cannot judge) when it is none, of another specification, or says a problem."""
    hint = "give every worker the siteproof of this campaign, and what its subject needs"
    try:
        reply = msgspec.json.decode(_plain(data), type=UnitReply)
    except (msgspec.DecodeError, zstandard.ZstdError) as error:
        raise Problem("a worker's reply cannot be read", str(error), hint, ExitCode.CANNOT_JUDGE) from error
    if reply.specification != unit.specification:
        cause = f"its specification is {reply.specification}, ours {unit.specification}"
        raise Problem("a worker judges by another specification", cause, hint, ExitCode.CANNOT_JUDGE)
    if reply.problem:
        raise Problem(f"a worker cannot walk: {reply.problem}", reply.cause, hint, ExitCode.CANNOT_JUDGE)
    if tuple(each.number for each in reply.walks) != unit.numbers:
        raise Problem("a worker's reply cannot be read", "it has other walks than were asked for", hint,
                      ExitCode.CANNOT_JUDGE)  # fmt: skip
    return reply.walks


def _open(course: WalkCourse) -> Walking:
    opened: dict[WalkCourse, Walking] = _HERE.__dict__.setdefault("opened", {})
    if course not in opened:
        opened[course] = course.open()
    return opened[course]


def _plain(data: bytes) -> Any:
    return zstandard.decompress(data, max_output_size=BYTES_MAX)
