"""What the chapters call marked is what the data plane calls dirty, on its way, or required to be compared."""

import pytest

from siteproof.model.engines.explore.inclusion import Values, values
from siteproof.model.engines.explore.search import Search
from siteproof.model.language import Spec, System
from siteproof.model.language.domain import Value
from siteproof.model.language.evaluate import evaluate
from siteproof.model.nouns.vocabulary import Direction, Protection, Resync
from siteproof.model.spec.registry.specs import SPECS

CLAIMS = ("RES-5", "REP-13")
NOTHING = 0


def of_capture(shown: Values, blocks: int) -> dict[str, Value]:
    """The disks of the machine one after the other; what is recorded is dirty."""
    names = [f"captured.disks[{disk}].%s[{block}]" for disk in range(2) for block in range(blocks // 2)]
    plane: dict[str, Value] = {"machine.resync": shown["captured.resync"], "machine.agent_up": True}
    for block, name in enumerate(names):
        plane[f"machine.source[{block}]"] = shown[name % "source"]
        plane[f"machine.seed[{block}]"] = shown[name % "replica"]
        plane[f"machine.dirty[{block}]"] = shown[name % "recorded"]
    return plane


def of_bitmap(shown: Values, blocks: int) -> dict[str, Value]:
    """Marks in memory are dirty, what travels is the log, and a machine that is off has no agent."""
    runs = shown["host.agent_up"] is True and getattr(shown["host.power"], "value", "") == "on"
    plane: dict[str, Value] = {"machine.resync": shown["host.resync"], "machine.agent_up": runs}
    for b in range(blocks):
        plane[f"machine.source[{b}]"] = shown[f"host.source[{b}]"]
        plane[f"machine.seed[{b}]"] = shown[f"host.replica[{b}]"]
        plane[f"machine.dirty[{b}]"] = shown[f"host.memory[{b}]"]
        plane[f"machine.log[{b}]"] = shown[f"host.travelling[{b}]"]
    return plane


def of_resize(shown: Values, blocks: int) -> dict[str, Value]:
    """Cells are blocks, and one that the disk does not have is equal on both sides."""
    plane: dict[str, Value] = {"machine.resync": shown["resizable.resync"], "machine.agent_up": True}
    for b in range(blocks):
        plane[f"machine.source[{b}]"] = shown[f"resizable.source[{b}]"]
        plane[f"machine.seed[{b}]"] = shown[f"resizable.replica[{b}]"]
        plane[f"machine.dirty[{b}]"] = shown[f"resizable.marked[{b}]"]
        plane[f"machine.log[{b}]"] = shown[f"resizable.travelling[{b}]"]
    return plane


MEANING = {"capture": of_capture, "bitmap": of_bitmap, "resize": of_resize}


def broken(spec: Spec, chapter: str) -> set[str]:
    """The data plane's claims about marks that some reachable state of the chapter breaks, seen as a data plane."""
    search = Search(spec.system()).run()
    blocks = 4 if chapter == "capture" else 2
    plane = SPECS["replication"].system({"blocks": blocks, "points": 1})
    return {
        claim for state in search.states for claim in _false(plane, MEANING[chapter](values(search, state), blocks))
    }


def _false(plane: System, seen: dict[str, Value]) -> set[str]:
    """A protected forward machine with these values: which of the claims it breaks."""
    state = {v: seen.get(v.name, v.initial) for v in plane.variables}
    fixed = {"machine.protection": Protection.PROTECTED, "machine.direction": Direction.FORWARD}
    state |= {v: fixed[v.name] for v in plane.variables if v.name in fixed}
    claims = [claim for claim in plane.claims if claim.rule in CLAIMS and claim.kind.value == "always"]
    assert len(claims) == len(CLAIMS)
    return {claim.rule for claim in claims if not all(evaluate(guard, state) for _, guard in claim.instances)}


@pytest.mark.parametrize("name", MEANING)
def test_marks_of_a_chapter_are_marks_of_the_data_plane(name: str) -> None:
    """In every reachable state: what differs is marked or on its way, and in step means equal."""
    assert broken(SPECS[name], name) == set()


@pytest.mark.parametrize(
    ("name", "chapter"),
    [
        ("lost_quietly", "capture"),
        ("bitmap_of_before_the_crash", "bitmap"),
        ("rolled_back_bitmap", "bitmap"),
        ("cleared_at_read", "bitmap"),
        ("bitmap_keeps_its_size", "resize"),
        ("resize_unnoticed", "resize"),
    ],
)
def test_a_chapter_that_loses_marks_breaks_the_data_plane_as_well(name: str, chapter: str) -> None:
    """The data plane's own claims notice: a block differs, unmarked, in a machine that is called in step."""
    assert broken(SPECS[name], chapter) == set(CLAIMS)


def test_a_comparison_that_is_due_is_the_same_word_everywhere() -> None:
    """Every chapter that marks machines uses the resync region of the lifecycle."""
    names = {"capture": "captured.resync", "bitmap": "host.resync", "resize": "resizable.resync"}
    for chapter, name in names.items():
        (region,) = [v for v in SPECS[chapter].system().variables if v.name == name]
        assert region.initial is Resync.NONE


def mode_moves(system: System, mode: str, rules: tuple[str, ...]) -> set[tuple[Value, Value]]:
    """How the actions of these rules move a write-order mode, in every reachable state."""
    search = Search(system).run()
    (variable,) = [v for v in system.variables if v.name == mode]
    steps = {number for number, step in enumerate(system.transitions) if step.rule in rules}
    pairs = {
        (search.program.value(state, variable), search.program.value(after, variable))
        for state in search.states
        for step, after in search.program.successors(state)
        if step in steps
    }
    return {(before, after) for before, after in pairs if before is not after}


def test_a_disk_degrades_and_returns_as_it_does_under_the_appliances_pressure() -> None:
    """Data, metadata, bitmap, and back to data at once: the same moves in both chapters."""
    capture = mode_moves(SPECS["capture"].system(), "captured.disks[1].mode", ("CAP-5", "CAP-7"))
    appliance = mode_moves(SPECS["appliance"].system({"parts": 1}), "estate.machine.mode", ("APP-5", "APP-8"))
    assert capture == appliance
    assert len(capture) == 4
