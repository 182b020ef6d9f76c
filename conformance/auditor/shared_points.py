"""The closing audit of groups: the parts of a shared point, restored one by one, are one cut through all members.

Rule: as closing.py; a subject that promises only the order of flushes is judged member by member, as there.
"""

from collections.abc import Sequence

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.grouped import shared
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.policy import RecoveryPoint

RESTORED_MAX = 2  # of each group: the oldest and the newest


def audit(lab: Lab) -> None:
    """Restore shared points of every group and compare them with the ledger of all members."""
    seen = {machine.name: lab.observe(machine) for machine in lab.machines}
    for group in dict.fromkeys(each.group for each in seen.values() if each.group):
        members = [machine for machine in lab.machines if seen[machine.name].group == group]
        points = shared([seen[machine.name] for machine in members], group)
        for point in dict.fromkeys((*points[:1], *points[-1:])) if len(members) > 1 else ():
            cut_through(lab, members, point)


def cut_through(lab: Lab, members: Sequence[Machine], point: RecoveryPoint) -> None:
    """The point restored from each member is one state of all of them; Failed otherwise."""
    try:
        verify_bytes.shared_point(lab, members, point)
    except Refused as refused:
        raise verify.Failed(f"{point.name}, which all list, is restored", str(refused), of="SP-GRP-2") from refused
    except verify.Failed as failed:
        said = f"{point.name} of {len(members)} members: {failed.actual}"
        raise verify.Failed(failed.expected, said, failed.detail, of="SP-GRP-3") from failed
