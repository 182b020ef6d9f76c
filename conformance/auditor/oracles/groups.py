"""Oracles of groups that one look can contradict: what a member is refused alone.

Rule: what a group shows as a whole is judged in circles.py.
"""

from collections.abc import Iterator

from siteproof.conformance.auditor.look import Look
from siteproof.conformance.auditor.oracle import Oracle, Wrong, oracle
from siteproof.model.nouns.subject import Capability
from siteproof.model.spec.groups import TOGETHER


@oracle("SP-GRP-5", Capability.GROUPS)
def no_member_moves_alone(look: Look) -> Iterator[Wrong]:
    """What moves production is refused to a single member of a group."""
    if look.before is None or not look.before.group:
        return
    for call in look.calls:
        if call.op == "do" and call.command is not None and call.command.verb in TOGETHER:
            verb, name = call.command.verb.value, look.now.machine
            yield Wrong(f"{verb} of {name} alone refused: it is a member of {look.before.group}", "accepted")


ORACLES: tuple[Oracle, ...] = (no_member_moves_alone,)
