"""Findings: shapes without names and numbers, shrinking to what is needed, and a report that is safe to open."""

from attrs import evolve

from siteproof.fuzz.actions import ActionKind, Strike, WalkAction, WalkRecord
from siteproof.fuzz.campaign import CampaignEnd, CampaignOutcome
from siteproof.fuzz.canary import WALK
from siteproof.fuzz.cells import CoverageCell, read_cell
from siteproof.fuzz.estimate import Count
from siteproof.fuzz.fingerprint import contains, ends_in, fingerprint, shape
from siteproof.fuzz.render.page import page
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.shrink import ShrinkEffort, shrink
from siteproof.fuzz.tally import Sample, Tally, Walked
from siteproof.fuzz.walk import Finding, Walk
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import FaultKind

WIDE = Scenario((*PLAIN.machines, MachineSpec("vm2", (DiskSpec("disk0", 4),), identity="identity-vm2")))
WRONG = Finding("a <b>mark</b> after 3 writes", "none", rule="SP-RES-24")


def failing(scenario: Scenario, actions: tuple[WalkAction, ...]) -> Walk:
    """A subject that loses the mark when the link dies behind a write, whatever else is done."""
    words = [each.what for each in actions]
    wrong = "write" in words and "link_down" in words[words.index("write") :]
    return Walk(scenario, actions, WRONG if wrong else None, frozenset())


def test_a_shape_says_what_and_not_where_or_when() -> None:
    """Pauses have no word, faults of a plan have one of their own, neighbours that say the same are one."""
    assert shape(WALK) == ("enable", "link_down", "write", "link_up")
    planned = WalkAction(ActionKind.ADVANCE, "vm1", milliseconds=9, plan=(Strike(FaultKind.LINK_DOWN, after_ms=1),))
    assert shape((planned, *WALK[2:3], *WALK[2:3])) == ("link_down", "write")
    other = tuple(evolve(each, machine="vm2", blocks=each.blocks and (3,)) for each in WALK)
    assert fingerprint("SP-RES-24", other) == fingerprint("SP-RES-24", WALK) != fingerprint("SP-RES-1", WALK)
    assert fingerprint("SP-RES-24", WALK[:-2]) != fingerprint("SP-RES-24", WALK)


def test_a_walk_contains_a_minimal_one_in_its_order() -> None:
    """All words, in order, with anything between."""
    assert contains(("a", "x", "b"), ("a", "b"))
    assert not contains(("b", "a"), ("a", "b"))
    assert ends_in(WALK) == "link_up"
    assert ends_in(WALK[2:3]) == ""


def test_shrinking_leaves_what_is_needed_in_its_simplest_form() -> None:
    """Fewer actions, one block, the first disk's machine alone; the way is told from where to where."""
    long = (*WALK, WalkAction(ActionKind.WRITE, "vm1", "disk0", (5, 6, 7)), *WALK[1:2], *WALK)
    told: list[tuple[int, int]] = []
    effort = ShrinkEffort(on_smaller=lambda before, after: told.append((before, after)))
    small = shrink(failing(WIDE, long), failing, effort)
    assert shape(small.actions) == ("write", "link_down")
    assert small.actions[0].blocks == (0,)
    assert small.scenario.machines == (evolve(PLAIN.machines[0], disks=PLAIN.machines[0].disks[:1]),)
    assert told[0][0] == len(long)
    assert told[-1][1] == 2


def test_shrinking_stops_when_its_budget_is_used_up() -> None:
    """What is smallest by then still fails; a walk that does not fail again stays as it was."""
    long = (*WALK, *WALK, *WALK[2:3], *WALK[1:2])
    some = shrink(failing(WIDE, long), failing, ShrinkEffort(tries=5))
    assert failing(some.scenario, some.actions).finding
    assert shrink(failing(WIDE, long), failing, ShrinkEffort(over=lambda: True)).actions == long
    quiet = shrink(failing(WIDE, long), lambda scene, actions: Walk(scene, actions, None, frozenset()), ShrinkEffort())
    assert quiet.actions == long


def test_a_cell_is_read_back_from_its_line() -> None:
    """As the store keeps it."""
    cell = CoverageCell("enable", "forward/primary/protected+resync:required", "link_down")
    assert read_cell(str(cell)) == cell


def test_the_corpus_is_minimised_to_walks_that_show_every_cell() -> None:
    """A walk whose cells another one has as well is left out; every cell is still there."""
    one, two, three = (CoverageCell(word, "s") for word in ("a", "b", "c"))
    tally = Tally()
    for number, cells in enumerate([(one,), (one, two), (one, two, three)]):
        tally.take(Walked(number, PLAIN, WALK, cells), lambda walked: walked)
    assert [each.number for each in tally.minimal_corpus()] == [2]
    assert tally.cells[one] == Count(3, 0)


def test_the_report_shows_findings_and_runs_nothing() -> None:
    """What a subject said is text, the policy allows no script, and each section is there."""
    tally = Tally()
    record = failing(WIDE, WALK).finding
    assert record is None
    walked = Walked(0, PLAIN, (*WALK[2:3], *WALK[1:2]), (CoverageCell("link_down", "s"),), WRONG)
    tally.take(walked, lambda found: evolve(found, record=_record(found)))
    tally.samples.append(Sample(1, 2.0, 1, 1))
    text = page(
        CampaignOutcome(tally, CampaignEnd.TIME, 2.0, frozenset({("enable", "s")}), frozenset()), "siteproof <fuzz>"
    )
    assert "a &lt;b&gt;mark&lt;/b&gt; after 3 writes" in text
    assert "<script" not in text
    assert "script-src" not in text
    assert "default-src 'none'" in text
    for section in ("findings", "coverage", "heat", "risk", "goals", "corpus"):
        assert f'id="{section}"' in text


def _record(found: Walked) -> WalkRecord:
    return WalkRecord("python:a:b", found.scenario, found.actions, 0, 0, WRONG.expected, "none", rule=WRONG.rule,
                      fingerprint=fingerprint(WRONG.rule, found.actions))  # fmt: skip
