"""What every state of a chapter can still become: a protocol that keeps its claims may not be stuck either."""

import functools
from collections.abc import Callable

import pytest

from siteproof.model.engines.explore.program import State
from siteproof.model.engines.explore.search import Search
from siteproof.model.spec.registry.specs import SPECS

Shown = dict[str, str]


@functools.cache
def searched(name: str) -> Search:
    """A finished search at the default bounds."""
    return Search(SPECS[name].system()).run()


def lost(search: Search, wanted: Callable[[Shown], bool]) -> list[Shown]:
    """The reachable states from which no wanted state can be reached."""
    before: dict[State, list[State]] = {}
    for here in search.states:
        for _, there in search.program.successors(here):
            before.setdefault(there, []).append(here)
    todo = [state for state in search.states if wanted(search.program.shown(state))]
    found = set(todo)
    while todo:
        new = set(before.get(todo.pop(), ())) - found
        found |= new
        todo.extend(new)
    return [search.program.shown(state) for state in search.states if state not in found]


def completed(shown: Shown) -> bool:
    """The resynchronisation is over, with everything equal."""
    disks = [(shown[f"sender.disk[{b}]"], shown[f"receiver.disk[{b}]"]) for b in range(2)]
    return shown["sender.at"] == "completed" and all(near == far for near, far in disks)


def test_a_resync_can_complete_from_everywhere() -> None:
    """Whatever broke, failed or was refused, some way leads to equal disks."""
    assert lost(searched("resync_protocol"), completed) == []


@pytest.mark.parametrize("name", ["end_forgotten", "armed_and_waiting"])
def test_a_protocol_with_a_missing_stamp_never_completes(name: str) -> None:
    """Both sides wait for each other, and only a broken wire ends that for a while."""
    search = searched(name)
    assert len(lost(search, completed)) == len(search.states)


def listed(shown: Shown) -> bool:
    """A shared point can be selected."""
    return shown["group.listed"] == "true"


def test_a_group_can_get_its_shared_point_from_everywhere() -> None:
    """Time-outs and aborts cost a round and never the next one."""
    assert lost(searched("groups"), listed) == []


def test_a_group_without_an_open_round_holds_nobody() -> None:
    """Whoever waits is let go: from everywhere, writes of every member can go on."""
    free = [f"group.members[{number}].held" for number in range(2)]
    assert lost(searched("groups"), lambda shown: all(shown[name] == "false" for name in free)) == []


def test_a_plan_always_finishes() -> None:
    """No failure leaves a plan in the middle: the only states without a next step are finished ones."""
    search = searched("plans")
    assert {search.program.shown(search.states[number])["plan.phase"] for number in search.stuck} == {"finished"}
    assert lost(search, lambda shown: shown["plan.phase"] == "finished") == []


def test_an_appliance_under_pressure_recovers() -> None:
    """Whatever part died, a healthy estate with exact records can be reached again."""

    def well(shown: Shown) -> bool:
        machine = {name: shown[f"estate.machine.{name}"] for name in ("mode", "resync", "records", "cached")}
        return machine == {"mode": "data", "resync": "false", "records": "0", "cached": "0"}

    assert lost(searched("appliance"), well) == []


def test_a_write_is_possible_in_every_state_of_the_appliance() -> None:
    """The workload is never blocked: not by a dead part, not by a full cache, not by a move."""
    search = searched("appliance")
    names = [transition.name for transition in search.program.system.transitions]
    write = names.index("write_under_pressure(estate)")
    assert search.fired[write] == len(search.states)
