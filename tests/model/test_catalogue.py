"""The catalogue lists every rule once, and no claim is without its twin."""

import re

from siteproof.model.spec.lifecycle.table import LIFECYCLE
from siteproof.model.spec.registry.catalogue import KINDS, rules
from siteproof.model.spec.registry.specs import RIGHT


def test_an_id_means_one_thing() -> None:
    """Within its kind an id is used once, and every id has the house's form."""
    keys = [(rule.kind, rule.id) for rule in rules()]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"(LEM-)?([A-Z]{2,3}-)?\d+(\.\d+)?", rule.id) for rule in rules())
    assert all((rule.kind == "lemma") == rule.id.startswith("LEM-") for rule in rules())
    assert {rule.kind for rule in rules()} == set(KINDS)


def test_every_claim_has_its_sometimes() -> None:
    """A system in which nothing happens would satisfy every claim: each one names what has to be possible."""
    by_kind = {kind: {rule.id for rule in rules() if rule.kind == kind} for kind in KINDS}
    assert by_kind["always"] | by_kind["whenever"] == by_kind["sometimes"]


def test_every_rule_explains_itself() -> None:
    """A sentence, a place in the source, a reason for each claim and lemma, a tag for each transition."""
    for rule in rules():
        assert rule.doc.endswith(".")
        assert re.search(r"^model/spec/[\w/]+\.py:\d+$", rule.source)
        assert bool(rule.why) == (rule.kind in {"always", "whenever", "eventually", "lemma"})
        assert (rule.evidence in set("SDAOP")) == (rule.kind == "transition")


def test_the_catalogue_is_complete() -> None:
    """Every row, action and property of the right specifications is in it."""
    ids = {rule.id for rule in rules()}
    assert {row.rule for row in LIFECYCLE} <= ids
    assert {action.rule for action in RIGHT["replication"].actions} <= ids
