"""Versions of the contract: an adapter of an older one is judged as ever, and asked nothing that it cannot know."""

import pytest
from attrs import evolve

from siteproof.conformance.carriers.carrier import spoken
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.case import find
from siteproof.conformance.check_up import check_up
from siteproof.conformance.needs import lacking
from siteproof.conformance.verdict import Verdict
from siteproof.model.nouns.subject import CONTRACT_VERSIONS, SINCE, Capability, Description, Provider
from tests.judge.adapters.tiny import Tiny

EVERYTHING = dict.fromkeys(Capability, Provider.PRODUCT)


class Says(Tiny):
    """Tiny, with another version and everything that there is."""

    version = 1

    def describe(self) -> Description:
        """All capabilities, in that version."""
        return evolve(
            super().describe(), contract=self.version, capabilities=dict.fromkeys(Capability, Provider.PRODUCT)
        )


class SaysTwo(Says):
    """The same in version 2."""

    version = 2


@pytest.mark.parametrize("capability", SINCE)
def test_an_older_adapter_promises_nothing_of_a_newer_contract(capability: Capability) -> None:
    """What came with a later version counts as not said, so a case of it is unsupported and is not played."""
    assert capability not in InProcess(Says()).describe().capabilities
    assert capability in InProcess(SaysTwo()).describe().capabilities


def test_a_case_of_groups_is_unsupported_by_an_adapter_of_version_1() -> None:
    """The verdict is the same as for every capability that is not there."""
    found = lacking(find("C-GRP-6").needs, InProcess(Says()).describe())
    assert found == (Verdict.UNSUPPORTED, "not offered: groups")


def test_what_every_version_has_stays_as_it_was_said() -> None:
    """A description without anything newer is not touched."""
    said = Tiny().describe()
    assert spoken(said) is said


@pytest.mark.parametrize("version", CONTRACT_VERSIONS)
def test_the_doctor_takes_every_version_that_is_spoken(version: int) -> None:
    """Both are healthy; a version that does not exist is the first thing it names."""
    kinds = {1: Says, 2: SaysTwo}
    assert next(iter(check_up(InProcess(kinds[version]())))).good


def test_the_doctor_names_a_version_that_is_not_spoken() -> None:
    """Version 9 is said to be none, with what to answer."""

    class SaysNine(Says):
        version = 9

    step = next(iter(check_up(InProcess(SaysNine()))))
    assert (step.good, "version 9" in step.seen, "1 to 2" in step.hint) == (False, True, True)
