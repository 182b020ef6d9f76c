"""The lifecycle as a specification: the rows of table.py as actions over the product of regions, and its claims.

Rule: no transition is written here. Each is made from a row: its start, each next phase, its failure in each phase.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from siteproof.model.language import (
    Action,
    Part,
    Property,
    Spec,
    Step,
    chapter,
    given,
)
from siteproof.model.language.table import REGION_OF, AdminRow, Change, Happening, Row
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.vocabulary import Protection
from siteproof.model.spec.lifecycle import claims
from siteproof.model.spec.lifecycle.machine import LifecycleMachine
from siteproof.model.spec.lifecycle.table import HAPPENINGS, rows_of
from siteproof.model.spec.providers import a2a_claims
from siteproof.model.spec.providers.catalogue import PROVIDERS, SEED, profile_of

JOB_REGIONS = {"protection", "direction", "active"}  # what tells one running job from another
MACHINE = "m"  # the parameter of every step that is made from a row


M = TypeVar("M", bound=LifecycleMachine)


def actions_of(row: Row, kind: type[LifecycleMachine] = LifecycleMachine) -> Iterator[Action]:
    """The row's start, the end of each phase, and its failure in each phase (the initial copy has its own)."""
    through, to = row.job.through, row.job.to
    chain, verb = (*through, to), row.verb.value
    yield made(row, f"{verb}_starts", lambda m: given(m.lies_in(row.where)).then(*m.moves(chain[0])), kind)
    for phase, following in zip(through, chain[1:], strict=True):
        name = phase[0].value
        yield made(row, f"{verb}_leaves_{name}", _leave(row, phase, following), kind)
        if row.job.on_failure and phase[0] is not Protection.INITIAL_REPLICATION:
            yield made(row, f"{verb}_fails_in_{name}", _leave(row, phase, row.job.on_failure), kind)


def _leave(row: Row, phase: Change, to: Change) -> Callable[[LifecycleMachine], Step]:
    kept = JOB_REGIONS - {REGION_OF[type(value)] for value in phase}

    def step(m: LifecycleMachine) -> Step:
        here = (*(m.has(value) for value in phase), m.lies_in(row.where, sorted(kept)))
        return given(*here, *m.admits(to)).then(*m.moves(to))

    return step


def action_of(happening: Happening, kind: type[LifecycleMachine] = LifecycleMachine) -> Action:
    """What happens without a command, as an action."""

    def step(m: LifecycleMachine) -> Step:
        return given(m.lies_in(happening.where)).then(*m.moves(happening.to))

    return made(happening, happening.name, step, kind)


def made(rule: Row | Happening | AdminRow, name: str, step: Callable[[M], Step], kind: type[M]) -> Action:
    """An action of a rule of a table, for the kind of machine that its specification has."""
    return Action(rule.rule, name, name.replace("_", " "), step, {}, rule.source, {MACHINE: kind})


def lifecycle_spec(profile: Profile = CORE) -> Spec:
    """The lifecycle that a profile offers."""
    rows = [row for row in rows_of(profile) if row.offered(profile)]
    name, doc = _called(profile)
    return Spec(
        name=name,
        doc=doc,
        parts=(Part(lambda _bounds: LifecycleMachine(), LifecycleMachine, name="machine"),),
        actions=(*(action for row in rows for action in actions_of(row)), *map(action_of, HAPPENINGS)),
        properties=_claims(profile),
    )


DOC = "The regions of one machine: every command in every phase, with every job that may fail."


def _called(profile: Profile) -> tuple[str, str]:
    provider = PROVIDERS[profile.provider]
    name = f"lifecycle_{provider.name.replace('-', '_')}"
    return ("lifecycle", DOC) if provider is SEED else (name, f"The lifecycle of a provider: {provider.title}.")


def _claims(profile: Profile) -> tuple[Property, ...]:
    """The seed's claims; a symmetric provider has others in place of those that speak of one direction alone."""
    seed = chapter(claims)[1]
    if not PROVIDERS[profile.provider].symmetric:
        return seed
    return (*(each for each in seed if each.rule not in OF_ONE_DIRECTION), *chapter(a2a_claims)[1])


OF_ONE_DIRECTION = {"LC-16", "LC-19"}


SPEC = lifecycle_spec()
OF_PROVIDERS = tuple(lifecycle_spec(profile_of(name)) for name, data in PROVIDERS.items() if data is not SEED)
"""The lifecycles of the other providers."""
