"""The honest variant that answers over stdin and stdout: the reference in a process of its own.

Rule: the carrier is the judge's, the subject the reference's; only the face may bring them together.
"""

import shlex
import sys

from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.target import SubjectAddress, TargetKind
from siteproof.reference.subject import ReferenceSubject

WAITING, NOT_WAITING = "siteproof.reference.subject:make_subject", f"{__name__}:simulated"


def simulated() -> ReferenceSubject:
    """What the process serves when its store does not wait for the device."""
    return ReferenceSubject(durable=False)


def make_subject(durable: bool = True) -> Carrier:
    """A new process that serves the reference."""
    served = WAITING if durable else NOT_WAITING
    command = shlex.join((sys.executable, "-m", "siteproof", "adapter", "serve", served))
    return SubjectAddress(TargetKind.COMMAND, command).factory()()
