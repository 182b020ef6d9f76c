"""Levels: a product is told how far it goes of its own, and what the next level lacks."""

from attrs import evolve

from siteproof.conformance.levels import NEEDS, ConformanceLevel, Reached, reached
from siteproof.conformance.render.headline import headline
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.subject import Capability, Description, Provider

C = Capability


def report(level: ConformanceLevel, *results: CaseResult, **more: Provider) -> Report:
    """A report of a product that provides what the level needs, and more by name."""
    offers = dict.fromkeys(NEEDS[level], Provider.PRODUCT) | {C(name): who for name, who in more.items()}
    return Report(Description("Mirrorbox", "1", offers), CORE, 0, "0", "0", results)


def failing(*needs: Capability) -> CaseResult:
    """A MUST that failed on these capabilities."""
    names = tuple(need.value for need in needs)
    return CaseResult("C-X-1", "x", "MUST", ("SP-FO-22",), Verdict.FAIL, violated="SP-FO-22", needs=names)


def test_each_level_is_reached_by_what_it_needs() -> None:
    """Whoever provides exactly what a level needs reaches it, and no other one."""
    assert [reached(report(level)).level for level in ConformanceLevel] == list(ConformanceLevel)


def test_what_an_adapter_invents_carries_no_level() -> None:
    """A failover that the adapter invents leaves a mirror a mirror, and is named as what it lacks."""
    found = reached(report(ConformanceLevel.MIRROR, failover=Provider.ADAPTER, crash_points=Provider.PRODUCT))
    assert found == Reached(ConformanceLevel.MIRROR, ConformanceLevel.FAILOVER, ("failover",))


def test_a_broken_requirement_costs_the_level_whose_capabilities_it_rests_on() -> None:
    """A failed failover leaves a mirror; a failed copy leaves nothing but the smoke."""
    assert str(reached(report(ConformanceLevel.FAILOVER, failing(C.FAILOVER, C.DURING)))) == (
        "level mirror (failover lacks: SP-FO-22)"
    )
    assert reached(report(ConformanceLevel.FAILOVER, failing(C.INITIAL_REPLICATION))).level is ConformanceLevel.SMOKE


def test_an_area_stands_beside_the_level_until_a_must_of_it_fails() -> None:
    """Who takes over in groups is told so, and not any more when a MUST of groups has failed."""
    assert str(reached(report(ConformanceLevel.FAILOVER, groups=Provider.PRODUCT))).startswith(
        "level failover with groups (full lacks: "
    )
    assert reached(report(ConformanceLevel.FAILOVER, groups=Provider.ADAPTER)).areas == ()
    assert reached(report(ConformanceLevel.FAILOVER, failing(C.GROUPS), groups=Provider.PRODUCT)).areas == ()


def test_a_backup_tool_is_not_asked_to_mirror() -> None:
    """Points without deltas are a level of their own; whoever is near it is told what it lacks there."""
    assert reached(report(ConformanceLevel.POINTS_ONLY)).then is ConformanceLevel.FAILOVER
    found = reached(evolve(report(ConformanceLevel.POINTS_ONLY), description=_without(C.OLDER_POINTS)))
    assert found == Reached(ConformanceLevel.SMOKE, ConformanceLevel.POINTS_ONLY, ("older_points",))


def test_the_first_line_of_a_verdict_tells_the_level() -> None:
    """A whole run tells it; a chosen part of the suite cannot know."""
    whole = report(ConformanceLevel.MIRROR)
    assert "level mirror (failover lacks: crash_points, failover)" in headline(whole)
    assert "level" not in headline(evolve(whole, choice="chapter RES"))


def _without(capability: Capability) -> Description:
    offers = {each: Provider.PRODUCT for each in NEEDS[ConformanceLevel.POINTS_ONLY] if each is not capability}
    return Description("Backupbox", "1", offers)
