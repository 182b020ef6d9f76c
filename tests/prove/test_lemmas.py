"""The lemmas: each holds in every reachable state, each is needed, and each says which claim needs it."""

import re

import pytest
from attrs import evolve

from siteproof.model.engines.explore.exploration import report
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.prove.induction import prove
from siteproof.model.language import Bool, Property, Spec, always
from siteproof.model.language.claims import ClaimKind
from siteproof.model.spec.data_plane.machine import Machine
from siteproof.model.spec.registry.specs import RIGHT

WITH_LEMMAS = [spec for spec in RIGHT.values() if spec.lemmas]
LEMMAS = [(spec, lemma) for spec in WITH_LEMMAS for lemma in spec.lemmas]


def _as_claims(spec: Spec) -> Spec:
    """The same specification, with its lemmas for the explorer to judge."""
    return evolve(spec, properties=spec.lemmas, lemmas=())


@pytest.mark.parametrize("spec", WITH_LEMMAS, ids=lambda spec: spec.name)
def test_every_lemma_holds_in_every_reachable_state(spec: Spec) -> None:
    """The explorer judges at the default bounds what the prover assumes."""
    found = report(Search(_as_claims(spec).system()).run())
    assert found.complete
    assert [verdict.rule for verdict in found.verdicts] == [lemma.rule for lemma in spec.lemmas]
    assert found.violated == ()


@always("LEM-TEST", why="it is a test")
def a_machine_never_fails_over(m: Machine) -> Bool:
    """A lemma that is wrong."""
    return m.runs_on_premises


def test_a_lemma_that_does_not_hold_is_noticed_by_the_explorer_and_by_the_prover() -> None:
    """A wrong lemma proves nothing: it is a goal like the claims."""
    wrong = evolve(RIGHT["replication"], lemmas=(*RIGHT["replication"].lemmas, a_machine_never_fails_over))
    found = report(Search(_as_claims(wrong).system({"points": 1})).run())
    assert [verdict.rule for verdict in found.violated] == ["LEM-TEST"]
    assert "LEM-TEST" in {gap.goal_rule for gap in prove(wrong).gaps}


def _needed(spec: Spec, lemma: Property) -> set[str]:
    """The rules that have a gap when the lemma is left out."""
    rest = tuple(other for other in spec.lemmas if other is not lemma)
    return {gap.goal_rule for gap in prove(evolve(spec, lemmas=rest)).gaps}


@pytest.mark.nightly
@pytest.mark.parametrize(("spec", "lemma"), LEMMAS, ids=[lemma.rule for _, lemma in LEMMAS])
def test_every_lemma_is_needed_and_names_what_needs_it(spec: Spec, lemma: Property) -> None:
    """Without it the induction has a gap at each rule that its sentence names before the colon; none is kept idle."""
    named = re.findall(r"[A-Z]+(?:-[A-Z]+)?-\d+", lemma.why.partition(":")[0])
    assert named
    assert set(named) <= _needed(spec, lemma)


def test_every_lemma_has_its_own_id() -> None:
    """No two lemmas of the right designs share an id, and none takes the id of a claim."""
    ids = [lemma.rule for _, lemma in LEMMAS]
    claims = {claim.rule for spec in RIGHT.values() for claim in spec.properties}
    assert len(ids) == len(set(ids))
    assert not claims & set(ids)
    assert all(
        rule.startswith("LEM-") and lemma.kind is ClaimKind.ALWAYS for rule, (_, lemma) in zip(ids, LEMMAS, strict=True)
    )
