"""Judges one state that a loss of power has left: the replica is opened from it, and compared with the truth.

Rule: nothing acknowledged is lost, each listed point is byte-exact, the newest state is a cut; whoever had the replica
before never has it again. What is wrong is one sentence.
"""

from attrs import frozen

from siteproof.fuzz.crashes.disk import CrashDisk, Files
from siteproof.fuzz.crashes.life import DISK, FOLDER, KEK
from siteproof.fuzz.crashes.truth import CrashTruth
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.replica import Replica

OWNER = f"{FOLDER}/owner"


@frozen
class CrashContradiction(Exception):  # noqa: N818  (a verdict)
    """What a state shows that must not be."""

    sentence: str


def judge(files: Files, truth: CrashTruth) -> str:
    """What is wrong with the state; empty when nothing is."""
    try:
        _judge(files, truth)
    except CrashContradiction as wrong:
        return wrong.sentence
    return ""


def _judge(files: Files, truth: CrashTruth) -> None:
    for name, image in truth.machines.items():
        _must(files.get(name) == image, f"the disk {name}, which was handed out, is not what it was")
    _must(files.get(OWNER) not in truth.claims, "the claim of an earlier owner stands again")
    replica = _opened(files, truth)
    if replica is None:
        return
    _must(replica.watermarks.cached >= truth.acknowledged, "acknowledged writes are lost")
    try:
        replica.apply()
        _newest(replica, truth)
        _points(replica, truth)
    except CorruptLog as damage:
        raise CrashContradiction(f"damage: {damage}") from damage


def _opened(files: Files, truth: CrashTruth) -> Replica | None:
    """The replica; None where there may be none."""
    try:
        return Replica.open(CrashDisk.holding(files), FOLDER, KEK, acknowledged=truth.acknowledged)
    except CorruptLog as damage:
        if truth.damaged:
            return None
        raise CrashContradiction(f"it does not open: {damage}") from damage
    except Problem as problem:
        _must(not truth.created or truth.dying, f"there is no replica of {DISK}: {problem.problem}")
        return None


def _newest(replica: Replica, truth: CrashTruth) -> None:
    if replica.window_open or truth.uneven or not replica.watermarks.cached:
        return
    images = [image for lsn, image in truth.cuts if lsn == replica.watermarks.cached]
    if truth.created:
        _must(_seen(replica, None) in images, "the newest state is no cut that was committed")


def _points(replica: Replica, truth: CrashTruth) -> None:
    if not truth.created:
        return
    listed = {point.name for point in replica.points()}
    _must(set(truth.points) <= listed, "a point is gone")
    _must(listed <= set(truth.points) | set(truth.unsure), "a point is back that was dropped")
    for name in sorted(listed):
        _must(_seen(replica, name) == {**truth.unsure, **truth.points}[name], f"{name} is not what it was")


def _seen(replica: Replica, name: str | None) -> bytes:
    try:
        with replica.open_point(name) as view:
            return view.read(0, view.blocks)
    except Refused as refused:
        raise CrashContradiction(f"{name or 'the newest state'} cannot be read: {refused}") from refused


def _must(holds: bool, sentence: str) -> None:
    if not holds:
        raise CrashContradiction(sentence)
