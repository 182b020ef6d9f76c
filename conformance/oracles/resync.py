"""The resynchronisation oracle: how many bytes a comparison by checksums may cost.

Rule: the lower bound is what differs, from the judge's own ledger; everything beyond it is an allowance that is written
down here. A digest costs at most 64 bytes per compared block of 4 KiB (both ways, with framing), a block that differs
at most 512 bytes beside its content, and the conversation itself 16 KiB.
"""

from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.stamp import BLOCK_BYTES

DIGEST_BYTES = 64
FRAME_BYTES = 512
TALK_BYTES = 16 * 1024


def most_bytes(lab: Lab, machine: Machine, differing_bytes: int) -> int:
    """The most that a resynchronisation of the machine may send when so many bytes differ."""
    blocks = sum(ledger.blocks for ledger in lab.history.ledgers(machine.name))
    return differing_bytes + differing_bytes // BLOCK_BYTES * FRAME_BYTES + blocks * DIGEST_BYTES + TALK_BYTES
