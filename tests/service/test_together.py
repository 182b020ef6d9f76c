"""Groups, recovery plans and forced ends of a service: asked for by name, and taken up after kill -9."""

from pathlib import Path
from typing import Any

import pytest

from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.vocabulary import Place, Protection, Verb
from siteproof.reference.service import verbs
from tests.service.desk import Desk

MEMBERS = ("db", "app")
STEPS = [
    {"name": "note it", "moment": "before"},
    {"name": "look at the database", "kind": "prompt", "moment": "after", "machine": "db"},
]
PLAN = {"name": "shop", "groups": [{"machines": ["db"], "steps": STEPS}, {"machines": ["app"]}]}


class Shop(Desk):
    """Two machines with an image each."""

    def ask(self, verb: str, /, **arguments: Any) -> Any:
        """A verb, as every client asks it."""
        return verbs.call(self.service, verb, arguments)

    def opened(self, group: str = "") -> None:
        """Both are protected, as members of the group if there is one."""
        for name, image in zip(MEMBERS, self.images, strict=True):
            self.ask("machine.protect", machine=name, images=[str(image)], group=group)

    def script(self, name: str, text: str) -> None:
        """An executable file of the state directory."""
        folder = self.state / "scripts"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o700)

    def running(self, name: str, place: Place = Place.TEST) -> bool:
        """Whether the machine is powered on there."""
        host = self.service.machine(name).hosts.get(place)
        return host is not None and host.running


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop with nothing protected yet."""
    return Shop(tmp_path, disks=2)


def test_members_share_points_and_are_killed_and_moved_as_one(shop: Shop) -> None:
    """A group failover that dies in its first phase is one when the next process has brought it to its end."""
    shop.opened("shop")
    shop.ask("group.take", group="shop")
    (group,) = shop.ask("group.list")
    assert [each["machine"] for each in group["members"]] == list(MEMBERS)
    assert group["points"]
    shop.service.do_group(GroupCommand(Verb.FAIL_OVER, "shop"))
    shop.restart()
    shop.service.settle()
    states = [shop.service.machine(name) for name in MEMBERS]
    assert [each.regions.protection for each in states] == [Protection.FAILED_OVER] * 2
    assert len({each.using for each in states}) == 1
    with pytest.raises(Refused):
        shop.ask("machine.do", machine="db", verb="fail_back")


def test_a_plan_waits_for_its_prompt_across_a_kill_and_runs_no_script_twice(shop: Shop) -> None:
    """What was done is not done again; the machine behind the prompt stays off until somebody has answered."""
    shop.opened()
    shop.script("note it", 'echo "$SITEPROOF_PLAN $SITEPROOF_RUN" >> noted')
    assert shop.ask("plan.save", plan=PLAN)["missing_scripts"] == []
    shop.restart()
    shop.ask("plan.run", plan="shop", run="test")
    for _ in range(200):
        shop.seconds(1)
        if shop.ask("plan.show", plan="shop")["prompt"]:
            break
    shop.restart()
    seen = shop.ask("plan.show", plan="shop")
    assert (seen["phase"], seen["prompt"]) == ("prompting", "look at the database")
    assert (shop.running("db"), shop.running("app")) == (True, False)
    shop.ask("plan.answer", plan="shop")
    assert shop.ask("plan.list")[0]["result"] == "success"
    assert shop.running("app")
    assert (shop.state / "scripts" / "noted").read_text() == "shop test\n"


def test_a_script_that_is_missing_or_hangs_fails_and_the_plan_goes_on(shop: Shop) -> None:
    """It has five minutes; the run ends as partial, with the machines up."""
    shop.opened()
    plan = {"name": "shop", "groups": [{"machines": ["db"], "steps": [{"name": "hang"}, {"name": "not there"}]}]}
    shop.script("hang", "sleep 600")
    assert shop.ask("plan.save", plan=plan)["missing_scripts"] == ["not there"]
    shop.ask("plan.run", plan="shop", run="unplanned")
    shop.seconds(310)
    seen = shop.ask("plan.show", plan="shop")
    assert [step["outcome"] for step in seen["steps"]] == ["failed", "failed"]
    assert (seen["phase"], seen["result"]) == ("finished", "partial")
    assert shop.running("db", Place.RECOVERY)


@pytest.mark.parametrize("name", ["../outside", ".hidden", "a/b", "link"])
def test_only_a_file_of_the_folder_itself_is_run(shop: Shop, name: str) -> None:
    """No path, nothing hidden, no link to elsewhere."""
    shop.opened()
    shop.script("real", "touch ran")
    (shop.state / "scripts" / "link").symlink_to("real")
    plan = {"name": "shop", "groups": [{"machines": ["db"], "steps": [{"name": name}]}]}
    assert shop.ask("plan.save", plan=plan)["missing_scripts"] == [name]
    shop.ask("plan.run", plan="shop", run="test")
    assert not (shop.state / "scripts" / "ran").exists()


def test_a_run_that_is_refused_was_none(shop: Shop) -> None:
    """Nobody can fail over twice; the plan is as idle as before, also after a restart."""
    shop.opened()
    shop.ask("plan.save", plan={"name": "shop", "groups": [{"machines": list(MEMBERS)}]})
    for name in MEMBERS:
        shop.ask("machine.do", machine=name, verb="fail_over")
    with pytest.raises(Refused):
        shop.ask("plan.run", plan="shop", run="unplanned")
    shop.restart()
    assert shop.ask("plan.show", plan="shop")["phase"] == "idle"


def test_protection_without_a_source_ends_by_force_and_only_then(shop: Shop) -> None:
    """While an image is there the source answers; when it is gone for ever, the machine can be let go."""
    shop.opened()
    with pytest.raises(Refused) as refused:
        shop.ask("machine.force_disable", machine="db")
    assert refused.value.code is ErrorCode.OPERATION_NOT_ALLOWED
    shop.images[0].unlink()
    shop.ask("machine.force_disable", machine="db")
    assert shop.service.machine("db").regions.protection is Protection.UNPROTECTED
    shop.restart()
    assert shop.ask("point.list", machine="db") == []
    shop.ask("machine.forget", machine="db")
    assert list(shop.service.vault.machines) == ["app"]


def test_what_is_no_plan_changes_nothing(shop: Shop) -> None:
    """A machine that nobody knows, a name that fits nowhere, an unknown verb: one clear answer each."""
    shop.opened()
    with pytest.raises(Refused, match="every machine of a plan is known"):
        shop.ask("plan.save", plan={"name": "shop", "groups": [{"machines": ["nobody"]}]})
    with pytest.raises(Problem, match="unusable plan name"):
        shop.ask("plan.save", plan={**PLAN, "name": "a/b"})
    with pytest.raises(Problem, match="no group 'nobody'"):
        shop.ask("group.take", group="nobody")
    with pytest.raises(Problem, match="cannot be done like that"):
        shop.ask("plan.run", plan="shop", run="sideways")
    assert shop.ask("plan.list") == []
