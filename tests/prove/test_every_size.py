"""Proofs for every number of blocks: what they cover, that they agree with given numbers, and what is refused."""

import itertools

import pytest
from attrs import evolve

from siteproof.model.engines.crosscheck.mutants import mutants
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.template import BlockChoice, NotUniformError, general, text, written
from siteproof.model.engines.prove.uniform import COUNT, GENERIC, INNER, Region, uniform
from siteproof.model.language import (
    Bool,
    Bounds,
    Component,
    Part,
    Spec,
    Step,
    action,
    always,
    exists,
    for_each,
    given,
)
from siteproof.model.language.action import Action
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import RIGHT, SPECS

REPLICATION = RIGHT["replication"]
ALL = ("machines", "versions", "blocks")


def test_the_data_plane_is_proved_for_all_machines_versions_and_blocks() -> None:
    """One proof covers every size; only the number of recovery points is given."""
    proof = prove(REPLICATION, {}, ALL)
    assert proof.proved, proof.gaps
    assert proof.every == ALL
    assert {goal.split()[0] for goal in proof.goals} >= {claim.rule for claim in REPLICATION.lemmas}
    assert max(proof.compared) > COUNT


@pytest.mark.parametrize(
    ("name", "every"),
    [
        ("groups", ("members", "writes")),
        ("appliance", ("parts",)),
        ("resync_protocol", ("blocks", "versions")),
        ("bitmap", ("blocks", "versions", "runs")),
        ("plans", ("machines",)),
    ],
)
def test_other_chapters_are_proved_for_every_size_too(name: str, every: tuple[str, ...]) -> None:
    """Members of a group, parts of an appliance, blocks on the wire."""
    assert prove(RIGHT[name], {}, every).proved


@pytest.mark.parametrize("name", ["write_order", "trusted_bitmap"])
def test_a_wrong_design_has_a_gap_at_a_small_number_of_blocks(name: str) -> None:
    """What fails for every number is shown at the smallest one at which it fails, with both states."""
    proof = prove(SPECS[name], {}, ALL)
    assert proof.gaps
    assert all(not gap.undecided and gap.before and gap.bounds["blocks"] <= 2 for gap in proof.gaps)


def proved_for_every(spec: Spec, bounds: dict[str, int], size: str) -> bool | None:
    """Whether it is proved for every size; None when it is not uniform: an edit may fit some sizes only."""
    try:
        return prove(spec, bounds, (size,)).proved
    except Problem as problem:
        if problem.code is not ExitCode.CANNOT_JUDGE:
            raise
    return None


def agree_on_mutants(name: str, size: str, bounds: dict[str, int], count: int) -> None:
    """What is proved for every size has no gap at 1, 2 or 3, and the other way round; some are proved."""
    said = []
    for mutant in itertools.islice(mutants(SPECS[name], 3, bounds), count):
        said.append(proved_for_every(mutant.spec, bounds, size))
        if said[-1] is not None:
            at_sizes = [prove(mutant.spec, {**bounds, size: number}).proved for number in (1, 2, 3)]
            assert said[-1] == all(at_sizes), mutant.edit
    assert True in said
    assert False in said


def test_a_proof_for_every_size_is_one_for_each_size() -> None:
    """On mutants of the groups, for every number of members."""
    agree_on_mutants("groups", "members", {}, 5)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "size", "bounds"),
    [
        ("replication", "blocks", {"points": 1}),
        ("groups", "members", {}),
        ("appliance", "parts", {}),
        ("resync_protocol", "blocks", {}),
        ("plans", "machines", {}),
        ("bitmap", "blocks", {}),
    ],
)
def test_proofs_for_every_size_agree_with_those_for_given_ones(name: str, size: str, bounds: dict[str, int]) -> None:
    """On more mutants of every specification that is uniform."""
    agree_on_mutants(name, size, bounds, 16)


def test_templates_tell_places_and_not_numbers() -> None:
    """The workload's next write: the first block looks at the last one, any other at the one before it."""
    shape = uniform(REPLICATION, {"machines": 1}, "blocks")
    first, rest = [move for move in shape.moves if move.rule == "REP-1"]
    assert (first.regions, rest.regions) == ((Region.FIRST,), (Region.INNER, Region.LAST))
    (apply,) = [move for move in shape.moves if move.rule == "REP-6"]
    assert apply.regions == (Region.FIRST, Region.INNER, Region.LAST)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("replication", "blocks"),
        ("groups", "members"),
        ("appliance", "parts"),
        ("resync_protocol", "blocks"),
        ("plans", "machines"),
        ("bitmap", "blocks"),
    ],
)
def test_every_size_that_can_be_built_is_what_the_templates_say(name: str, size: str) -> None:
    """All numbers from 1 to 64, which is as far as a specification can be built."""
    assert uniform(RIGHT[name], {}, size, range(1, 65)).sizes[-1] == 64


class Shelf(Component):
    """A row of boxes."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.boxes = self.numbers(bounds["boxes"], to=2)
        self.count = bounds["boxes"]
        self.alarm = self.flag()
        self.armed = self.flag()


@action("S-1", box="boxes")
def fill(s: Shelf, box: int) -> Step:
    """One more in a box."""
    return given(s.boxes[box] < 2).then(s.boxes[box].becomes(s.boxes[box] + 1))


@action("S-1", box="boxes")
def fill_at_most_five(s: Shelf, box: int) -> Step:
    """The sixth shelf is another one."""
    return fill.build(s, box) if s.count <= 9 else given(s.boxes[box] == 0).then(s.boxes[box].becomes(2))


@action("S-1", box="boxes", other="boxes")
def move(s: Shelf, box: int, other: int) -> Step:
    """From one box to another one."""
    return given((s.boxes[box] == 1) & (s.boxes[other] == 0)).then(s.boxes[box].becomes(0))


@action("S-1", box="boxes")
def look_two_ahead(s: Shelf, box: int) -> Step:
    """A box is filled when the one after the next is full."""
    return given(s.boxes[(box + 2) % s.count] == 2).then(s.boxes[box].becomes(2))


@action("S-4")
def raise_alarm(s: Shelf) -> Step:
    """One box is empty and one is full: that takes two of them."""
    return given(exists(s.boxes, lambda box: box == 0) & exists(s.boxes, lambda box: box == 2)).then(
        s.alarm.becomes(True)
    )


@action("S-5", box="boxes")
def look_around(s: Shelf, box: int) -> Step:
    """The alarm says whether all the others are empty."""
    others = for_each([s.boxes[b] for b in range(s.count) if b != box], lambda other: other == 0)
    return given(s.boxes[box] == 2).then(s.alarm.becomes(others))


@always("S-6", why="it is a test")
def nothing_is_wrong(s: Shelf) -> Bool:
    """The alarm is silent."""
    return ~s.alarm


@always("S-7", why="it is a test")
def armed_it_tells_whether_all_are_empty(s: Shelf) -> Bool:
    """The alarm is the same as: every box is empty."""
    return ~s.armed | (s.alarm == for_each(s.boxes, lambda box: box == 0))


@always("S-2", why="it is a test")
def no_box_overflows(s: Shelf) -> Bool:
    """At most two in each."""
    return for_each(s.boxes, lambda box: box <= 2)


@always("S-3", why="it is a test")
def the_last_box_stays_empty(s: Shelf) -> Bool:
    """Wrong."""
    return s.boxes[-1] == 0


SHELF = Spec("shelf", "", (Part(Shelf, Shelf),), (fill,), (no_box_overflows,), {"boxes": 2})


def test_a_uniform_row_is_proved_and_a_claim_about_its_last_one_is_refuted() -> None:
    """Every number of boxes; the gap is shown with one box."""
    assert prove(SHELF, {}, ("boxes",)).proved
    proof = prove(evolve(SHELF, properties=(the_last_box_stays_empty,)), {}, ("boxes",))
    assert [(gap.action, gap.bounds) for gap in proof.gaps] == [("fill(shelf, 0)", {"boxes": 1})]


@pytest.mark.parametrize(("wrong", "boxes"), [(raise_alarm, 2), (look_around, 1)], ids=lambda value: str(value)[:9])
def test_what_takes_several_witnesses_is_not_taken_for_impossible(wrong: Action, boxes: int) -> None:
    """An empty box and a full one are two boxes, not one that is both; where there are no others, all are empty."""
    proof = prove(evolve(SHELF, actions=(wrong,), properties=(nothing_is_wrong,)), {}, ("boxes",))
    assert {gap.bounds["boxes"] for gap in proof.gaps} == {boxes}


def test_quantifiers_before_and_after_a_step_are_not_mixed_up() -> None:
    """All others are empty, and all are: two sentences, one of the state before the step and one of the state after."""
    wrong = evolve(SHELF, actions=(look_around,), properties=(armed_it_tells_whether_all_are_empty,))
    assert [gap.goal_rule for gap in prove(wrong, {}, ("boxes",)).gaps] == ["S-7"]


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        (fill_at_most_five, "its actions are not uniform"),
        (move, "chooses 2 boxes"),
        (look_two_ahead, "has no name of its own"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_is_not_uniform_is_refused(wrong: Action, answer: str) -> None:
    """Another action for more boxes, two boxes at once, a box that is no neighbour: no proof, and the reason."""
    with pytest.raises(Problem, match="not proved for every number of boxes") as refused:
        prove(evolve(SHELF, actions=(wrong,)), {}, ("boxes",))
    assert answer in refused.value.cause
    assert refused.value.code is ExitCode.CANNOT_JUDGE


def test_a_template_says_for_its_own_size_what_it_was_taken_from() -> None:
    """Written out again it is the expression, and at another size it is what is built there."""
    small, large = (SHELF.system({"boxes": number}).claims[0].instances[0][1] for number in (4, COUNT))
    row = {f"shelf.boxes[{n}]": ("shelf.boxes[*]", n) for n in range(COUNT)}
    node = general(large, BlockChoice(COUNT), row, GENERIC)
    assert written(node, BlockChoice(COUNT)) == text(large)
    assert written(node, BlockChoice(4)) == text(small)
    assert written(node, BlockChoice(3)) != text(small)
    with pytest.raises(NotUniformError):
        general(SHELF.system({"boxes": COUNT}).transitions[4].guard, BlockChoice(COUNT), row, GENERIC)
    chosen = general(SHELF.system({"boxes": COUNT}).transitions[INNER].guard, BlockChoice(COUNT, INNER), row, GENERIC)
    assert written(chosen, BlockChoice(4, 1)) == text(SHELF.system({"boxes": 4}).transitions[1].guard)


def test_a_bound_that_chooses_between_texts_is_refused() -> None:
    """A retention's bucket is no mere number: it decides which points are compared."""
    with pytest.raises(Problem, match="`bucket` cannot be left open"):
        prove(RIGHT["retention"], {}, ("bucket",))
