"""The goals of a campaign until everything is covered: each command that the model allows, asked in each of its states.

Rule: what a subject does not offer, and states that only such commands lead to, are no goals of its campaign.
"""

from collections.abc import Iterable
from itertools import chain

from siteproof.conformance.coverage.lifecycle_map import LifecycleMap, lifecycle_map
from siteproof.conformance.offers import offered
from siteproof.fuzz.cells import CoverageCell
from siteproof.model.nouns.subject import Capability, Description
from siteproof.model.nouns.vocabulary import Verb

Goal = tuple[str, str]
"""A verb and the name of a state."""


def goals(description: Description) -> frozenset[Goal]:
    """Every goal on this subject."""
    where = lifecycle_map(description.profile)
    verbs = frozenset(offered(description))
    held = Capability.HOLD in description.capabilities
    states = [state for state in _reached(where, verbs) if held or not where.runs_a_job(state)]
    pairs = chain.from_iterable(((verb, state) for verb in where.allowed(state) & verbs) for state in states)
    return frozenset((verb.value, where.name(state)) for verb, state in pairs)


def met(cells: Iterable[CoverageCell]) -> frozenset[Goal]:
    """The pairs of command and state that were asked."""
    return frozenset((cell.what, cell.where) for cell in cells if cell.is_command)


def _reached(where: LifecycleMap, verbs: frozenset[Verb]) -> set[int]:
    """The states that a machine can come to by these commands and by what happens."""
    reached, open_ = {0}, [0]
    for state in open_:  # grows while it is read
        new = {move.target for move in where.leaving[state] if move.verb is None or move.verb in verbs} - reached
        reached |= new
        open_.extend(sorted(new))
    return reached
