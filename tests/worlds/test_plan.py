"""The plan: all values that a subject can show meet, the same seed draws the same, and no case bears too much."""

from itertools import combinations

import pytest

from siteproof.conformance.case import all_cases
from siteproof.conformance.worlds.arrays import drawn
from siteproof.conformance.worlds.machines import machine_spec
from siteproof.conformance.worlds.meetings import counted, meetings
from siteproof.conformance.worlds.plan import EFFORTS, Depth, borne, plan
from siteproof.conformance.worlds.reach import reachable
from siteproof.conformance.worlds.setting import setting
from siteproof.conformance.worlds.world import DIMENSIONS, PLAIN, NameStyle, World, sound, unsound
from siteproof.model.nouns.subject import Capability, Description, Provider
from tests.cases.fake import FakeSubject

FAKE = FakeSubject().describe()
BARE = Description("bare", "1", {Capability.INITIAL_REPLICATION: Provider.PRODUCT})


def test_every_pair_of_values_meets_in_a_drawn_world() -> None:
    """Whatever two values stand together in a sound world, they stand together in one of the drawn ones."""
    found = frozenset().union(*(meetings(row, 2) for row in drawn(DIMENSIONS, 2, 5)))
    values = [(name, value) for name in DIMENSIONS for value in DIMENSIONS[name]]
    for one, other in combinations(values, 2):
        world = PLAIN.but(dict((one, other)))
        if one[0] != other[0] and not tuple(unsound(world)):
            assert (one, other) in found


def test_a_drawn_world_is_sound_and_drawn_again_from_the_same_seed() -> None:
    """No last among one; and the seed is all that decides."""
    rows = drawn(DIMENSIONS, 2, 5)
    assert all(sound(row) == row for row in rows)
    assert rows == drawn(DIMENSIONS, 2, 5) != drawn(DIMENSIONS, 2, 6)


@pytest.mark.parametrize("depth", [Depth.QUICK, Depth.STANDARD])
def test_all_cases_together_are_dealt_everything(depth: Depth) -> None:
    """The whole suite's worlds hold every meeting of the depth's strength, and no case gets what it cannot bear."""
    cases = all_cases()
    found = plan(cases, FAKE, depth, 0)
    dealt = frozenset().union(*(meetings(each, found.strength) for worlds in found.worlds.values() for each in worlds))
    assert found.wanted <= dealt
    for case in cases:
        assert all(borne(case, world) == world for world in found.worlds[case.id])
    if EFFORTS[depth].plain:
        assert all(worlds[0] == PLAIN for worlds in found.worlds.values())


def test_what_a_subject_does_not_declare_is_left_out_and_named() -> None:
    """A subject that only copies gets no world with a past of failovers, and the plan says which values are missing."""
    found = plan(all_cases(), BARE, Depth.STANDARD, 0)
    assert "past round trip (no failover, commit, reprotect, failback)" in found.left_out
    assert all(world.past == "fresh" for worlds in found.worlds.values() for world in worlds)
    assert reachable(BARE)["machines"] == DIMENSIONS["machines"]


def test_only_what_was_played_is_counted() -> None:
    """A run without results has met nothing, and says what is missing."""
    found = plan(all_cases(), FAKE, Depth.QUICK, 0)
    met = found.met([])
    assert (met.met, met.wanted) == (0, sum(map(len, reachable(FAKE).values())))
    assert met.missing
    assert counted("quick", 1, found.wanted, found.left_out, []) == met


@pytest.mark.parametrize("names", list(NameStyle))
def test_a_case_finds_its_disks_under_the_names_by_which_it_asked(names: NameStyle) -> None:
    """However many stand beside them and whatever they are called, no name means two disks or two machines."""
    world = World(names=names).but({"machines": "three", "seat": "last", "disks": "two more", "disk": "last"})
    found = setting(world, [machine_spec("vm1", "64 KiB", 2)])
    assert len({part.spec.name for part in found.parts}) == 3
    meant = next(part for part in found.parts if part.meant)
    placed = [disk.name for disk in meant.spec.disks]
    assert len(set(placed)) == 4
    assert [meant.disks[name] for name in ("disk0", "disk1")] == placed[2:]
    assert not ({"disk0", "disk1"} & set(placed)) or names is NameStyle.PLAIN
