"""What a resynchronisation may cost: how many bytes a comparison by checksums may cost.

Rule: the lower bound is what differs, from the judge's own ledger; everything beyond it is an allowance that is written
down here. A digest costs at most 64 bytes per compared block of 4 KiB (both ways, with framing), a block that differs
at most 512 bytes beside its content, and the conversation itself 16 KiB. Who says that it works in
granules of up to 64 KiB may send more than differs, and loses nothing by it: that is not strict, and no violation.
"""

from siteproof.conformance import verify
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Description

DIGEST_BYTES = 64
FRAME_BYTES = 512
TALK_BYTES = 16 * 1024
GRANULE_BYTES = 64 * 1024  # the coarsest tracking that still counts as changes only


def most_bytes(lab: Lab, machine: Machine, differing_bytes: int) -> int:
    """The most that a resynchronisation of the machine may send when so many bytes differ."""
    blocks = sum(ledger.blocks for ledger in lab.history.ledgers(machine.name))
    return differing_bytes + differing_bytes // BLOCK_BYTES * FRAME_BYTES + blocks * DIGEST_BYTES + TALK_BYTES


def costs_what_differs(lab: Lab, machine: Machine, sent_bytes: int, differing_bytes: int, what: str) -> None:
    """What was sent fits what differs: in the granules that the subject declares, and strictly in blocks."""
    granules = differing_bytes // BLOCK_BYTES * granularity_bytes(lab.description)
    verify.at_most(sent_bytes, most_bytes(lab, machine, granules), f"bytes sent by {what}")
    strict = most_bytes(lab, machine, differing_bytes)
    verify.should(sent_bytes <= strict, f"{sent_bytes} bytes sent by {what}, in granules above 4 KiB; strict: {strict}")


def granularity_bytes(description: Description) -> int:
    """What the subject says that it compares and tracks at once: 4 KiB when it says nothing, at most 64 KiB."""
    said = description.parameters.get("granularity_bytes", "")
    return min(max(int(said), BLOCK_BYTES), GRANULE_BYTES) if said.isdecimal() else BLOCK_BYTES
