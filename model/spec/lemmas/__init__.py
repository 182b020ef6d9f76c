"""What proofs need beside the claims: facts that no user asks for, by the name of the specification they belong to.

Rule: a lemma is proved together with the claims and holds in every reachable state. A chapter does not know its lemmas.
"""

from types import ModuleType

from siteproof.model.language import Property, chapter
from siteproof.model.spec.lemmas import (
    administration,
    bitmap,
    capture,
    clock,
    frames,
    groups,
    plans,
    replication,
    resize,
    resync_protocol,
    retention,
)

_MODULES: tuple[ModuleType, ...] = (
    administration,
    bitmap,
    capture,
    clock,
    frames,
    groups,
    plans,
    replication,
    resize,
    resync_protocol,
    retention,
)
LEMMAS: dict[str, tuple[Property, ...]] = {
    module.__name__.rpartition(".")[2]: chapter(module)[1] for module in _MODULES
}


def lemmas_of(name: str) -> tuple[Property, ...]:
    """The lemmas of the specification of this name; most claims are inductive without any."""
    return LEMMAS.get(name, ())
