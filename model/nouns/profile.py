"""A profile holds every choice that the sources leave open (evidence tag P) or that providers make differently.

A profile is a value: the same suite judges systems which legitimately differ by giving it another profile.
"""

from enum import StrEnum

from attrs import frozen

from siteproof.model.nouns.policy import CRASH_CONSISTENT_MINUTES, DAY_MINUTES
from siteproof.model.nouns.provider import ReplicationProvider


class BucketKeeps(StrEnum):
    """Which point stands for its bucket; an application-consistent one (then one of a group) wins either way."""

    OLDEST = "oldest"
    NEWEST = "newest"


@frozen
class Profile:
    """Parameters of the specification; times in minutes, the name says which system it describes."""

    name: str = "core"
    claims_seed: bool = True
    reprotect_requires_commit: bool = False
    crash_consistent_minutes: int = CRASH_CONSISTENT_MINUTES
    default_retention_minutes: int = DAY_MINUTES
    point_latency_minutes: int = 30  # D: a point taken at s can be used from s + D
    tolerated_misses: int = 0  # m: app-consistent points that may fail in a row
    group_members_max: int = 16
    plan_machines_max: int = 100
    plan_groups_max: int = 7
    step_timeout_minutes: int = 5
    office_hours: tuple[int, int] = (8, 18)  # Monday to Friday, UTC; automatic resynchronisation runs outside of them
    block_bytes: int = 4096
    bucket_keeps: BucketKeeps = BucketKeeps.OLDEST  # which point stands for a bucket of thinning, after consistency
    bucket_offset_minutes: int = 0  # where the buckets begin, counted from a full hour of UTC
    bucket_divisor: int = 1  # how many points a bucket of the published table keeps
    provider: ReplicationProvider = ReplicationProvider.VMWARE_MODERNIZED  # whose table of allowed operations holds


CORE = Profile()
