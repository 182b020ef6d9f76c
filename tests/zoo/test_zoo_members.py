"""Each wrong appliance shows its one wrong behaviour, and the honest one does not (domain §7)."""

from importlib import import_module
from pathlib import Path

import pytest

from siteproof.reference.subject import make_subject
from siteproof.reference.zoo import UNSHOWN, ZOO
from siteproof.reference.zoo.liars import LIARS
from siteproof.reference.zoo.version2 import VERSION2
from tests.zoo import (
    drives_of_administration,
    drives_of_appliances,
    drives_of_data,
    drives_of_groups,
    drives_of_liars,
    drives_of_persistence,
    drives_of_plans,
    drives_of_points,
    drives_of_states,
    drives_of_the_wire,
    drives_of_tracking,
)
from tests.zoo.drives import DRIVES, Drive, honest_bench, member_bench

FILES = (
    drives_of_administration,
    drives_of_appliances,
    drives_of_data,
    drives_of_groups,
    drives_of_persistence,
    drives_of_plans,
    drives_of_liars,
    drives_of_points,
    drives_of_states,
    drives_of_tracking,
    drives_of_the_wire,
)  # importing them registers their drives
CLASSES = 42


@pytest.mark.parametrize(("exhibit", "drive"), DRIVES.items(), ids=DRIVES)
def test_a_wrong_appliance_behaves_wrongly_and_the_honest_one_does_not(
    exhibit: str, drive: Drive, tmp_path: Path
) -> None:
    """The bug is there to be found, by the contract's calls alone."""
    with member_bench(exhibit, tmp_path) as bench:
        assert drive(bench)
    with honest_bench(tmp_path) as bench:
        assert not drive(bench)


def test_an_exhibit_differs_from_the_honest_appliance_in_its_name_and_one_part_only() -> None:
    """It claims the same capabilities: a lie of omission would be too easy to catch."""
    honest = make_subject().describe()
    for exhibit in (ZOO | VERSION2 | LIARS).values():
        module, function = exhibit.factory.split(":")
        described = getattr(import_module(module), function)().describe()
        assert described.name != honest.name
        assert described.capabilities == honest.capabilities


def test_every_exhibit_of_the_table_is_tried_here() -> None:
    """A new exhibit needs its behaviour shown."""
    assert set(DRIVES) == {*ZOO, *VERSION2, *LIARS}
    assert len(LIARS) >= 10


def test_every_class_is_an_exhibit_or_says_why_it_cannot_be_shown() -> None:
    """All of domain §7, each once."""
    assert sorted([*ZOO, *UNSHOWN]) == sorted(f"B{number}" for number in range(1, CLASSES + 1))
    assert all(each.reason for each in UNSHOWN.values())
