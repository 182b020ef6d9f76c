"""Tiers of one's own: one point an hour for a day, one a day for a month, as those who keep snapshots write them.

Rule: at each age the finest tier that still reaches there decides; a coarser one is a multiple of it, so buckets lie
within buckets and what stands for the finer one can stand for the coarser one.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen

from siteproof.model.advice.policy.duration import parse_minutes, spell
from siteproof.model.spec.retention_rule import RetentionRule, Tier

TIERS_MAX = 12
EVERYTHING = "all"


@frozen
class OwnTier:
    """One point per `every_minutes` (0: all of them) until it is `for_minutes` old."""

    every_minutes: int
    for_minutes: int

    def __str__(self) -> str:
        every = spell(self.every_minutes) if self.every_minutes else EVERYTHING
        return f"{every} for {spell(self.for_minutes)}"


def read_tiers(value: Any) -> tuple[OwnTier, ...]:
    """The tiers of a list of tables with `every` and `for`, from the finest on; ValueError says what is wrong."""
    if not isinstance(value, list) or not 1 <= len(value) <= TIERS_MAX:
        raise ValueError(f"it is not a list of 1 to {TIERS_MAX} tables")
    tiers = sorted((_tier(each) for each in value), key=lambda each: each.for_minutes)
    for finer, coarser in pairwise(tiers):
        if coarser.for_minutes == finer.for_minutes or coarser.every_minutes <= finer.every_minutes:
            raise ValueError(f"`{coarser}` adds nothing to `{finer}`: what is kept longer is kept more seldom")
        if finer.every_minutes and coarser.every_minutes % finer.every_minutes:
            raise ValueError(f"{spell(coarser.every_minutes)} is no multiple of {spell(finer.every_minutes)}")
    return tuple(tiers)


def own_rule(tiers: Sequence[OwnTier], retention_minutes: int) -> RetentionRule:
    """The rule of these tiers; another retention than theirs stretches or cuts the last one."""
    starts = [0, *(each.for_minutes for each in tiers[:-1])]
    found = tuple(Tier(start, each.every_minutes) for start, each in zip(starts, tiers, strict=True))
    return RetentionRule(retention_minutes, found)


def _tier(value: Any) -> OwnTier:
    if not isinstance(value, dict) or set(value) != {"every", "for"}:
        raise ValueError("each has `every` and `for`, and nothing else")
    every, span = value["every"], value["for"]
    if not (isinstance(every, str) and isinstance(span, str)):
        raise ValueError("`every` and `for` are text with a unit")  # noqa: TRY004  (a value of the user's file)
    tier = OwnTier(0 if every == EVERYTHING else parse_minutes(every), parse_minutes(span))
    if not tier.for_minutes or (every != EVERYTHING and not 1 <= tier.every_minutes < tier.for_minutes):
        raise ValueError(f"`{every}` for `{span}` keeps nothing")
    return tier
