"""Arrays: worlds in which every one, two or three values of different dimensions meet somewhere (covering arrays).

Rule: the array is covertable's; here stands only what may meet. The same values,
strength and seed give the same worlds in the same order.
"""

import functools
from collections.abc import Mapping
from typing import Any, TypeAlias

from siteproof.conformance.worlds.world import PLAIN, Machines, Neighbours, World, sound

Values: TypeAlias = Mapping[str, tuple[str, ...]]

# What is not so may not be so: a seat among one machine, a place among one disk, neighbours of nobody.
_NEEDS_COMPANY = (("seat", ("machines",)), ("disk", ("disks",)), ("neighbours", ("machines", "disks")))

_GROUPED = {  # a group is one of machines
    "operator": "or",
    "conditions": [
        {"operator": "ne", "left": "neighbours", "value": Neighbours.GROUP},
        {"operator": "ne", "left": "machines", "value": Machines.ASKED},
    ],
}


def drawn(values: Values, strength: int, seed: int) -> tuple[World, ...]:
    """Worlds that cover every meeting of `strength` of the values; dimensions with one value stay at it."""
    return _drawn(tuple(values.items()), strength, seed)


@functools.cache
def _drawn(values: tuple[tuple[str, tuple[str, ...]], ...], strength: int, seed: int) -> tuple[World, ...]:
    """Drawn once in a process: whoever judges many subjects that can do the same asks for the same array each time."""
    from covertable import make, sorters  # noqa: PLC0415  (only a run that draws worlds pays for it)

    open_ones = {name: list(found) for name, found in values if len(found) > 1}
    fixed = {name: found[0] for name, found in values if len(found) == 1}
    if not open_ones:
        return (PLAIN.but(fixed),)
    constraints = _constraints(open_ones, fixed)
    strength = min(strength, len(open_ones))
    rows = make(open_ones, strength=strength, sorter=sorters.hash, salt=str(seed), constraints=constraints)
    return tuple(dict.fromkeys(sound(PLAIN.but(fixed | row)) for row in rows))


def _constraints(open_ones: Mapping[str, list[str]], fixed: Mapping[str, str]) -> list[dict[str, Any]]:
    plain = {name: PLAIN.value(name) for name in (*open_ones, *fixed)}
    lonely_ones = [
        {
            "operator": "or",
            "conditions": [
                {"operator": "eq", "left": lonely, "value": plain[lonely]},
                *({"operator": "ne", "left": name, "value": plain[name]} for name in company if name in open_ones),
            ],
        }
        for lonely, company in _NEEDS_COMPANY
        if lonely in open_ones and not any(fixed.get(name, plain[name]) != plain[name] for name in company)
    ]
    return [*lonely_ones, *([_GROUPED] if {"machines", "neighbours"} <= set(open_ones) else [])]
