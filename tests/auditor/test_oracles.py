"""Each oracle names the mistake it is there for, and without it the same history passes."""

import pytest

from siteproof.conformance.auditor.oracles import ORACLES
from siteproof.conformance.verify import Dishonest, Failed
from siteproof.model.spec.registry.requirements import requirements
from tests.auditor.miniatures_of_points import LEFT_OUT, MINIATURES
from tests.auditor.tape import Tape

NAMES = [each.name for each in ORACLES]


@pytest.mark.parametrize("name", NAMES)
def test_an_oracle_names_its_miniature(name: str) -> None:
    """The auditor with this oracle alone says what is wrong, and under which requirement."""
    only = [each for each in ORACLES if each.name == name]
    with pytest.raises(Failed) as failed:
        MINIATURES[name](Tape(only, LEFT_OUT.get(name, frozenset())))
    assert only[0].sentence in failed.value.detail or isinstance(failed.value, Dishonest)


@pytest.mark.parametrize("name", NAMES)
def test_without_the_oracle_its_miniature_passes(name: str) -> None:
    """No other oracle says the same: an oracle that can go is one too many."""
    others = [each for each in ORACLES if each.name != name]
    MINIATURES[name](Tape(others, LEFT_OUT.get(name, frozenset())))


def test_every_oracle_has_a_name_and_a_requirement_of_its_own() -> None:
    """A failure leads to one oracle, and from there to one sentence of the standard."""
    assert len(set(NAMES)) == len(NAMES)
    assert {each.requirement for each in ORACLES} <= {each.id for each in requirements()}
