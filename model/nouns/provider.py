"""Replication providers: services of one family whose tables, policies and plans differ, each by its name.

Rule: a name is all that stands here; what a provider does is data of the specification (spec/providers).
"""

from enum import StrEnum


class ReplicationProvider(StrEnum):
    """Whose table of allowed operations holds; the first one is the seed's."""

    VMWARE_MODERNIZED = "vmware-modernized"
    A2A = "a2a"
    HYPERV = "hyperv"
    VMWARE_CLASSIC = "vmware-classic"
