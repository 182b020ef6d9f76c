"""Providers: every recorded pair of a state and its commands agrees with its provider's table."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.conformance.audit.checks.lifecycle import explaining, explains
from siteproof.conformance.exports.documents import opened
from siteproof.conformance.exports.machines import running, state_of_machine
from siteproof.conformance.exports.things import Thing
from siteproof.conformance.exports.vault import ExportedVault, vault_of
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, Verb
from siteproof.model.spec.lifecycle.table import LIFECYCLE, TABLES, allowed_operations
from siteproof.model.spec.providers.catalogue import PROVIDERS, profile_of, provider_of_type
from siteproof.model.spec.registry.specs import PROVIDED
from tests.desk.invented import plan, policy
from tests.desk.shared import EXAMPLES, needs_examples

PAIRS_MIN = 10
P = ReplicationProvider


def _pairs() -> Iterator[tuple[Thing, ExportedVault]]:
    for path in sorted(EXAMPLES.rglob("*.json")):
        vault = vault_of([opened(path.read_bytes(), path.name)])
        yield from ((machine, vault) for machine in vault.machines)


@needs_examples
def test_every_recorded_pair_agrees_with_its_providers_table() -> None:
    """All examples: the commands that a machine lists are those of some state that shows what it shows."""
    found = list(_pairs())
    assert len(found) >= PAIRS_MIN
    for machine, vault in found:
        provider, state = vault.provider(machine), state_of_machine(machine, vault)
        assert provider is not None, machine.place
        assert state.protection is not None, machine.place
        fits = bool(running(machine)) if not state.allowed else explains(provider, state)
        assert fits, (machine.place, state)


@needs_examples
def test_the_pairs_of_other_providers_do_not_fit_the_seeds_table() -> None:
    """A table that explained everything would say nothing: Hyper-V's lists are explained by Hyper-V alone."""
    found = [state_of_machine(*each) for each in _pairs() if each[0].text("instanceType") == "HyperVReplicaAzure"]
    planned = [state for state in found if state.allowed and "Failback" in state.allowed]
    assert planned
    assert all([each.name for each in explaining(state)] == [P.HYPERV] for state in planned)


PROTECTED = Regions(Protection.PROTECTED)
SECOND_LEG = Regions(Protection.PROTECTED, Direction.REVERSE)
PENDING = Regions(Protection.FAILED_OVER, Direction.FORWARD, Site.RECOVERY)
COMMITTED = Regions(Protection.COMMITTED, Direction.FORWARD, Site.RECOVERY)
USUAL = {Verb.FAIL_OVER, Verb.TEST_FAILOVER, Verb.DISABLE}


@pytest.mark.parametrize(
    ("provider", "regions", "verbs"),
    [
        (P.A2A, PROTECTED, USUAL),
        (P.A2A, SECOND_LEG, USUAL),
        (P.A2A, COMMITTED, {Verb.REPROTECT, Verb.DISABLE}),
        (P.HYPERV, PROTECTED, {*USUAL, Verb.FAIL_BACK}),
        (P.HYPERV, PENDING, {Verb.COMMIT, Verb.CHANGE_RECOVERY_POINT, Verb.COMPLETE_MIGRATION, Verb.DISABLE}),
        (P.HYPERV, COMMITTED, {Verb.COMPLETE_MIGRATION, Verb.DISABLE, Verb.FAIL_BACK}),
        (P.VMWARE_CLASSIC, PROTECTED, USUAL),
        (P.VMWARE_CLASSIC, SECOND_LEG, {Verb.FAIL_OVER, Verb.DISABLE}),
        (P.VMWARE_MODERNIZED, SECOND_LEG, {Verb.FAIL_BACK, Verb.DISABLE}),
    ],
)
def test_a_provider_allows_what_its_records_show(provider: P, regions: Regions, verbs: set[Verb]) -> None:
    """The lists that were recorded or documented, state by state."""
    assert allowed_operations(regions, profile_of(provider)) == verbs


def test_the_seeds_provider_has_the_seeds_table() -> None:
    """Row by row, under the core profile; what others lack are rows that there are."""
    assert TABLES[P.VMWARE_MODERNIZED] == LIFECYCLE
    assert profile_of(P.VMWARE_MODERNIZED) is CORE
    assert all(set(each.lacks) <= {row.rule for row in LIFECYCLE} for each in PROVIDERS.values())


def test_an_instance_type_names_its_provider() -> None:
    """Whatever its case, the way back as well; an unknown one names none."""
    named = {kind: each.name for each in PROVIDERS.values() for kind in (*each.types, *each.back)}
    for kind, name in named.items():
        found = provider_of_type(kind.upper())
        assert found is not None
        assert found.name is name
    assert provider_of_type("Other") is None


@pytest.mark.parametrize("name", PROVIDED)
def test_a_providers_lifecycle_is_explored_and_proved(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every claim in every state, every goal by induction, as for the seed's."""
    assert main(["explore", name]) == 0
    assert f"HOLDS ({name})" in capsys.readouterr().out
    assert main(["prove", name]) == 0
    assert f"PROVED ({name})" in capsys.readouterr().out


def test_every_other_provider_has_a_lifecycle_and_a_table_of_its_own() -> None:
    """One specification each, and no two tables are the same."""
    assert len(PROVIDED) == len(PROVIDERS) - 1
    assert not any(TABLES[one] == TABLES[other] for one, other in combinations(PROVIDERS, 2))


def test_a_file_of_another_provider_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who chooses a provider for a file that names another one is told so, and judged as was asked."""
    (tmp_path / "policy.toml").write_text('provider = "hyperv"\nretention = "12h"\n')
    (tmp_path / "policy.json").write_text(json.dumps(policy()))
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    for command, file, told in (
        ("policy", "policy.toml", "hyperv"),
        ("policy", "policy.json", "vmware-modernized"),
        ("plan", "plan.json", "vmware-modernized"),
    ):
        assert main([command, "check", str(tmp_path / file), "--provider", "a2a"]) == 0
        assert f"is of the provider {told}, and is judged as one of a2a" in capsys.readouterr().err
        assert main([command, "check", str(tmp_path / file), "--provider", told]) == 0
        assert capsys.readouterr().err == ""
