"""Which bounds of a specification a proof may leave open: those of which every value gives the same written-out system.

Rule: a bound that a chapter uses to build parts, to count blocks or to choose between two texts is never open. What a
value does is not asked but built: at the values in COMPARED, beside the other bounds as they are given.
"""

from siteproof.model.engines.prove.system_fingerprint import Fingerprint
from siteproof.model.language.source import SpecError
from siteproof.model.language.spec import Bounds, Spec
from siteproof.model.nouns.problem import Problem

COMPARED = (1, 2, 3, 4, 6, 11, 64)


def open_bounds(spec: Spec, bounds: Bounds | None = None) -> tuple[str, ...]:
    """The bounds that occur as numbers only, in the order of the specification (`siteproof prove --every`)."""
    counts = {part.count for part in spec.parts}
    return tuple(name for name in spec.bounds if name not in counts and is_a_number(spec, bounds or {}, name))


def is_a_number(spec: Spec, bounds: Bounds, name: str) -> bool:
    """Whether the values of the bound give systems that differ nowhere but in this number, others being as given."""
    usual = {**spec.bounds, **bounds}[name]
    first = _read(spec, bounds, name, usual)
    values = (usual + 1, *COMPARED)  # the next one first: it tells most
    return all(_read(spec, bounds, name, value) in {None, first} for value in values)


def _read(spec: Spec, bounds: Bounds, name: str, value: int) -> tuple[object, ...] | None:
    """What a proof reads at this value; None where there is no such system."""
    try:
        return tuple(Fingerprint(bound=name).of(spec.system({**bounds, name: value})))
    except (Problem, SpecError):
        return None
