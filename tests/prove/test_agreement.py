"""Prover, explorer, bounded search and second opinion never contradict each other, on single edits of the model."""

import attrs
import pytest

from siteproof.model.engines.explore.trace import Trace
from siteproof.model.engines.prove.agreement import AgreementRow, Explored, agreement, contradictions, distinct
from siteproof.model.engines.prove.bounded import Bounded
from siteproof.model.spec.registry.specs import RIGHT

SMALL: dict[str, dict[str, int]] = {
    "replication": {"blocks": 1, "points": 1},
    "appliance": {"parts": 1},
    "retention": {"instants": 5, "retention": 3},
}
WITHIN_A_RUN = 3
NIGHTLY = 40

EDITS = {"administration": (100, 2)}
"""How many edits and which seed, where few edits of many break a property: a nightly matter."""


def clock() -> float:
    """No time passes here."""
    return 0.0


def agree(row: AgreementRow) -> None:
    """Proved, no contradiction, every broken mutant refuted, and not for want of broken ones."""
    assert row.proved
    assert row.contradictions == ()
    assert row.refuted == len(row.broken)


@pytest.mark.parametrize("name", sorted(RIGHT.keys() - EDITS.keys()))
def test_provers_agree_on_mutants(name: str) -> None:
    """A few edits of every chapter: each that breaks a property is refuted with its action and a shortest trace."""
    row = agreement(RIGHT[name], SMALL.get(name, {}), WITHIN_A_RUN, 11, clock)
    agree(row)
    assert len(row.judged) == WITHIN_A_RUN


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", sorted(RIGHT))
def test_provers_agree_on_hundreds_of_mutants(name: str) -> None:
    """40 edits of each chapter (100 of a long table), hundreds together, several of which break a property."""
    row = agreement(RIGHT[name], SMALL.get(name, {}), *EDITS.get(name, (NIGHTLY, 1)), clock)
    agree(row)
    assert len(row.broken) >= 2


def test_mutants_differ() -> None:
    """The edits are different ones, and the same seed gives the same."""
    edits = [[each.edit for each in distinct(RIGHT["groups"], {}, 20, 5)] for _ in range(2)]
    assert edits[0] == edits[1]
    assert len(set(edits[0])) == 20


def test_every_contradiction_is_seen() -> None:
    """A prover that proves what breaks, a search that misses it, a trace without the edit."""
    (mutant,) = distinct(RIGHT["groups"], {}, 1, 5)
    broken = Explored("X-1 claim", Trace({}, ()), complete=False)
    holds = Explored("", None, complete=True)
    nothing = Bounded("groups", {}, 4, 4, None)
    said = list(contradictions(mutant, None, broken, nothing))
    assert [text.split()[1] for text in said] == ["prover", "explorer's", "shortest"]
    assert list(contradictions(mutant, None, holds, nothing)) == []
    open_search = attrs.evolve(nothing, undecided=True)
    assert len(list(contradictions(mutant, None, broken, open_search))) == 2
