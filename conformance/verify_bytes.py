"""Checks on bytes that the judge read back itself: the only witnesses of a data requirement.

Rule: every function here ends in a comparison of digests of read bytes with the auditor's ledger, or of two readings.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from siteproof.conformance import cuts, verify
from siteproof.conformance.history import PointNote
from siteproof.conformance.images import DiskPicture, MachineImages
from siteproof.conformance.lab import Lab, Landing, Machine
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.subject import Capability

SHIPPING_MS = 15_000  # a point's time may miss the last shipment before it


def same_image(actual: MachineImages, expected: MachineImages, what: str = "the image") -> None:
    """Both hold the same bytes on every disk; a witness when the ledger vouches for one of them."""
    differing = actual.differences(expected)
    if differing:
        disk, block = differing[0]
        with _showing(actual if actual.read else expected):
            raise verify.Failed(
                f"{what} equal byte for byte", f"{len(differing)} blocks differ, first {disk} block {block}"
            )
    if actual.anchored or expected.anchored:
        actual.anchored = expected.anchored = True
        verify.witness(of_bytes=True)


def other_image(actual: MachineImages, unexpected: MachineImages, what: str) -> None:
    """The two differ somewhere: the scene was not trivial."""
    verify.given(bool(actual.differences(unexpected)), f"{what}: both images are the same, nothing can be told apart")


def past_image(lab: Lab, picture: MachineImages, ledgers: Sequence[Ledger], low: int, high: int) -> int:
    """The picture is a past state that holds at least `low` and at most `high` writes; its newest legal position.

    Subjects without total order are judged by their flush epochs, disk by disk; the position is then the last barrier
    before which everything is there.
    """
    with _showing(picture):
        position = _past(lab, picture, ledgers, low, high)
    if _shows_a_write(ledgers, picture):
        picture.anchored = True
        verify.witness(of_bytes=True)
    return position


def _past(lab: Lab, picture: MachineImages, ledgers: Sequence[Ledger], low: int, high: int) -> int:
    if lab.by_flush:
        pairs = zip(ledgers, picture.disks, strict=True)
        return max(low, min(_flushed(ledger, disk, low, high) for ledger, disk in pairs))
    cut = cuts.check(ledgers, picture.disks, high)
    _judge(cut, ledgers, picture.disks, (low, high), low)
    return cut.within(low, high).latest


@contextmanager
def _showing(picture: MachineImages) -> Iterator[None]:
    """A contradiction that is found in here is one of these bytes."""
    try:
        yield
    except verify.Failed as failed:
        failed.picture = picture
        raise


def _flushed(ledger: Ledger, disk: DiskPicture, low: int, high: int) -> int:
    cut = cuts.check([ledger], [disk], high, by_flush=True)
    _judge(cut, [ledger], [disk], (ledger.epoch_at(low), ledger.epoch), low)
    return ledger.epoch_start(cut.latest)


def _shows_a_write(ledgers: Sequence[Ledger], picture: MachineImages) -> bool:
    """The image is not just the base that every disk had before anything was written."""
    pairs = zip(ledgers, picture.disks, strict=True)
    return any(not np.array_equal(ledger.base[: len(disk.digests)], disk.digests) for ledger, disk in pairs)


def true_point(lab: Lab, machine: Machine, point: RecoveryPoint) -> MachineImages:
    """Restoring the listed point gives a past state of the machine, no older than what had been replicated before."""
    note = lab.history.note(machine.name, point.name)
    picture = lab.restore(machine, point)
    try:
        past_image(lab, picture, note.ledgers, note.low, _written_by_then(lab, machine, note))
    except verify.Failed:
        past_image(lab, picture, note.ledgers, note.low, note.high)  # wrong at any time?
        shown = f"a point of {point.taken_at_ms} ms without what was written later"
        raise verify.Failed(shown, "it holds a later write", of="SP-PT-27") from None
    return picture


def shared_point(lab: Lab, members: Sequence[Machine], point: RecoveryPoint) -> tuple[MachineImages, ...]:
    """The parts of a shared point, restored from every member, are one past state of all of them together."""
    notes = [lab.history.note(machine.name, point.name) for machine in members]
    pictures = tuple(lab.restore(machine, point) for machine in members)
    low, high = max(note.low for note in notes), min(note.high for note in notes)
    one_cut(lab, pictures, [note.ledgers for note in notes], low, high)
    return pictures


def one_cut(
    lab: Lab, pictures: Sequence[MachineImages], ledgers: Sequence[Sequence[Ledger]], low: int, high: int
) -> None:
    """Images of several machines show one state of all of them, with at least `low` and at most `high` writes.

    Where only the order of flushes is promised, each of them is judged by itself.
    """
    if lab.by_flush:
        for picture, mine in zip(pictures, ledgers, strict=True):
            past_image(lab, picture, mine, low, high)
        return
    disks = [disk for picture in pictures for disk in picture.disks]
    joined = [ledger for mine in ledgers for ledger in mine]
    _judge(cuts.check(joined, disks, high), joined, disks, (low, high), low)
    if all(_shows_a_write(mine, picture) for mine, picture in zip(ledgers, pictures, strict=True)):
        for picture in pictures:
            picture.anchored = True
        verify.witness(of_bytes=True)


def _written_by_then(lab: Lab, machine: Machine, note: PointNote) -> int:
    """The newest position that the point can hold, by its time too, where time passes only when the judge lets it."""
    timed = lab.auditor.offers(Capability.VIRTUAL_CLOCK) and not lab.by_flush
    if not timed or lab.auditor.memory(machine.name).jumped:
        return note.high
    later = min(ledger.first_after(note.point.taken_at_ms + SHIPPING_MS) for ledger in note.ledgers) - 1
    return min(note.high, later) if later >= note.low else note.high


def true_landing(lab: Lab, landing: Landing, low: int = 0) -> int:
    """The copy that took over is a past state of the machine with at least `low` writes; its newest legal position."""
    return past_image(lab, landing.picture, landing.ledgers, low, landing.position)


def _judge(
    cut: cuts.CutPositions, ledgers: Sequence[Ledger], disks: Sequence[DiskPicture], axis: tuple[int, int], low: int
) -> None:
    if not cut.spans:
        raise verify.Failed("an image that the machine once had", cut.contradiction)
    if not cut.meets(*axis):
        missing = cuts.stale(ledgers, disks, low)
        raise verify.Failed(
            "everything that had been replicated is in the image", missing or "it shows a state of another time"
        )
