"""The manifest of checks: exact counts for the right designs, exact shortest traces for the wrong ones."""

import pytest

from siteproof.model.engines.explore.exploration import report
from siteproof.model.engines.explore.promises import STATES_MAX, promise_verdicts
from siteproof.model.engines.explore.search import Search
from siteproof.model.language import Action
from siteproof.model.spec.registry.manifest import Check, checks
from siteproof.model.spec.registry.specs import RIGHT, SPECS, WRONG
from siteproof.model.spec.wrong_designs import EXHIBITS, STALLS
from siteproof.model.spec.wrong_designs.exhibit import WrongDesign


def _name(check: Check) -> str:
    return "-".join((check.spec, *map(str, check.bounds.values())))


@pytest.mark.parametrize("check", checks(), ids=_name)
def test_an_exploration_finds_exactly_what_the_manifest_says(check: Check) -> None:
    """States, transitions, depth and the shortest trace of every violated claim are those of checks.toml."""
    found = report(Search(SPECS[check.spec].system(check.bounds)).run())
    assert (found.states, found.transitions, found.depth) == (check.states, check.transitions, check.depth)
    assert {v.rule: v.trace.length for v in found.violated if v.trace is not None} == check.breaks
    assert found.complete


def promised(check: Check) -> bool:
    """Whether it makes a promise on a graph that is not too large to be judged."""
    return check.states <= STATES_MAX and bool(SPECS[check.spec].system(check.bounds).promises)


@pytest.mark.parametrize("check", [check for check in checks() if promised(check)], ids=_name)
def test_a_promise_is_kept_or_broken_as_the_manifest_says(check: Check) -> None:
    """Each broken promise comes with a way there and a loop of just these lengths; a right design keeps all."""
    search = Search(SPECS[check.spec].system(check.bounds)).run()
    broken = [verdict for verdict in promise_verdicts(search) if not verdict.holds]
    assert {v.rule: (v.trace.length, len(v.loop)) for v in broken if v.trace and v.loop is not None} == check.stalls
    assert all(verdict.loop is not None for verdict in broken)


@pytest.mark.parametrize("check", [c for c in checks() if c.spec in RIGHT and c.bounds.get("versions") != 1], ids=_name)
def test_a_right_design_can_do_what_it_must_and_uses_every_rule(check: Check) -> None:
    """No claim is violated, no `sometimes` is open, no transition is dead text."""
    found = report(Search(SPECS[check.spec].system(check.bounds)).run())
    assert found.violated == ()
    assert found.never_fired == ()
    assert found.idle == ()


def test_the_manifest_covers_every_specification() -> None:
    """Every right design and every exhibit stands in checks.toml; only exhibits break a claim."""
    assert {check.spec for check in checks()} == SPECS.keys()
    assert {check.spec for check in checks() if check.breaks or check.stalls} == WRONG.keys()


@pytest.mark.parametrize("exhibit", [*EXHIBITS, *STALLS], ids=lambda exhibit: exhibit.spec.name)
def test_a_wrong_design_is_one_action_away_and_breaks_its_claim(exhibit: WrongDesign) -> None:
    """The smallest change is enough, and the claim that was made for it notices."""
    right = RIGHT[exhibit.right]
    changed: list[Action] = [
        new for new, old in zip(exhibit.spec.actions, right.actions, strict=True) if new is not old
    ]
    assert len(changed) == 1
    check = next(check for check in checks() if check.spec == exhibit.spec.name)
    assert exhibit.breaks in {**check.breaks, **check.stalls}
