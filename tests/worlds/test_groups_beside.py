"""Machines beside the meant ones may be a group: what happens around them does not lose what they wrote."""

from siteproof.conformance.case import find
from siteproof.conformance.lab import Lab
from siteproof.conformance.worlds.staging import Staging
from siteproof.conformance.worlds.world import PLAIN, Machines, Neighbours
from siteproof.model.nouns.profile import CORE
from siteproof.reference.subject import make_subject


def test_a_shared_point_that_cannot_be_sent_leaves_every_change_to_be_sent_again() -> None:
    """Their process server dies between the cut and the sending, and comes back: nothing is left behind."""
    staging = Staging(PLAIN.but({"machines": Machines.THREE, "neighbours": Neighbours.GROUP}))
    lab = Lab(make_subject(durable=False), CORE, 0, staging)
    find("C-APP-7").run(lab)
    assert staging.met >= {"machines", "neighbours"}
    assert all(lab.observe(machine).group for machine in lab.machines if not machine.meant)
