"""The statements of the seed that are easily forgotten (domain §8): each has a requirement that speaks of it."""

import pytest

from siteproof.model.book.traceability import by_bug_class
from siteproof.model.nouns.connectivity import OUTBOUND, PORTS
from siteproof.model.spec.registry.requirements import SEED_SECTIONS, requirement, requirements

# fmt: off
EASILY_FORGOTTEN = (
    ("SP-SET-1",  "new vault"),
    ("SP-SET-2",  "existing vault is refused"),
    ("SP-SET-7",  "physical machines"),
    ("SP-SET-8",  "nothing of its lifecycle"),
    ("SP-SET-3",  "names the missing one"),
    ("SP-SET-4",  "configured network"),
    ("SP-DRL-10", "isolated network"),
    ("SP-APP-2",  "reports its version"),
    ("SP-APP-3",  "update automatically without losing"),
    ("SP-NET-8",  "no connectivity other than to the appliance"),
    ("SP-NET-9",  "key-vault pattern"),
    ("SP-SET-5",  "registered in the vault before"),
    ("SP-SET-6",  "hosts without one are accepted"),
    ("SP-SET-10", "installed by push"),
    ("SP-SET-11", "behaves exactly like"),
    ("SP-NET-7",  "every URL pattern"),
    ("SP-NET-10", "public endpoints"),
    ("SP-NET-11", "private circuit"),
    ("SP-NET-12", "private endpoints"),
    ("SP-REP-2",  "every block"),
    ("SP-REP-3",  "arrive as delta"),
    ("SP-REP-5",  "block-level"),
    ("SP-REP-6",  "near-continuous"),
    ("SP-POL-1",  "creates the default policy"),
    ("SP-POL-2",  "1 day"),
    ("SP-POL-3",  "no app-consistent"),
    ("SP-POL-6",  "created or edited while"),
    ("SP-PT-6",   "exactly the writes before it"),
    ("SP-PT-7",   "told to flush first"),
    ("SP-PT-8",   "copy-only"),
    ("SP-PT-5",   "flushed memory"),
    ("SP-PT-9",   "measured"),
    ("SP-GRP-6",  "only where machines need shared consistency"),
    ("SP-FO-8",   "commit follows"),
    ("SP-FO-19",  "before the commit"),
    ("SP-DRL-1",  "never a guard"),
    ("SP-FB-17",  "large failback"),
    ("SP-RES-4",  "2 TB to 4 TB"),
    ("SP-RET-20", "storage cost"),
    ("SP-REP-9",  "cache as a log first"),
    ("SP-PT-12",  "on the seed disk"),
    ("SP-RES-7",  "outside office hours"),
    ("SP-RES-8",  "by hand"),
    ("SP-RES-9",  "raises an error"),
    ("SP-RES-11", "Delta replication resumes"),
)
# fmt: on


@pytest.mark.parametrize(("name", "words"), EASILY_FORGOTTEN, ids=[name for name, _ in EASILY_FORGOTTEN])
def test_the_statement_has_a_requirement(name: str, words: str) -> None:
    """The requirement says what the seed says, and names the seed or the domain's list of it as its source."""
    found = requirement(name)
    assert words in found.sentence
    assert any(source.startswith("seed:") or source == "domain §8" for source in found.sources)


@pytest.mark.parametrize("section", SEED_SECTIONS)
def test_every_section_of_the_seed_has_requirements(section: str) -> None:
    """No section of the seed is passed over."""
    assert [each.id for each in requirements() if f"seed: {section}" in each.source] != []


def steps(section: str, count: int) -> list[tuple[str, int]]:
    """Every numbered step of a section."""
    return [(section, number) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("section", "number"),
    [
        *steps("Replication process", 5),
        *steps("Resynchronization process", 7),
        *steps("Failover and failback process", 3),
    ],
)
def test_every_numbered_step_of_the_seed_has_a_requirement(section: str, number: int) -> None:
    """Each step of the seed's three processes is cited by a requirement."""
    assert [each.id for each in requirements() if f"seed: {section} {number}" in each.sources] != []


@pytest.mark.parametrize("rule", range(1, 16))
def test_every_lifecycle_rule_of_the_domain_has_a_requirement(rule: int) -> None:
    """Each of the fifteen rules of domain §1 is cited by a requirement."""
    assert [each.id for each in requirements() if f"domain §1.{rule}" in each.sources] != []


def test_evidence_s_means_that_the_seed_is_cited() -> None:
    """A requirement tagged S names its place in the seed."""
    assert [each.id for each in requirements() if each.evidence == "S" and not each.source.startswith("seed:")] == []


def test_every_bug_class_is_forbidden_by_a_requirement() -> None:
    """Each of the 42 bug classes of domain §7 breaks at least one requirement."""
    assert list(by_bug_class()) == [f"B{number}" for number in range(1, 43)]


def test_the_thirteen_outbound_patterns_of_the_seed_are_known() -> None:
    """Each pattern has a purpose; the key vault's alone is needed from replicated machines as well."""
    assert len({each.pattern for each in OUTBOUND}) == 13
    assert all(each.purpose for each in OUTBOUND)
    assert [each.pattern for each in OUTBOUND if each.from_machines] == ["*.vault.azure.net"]


def test_the_ports_of_the_seed_are_known() -> None:
    """443 and 9443 lead in, 443 leads out, and only the port for data can be changed."""
    assert [(each.number, each.modifiable) for each in PORTS] == [(443, False), (9443, True), (443, False)]
