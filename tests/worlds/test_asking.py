"""What a world asks for beside what a case does reaches the subject, and a case that says something itself is heard."""

from typing import Any

import pytest

from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.worlds.staging import Staging
from siteproof.conformance.worlds.world import Asking, World
from siteproof.model.nouns.commands import Answer, Command
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Consistency, Location, Verb
from tests.cases.fake import FakeSubject

JOURNEY = (Verb.ENABLE, Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT, Verb.FAIL_BACK)


class Recording(FakeSubject):
    """Keeps every command."""

    heard: list[Command]

    def do(self, command: Command) -> Answer:
        """Keep it, and do it."""
        self.heard.append(command)
        return super().do(command)


def travelled(asking: Asking, **said: Any) -> tuple[list[Command], Staging]:
    """The commands of a journey in that world, and who staged it; `said` goes with the last of them."""
    subject = Recording()
    subject.heard = []
    staging = Staging(World(asking=asking))
    lab = Lab(InProcess(subject), CORE, 0, staging)
    machine: Machine = lab.machine(disk="64 KiB", disks=2)
    for verb in JOURNEY:
        lab.run(machine, verb, **(said if verb is JOURNEY[-1] else {}))
    return subject.heard, staging


@pytest.mark.parametrize(
    ("asking", "verb", "field", "value"),
    [
        (Asking.LISTED, Verb.ENABLE, "disks", ("disk1", "disk0")),
        (Asking.RUNNING, Verb.FAIL_OVER, "shutdown", False),
        (Asking.ELSEWHERE, Verb.REPROTECT, "location", Location.ALTERNATE),
        (Asking.APP, Verb.FAIL_BACK, "consistency", Consistency.APP),
    ],
)
def test_a_world_asks_for_it_and_for_nothing_else(asking: Asking, verb: Verb, field: str, value: object) -> None:
    """One command carries the value, every other field of every command is as in the plain world."""
    odd, staging = travelled(asking)
    plain, _ = travelled(Asking.PLAIN)
    assert staging.as_met() == World(asking=asking)
    differing = [(a, b) for a, b in zip(odd, plain, strict=True) if a != b]
    assert [(a.verb, getattr(a, field)) for a, _ in differing] == [(verb, value)]


def test_what_a_case_says_itself_is_heard() -> None:
    """The world gives only what the case leaves open."""
    heard, _ = travelled(Asking.APP, consistency=Consistency.CRASH)
    assert heard[-1].consistency is Consistency.CRASH
