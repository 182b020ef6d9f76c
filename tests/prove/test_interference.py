"""The second opinion: one component alone, while everything else does what it likes."""

import pytest

from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.prove.interference import second_opinion
from siteproof.model.spec.registry.specs import RIGHT, SPECS
from siteproof.model.spec.wrong_designs import EXHIBITS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign

REPLICATION = RIGHT["replication"]


def test_the_data_plane_holds_for_all_machines_without_any_lemma() -> None:
    """Every claim, every lemma and every range of one machine, whatever the link does between its steps."""
    said = second_opinion(REPLICATION, {"points": 1})
    (machine,) = [each for each in said.opinions if each.held or each.broken]
    assert (machine.component, machine.every, machine.broken) == ("machine", "machines", ())
    assert {claim.rule for claim in REPLICATION.system().claims if claim.why} <= {n.split()[0] for n in machine.held}


def test_one_machine_alone_has_at_least_the_states_that_it_has_among_others() -> None:
    """The states of a machine of the whole system are among those under interference."""
    system = REPLICATION.system({"machines": 2, "blocks": 1, "versions": 1, "points": 1})
    own = [n for n, v in enumerate(system.variables) if v.component == "machine[0]"]
    seen = {bytes(state[n] for n in own) for state in Search(system).run().states}
    alone = second_opinion(REPLICATION, {"blocks": 1, "versions": 1, "points": 1}).opinions
    assert len(seen) <= next(each.states for each in alone if each.component == "machine")


@pytest.mark.parametrize(
    "exhibit", [each for each in EXHIBITS if each.right == "replication"][::2], ids=lambda exhibit: exhibit.spec.name
)
def test_no_wrong_design_gets_a_second_opinion_in_its_favour(exhibit: WrongDesign) -> None:
    """What the exhibit breaks is not held by a machine alone."""
    held = {name.split()[0] for name in second_opinion(exhibit.spec, {"points": 1}).held}
    assert exhibit.breaks not in held


def test_steps_about_two_machines_are_refused() -> None:
    """The wrong handshake lets the link's healing change every machine: one alone says nothing about many."""
    said = second_opinion(SPECS["handshake"])
    assert any("about two of them" in text or "too large" in text for text in said.refused)
    assert not said.held
