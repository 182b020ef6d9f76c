"""What a round trip keeps: nothing acknowledged is missing, nothing lost returns.

Rule: a split-brain ledger: writes that the failover lost belong to a history that ended; if one of them shows up again
anywhere, two histories were mixed, and that is named even when every other byte is right.
"""

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.images import MachineImages
from siteproof.conformance.lab import Lab, Landing, Machine
from siteproof.conformance.ledger import NEVER


def ended_history(landing: Landing, position: int) -> set[tuple[str, int, int]]:
    """(disk, block, content) of every write that the failover left behind."""
    lost = set()
    for ledger in landing.ledgers:
        end = ledger.digests_at(NEVER)
        for block in ledger.changed_since(position):
            lost.add((ledger.name, block, int(end[block])))
    return lost


def came_home(lab: Lab, machine: Machine, wanted: MachineImages, ended: set[tuple[str, int, int]]) -> None:
    """The machine that runs now holds exactly `wanted`, and no block of the ended history."""
    picture = lab.read(machine)
    back = [
        f"{disk} block {block}"
        for disk, block, content in sorted(ended)
        if int(picture.disk(disk).digests[block]) == content and int(wanted.disk(disk).digests[block]) != content
    ]
    verify.that(
        not back,
        "no write of the ended history comes back",
        f"{len(back)} do, first {back[0] if back else ''}: two histories were mixed",
    )
    verify_bytes.same_image(picture, wanted, "the machine after the round trip")
