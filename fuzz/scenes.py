"""Scenes: the machines, disks and policy that a walk begins with, drawn from the walk's own dice.

Rule: a scene is a Scenario, so it stands in the record of a walk like everything else.
"""

import random

from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario

SIZES_BLOCKS = (1, 4, 16, 33, 64)
MACHINES = (1, 1, 1, 2, 2, 3)  # as likely as they are written here
DISKS = (1, 1, 2, 2, 3)
POLICIES = (
    ReplicationPolicy(),
    ReplicationPolicy(),
    ReplicationPolicy(retention_minutes=180, app_consistent_minutes=60),
    ReplicationPolicy(retention_minutes=60),
    ReplicationPolicy(retention_minutes=72 * 60, app_consistent_minutes=120, rpo_threshold_minutes=30),
)

PLAIN = Scenario((MachineSpec("vm1", (DiskSpec("disk0", 64), DiskSpec("disk1", 16)), identity="identity-vm1"),))
"""One machine with two disks: what the canary and the smoke walk in."""


def scene(dice: random.Random) -> Scenario:
    """One to three machines with one to three disks each, and a policy."""
    machines = tuple(_machine(dice, number) for number in range(1, dice.choice(MACHINES) + 1))
    return Scenario(machines, dice.choice(POLICIES))


def _machine(dice: random.Random, number: int) -> MachineSpec:
    name = f"vm{number}"
    disks = tuple(DiskSpec(f"disk{index}", dice.choice(SIZES_BLOCKS)) for index in range(dice.choice(DISKS)))
    return MachineSpec(name, disks, identity=f"identity-{name}")
