"""`conform --provider`: an implementation is judged by its own provider's table, and by another one it is told so."""

from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.conformance.case import find
from siteproof.conformance.logs.meant import others_meant
from siteproof.conformance.request import Request
from siteproof.conformance.runner import judge
from siteproof.model.nouns.commands import Answer, Command, Refusal
from siteproof.model.nouns.errors import ErrorCode
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.subject import Capability, Description
from siteproof.model.nouns.vocabulary import Direction, Site, Verb
from siteproof.model.spec.providers.catalogue import profile_of
from siteproof.reference.subject import ReferenceSubject

SUBJECT = "tests.desk.test_conform_provider:Classic"
LACKS = {Capability.FAILBACK, Capability.CANCEL, Capability.GROUPS, Capability.PLANS}
HOME = {Verb.CANCEL, Verb.COMPLETE_MIGRATION, Verb.REPROTECT}


class Classic(ReferenceSubject):
    """The reference with the table of the classic provider: commit first, back by a failover, nothing to cancel."""

    name = "a classic appliance"

    def __init__(self, directory: str | None = None, durable: bool = True) -> None:
        """As the reference is made."""
        super().__init__(directory, durable, evolve(CORE, reprotect_requires_commit=True))

    def describe(self) -> Description:
        """See Subject."""
        described = super().describe()
        kept = {name: by for name, by in described.capabilities.items() if name not in LACKS}
        return evolve(described, capabilities=kept, profile=profile_of(ReplicationProvider.VMWARE_CLASSIC))

    def observe(self, machine: str) -> Observation:
        """The list of the way back is another one."""
        seen = super().observe(machine)
        if seen.regions.direction is Direction.FORWARD:
            return seen
        home = seen.regions.active is Site.RECOVERY and Verb.COMMIT in seen.allowed
        listed = {Verb.FAIL_OVER if each is Verb.FAIL_BACK else each for each in seen.allowed}
        return evolve(seen, allowed=tuple(each for each in Verb if each in listed - (HOME if home else set())))

    def do(self, command: Command) -> Answer:
        """A failover goes home as well."""
        seen = self.observe(command.machine)
        if seen.regions.direction is Direction.FORWARD:
            return super().do(command)
        if command.verb not in seen.allowed:
            return Refusal(ErrorCode.OPERATION_NOT_ALLOWED, command.verb.value)
        return super().do(evolve(command, verb=Verb.FAIL_BACK) if command.verb is Verb.FAIL_OVER else command)


CASES = ["C-LC-T2.1", "C-LC-T5.1", "C-LC-T9.1", "C-LC-T9.2"]


def test_a_provider_is_judged_by_its_own_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is right for one provider is wrong for the seed, and then the provider that is meant is named."""
    ask = ["conform", "--python", SUBJECT, *(word for each in CASES for word in ("--case", each)), "--workers", "1"]
    ask += ["--depth", "quick", "--out", str(tmp_path)]
    assert main([*ask, "--provider", "vmware-classic"]) == 0
    shown = capsys.readouterr()
    assert "profile=vmware-classic" in shown.out
    assert "hint" not in shown.err
    assert main(ask) == 1
    assert "explained with --provider vmware-classic" in capsys.readouterr().err


def test_a_wrong_subject_is_no_provider() -> None:
    """What no table explains is explained by none, and the seed's own subject needs no hint."""
    report = judge(Request(ReferenceSubject, [find("C-LC-10")]))
    assert others_meant(report) == ()


def test_a_provider_and_a_profile_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    """Which of both would hold?"""
    ask = ["conform", "--python", SUBJECT, "--provider", "a2a", "--profile", "provider-commit-first"]
    assert main(ask) == 2
    assert "give one of both" in capsys.readouterr().err
