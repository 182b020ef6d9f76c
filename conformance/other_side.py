"""The other side: what it holds once everything has arrived, whichever way data flows.

Rule: forward it is seen in the next point; on the way back there are no points, so the machine comes home, is read
there, and is sent back by a cancel, which restores exactly what was before. Nothing here judges but by bytes.
"""

from siteproof.conformance import verify_bytes
from siteproof.conformance.images import MachineImages
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.policy import RecoveryPoint
from siteproof.model.nouns.vocabulary import Direction, Verb


def agrees(lab: Lab, machine: Machine, what: str) -> None:
    """The other side holds every write; `what` says after what."""
    wanted = lab.history.image_now(machine.name)
    verify_bytes.same_image(picture(lab, machine), wanted, f"the other side {what}")


def picture(lab: Lab, machine: Machine) -> MachineImages:
    """The judge's own reading of what the other side has."""
    if forward(lab, machine):
        return lab.restore(machine, lab.crash_point(machine))
    lab.run(machine, Verb.FAIL_BACK)
    found = lab.landing(machine).picture
    lab.run(machine, Verb.CANCEL)
    return found


def kept_point(lab: Lab, machine: Machine) -> RecoveryPoint | None:
    """A new point, or None where there are none."""
    return lab.crash_point(machine) if forward(lab, machine) else None


def true_point(lab: Lab, machine: Machine, point: RecoveryPoint | None) -> None:
    """The point, if there is one, still restores a past state."""
    if point is not None:
        verify_bytes.true_point(lab, machine, point)


def forward(lab: Lab, machine: Machine) -> bool:
    """Whether data flows to the recovery site."""
    return lab.observe(machine).regions.direction is Direction.FORWARD
