"""The logged public cases: what people met in the field has the right answer here."""

import json
from pathlib import Path

import pytest

from siteproof.cli import main
from tests.desk.shared import CASES, needs_cases

pytestmark = needs_cases
HISTORIES = [
    # file, arguments, exit code, what is said
    ("docs-117017", [], 1, "fail_over accepted in reverse/primary/protected"),
    ("docs-117017-right", [], 0, "EXPLAINED"),
    ("docs-87811", [], 0, "EXPLAINED"),
    ("docs-87811-wrong", [], 1, "reprotect accepted in forward/recovery/migrated"),
    ("docs-6941", [], 1, "hint: every step is explained with --provider hyperv"),
    ("docs-6941", ["--provider", "hyperv"], 0, "EXPLAINED"),
    ("a2a-second-leg", [], 1, "hint: every step is explained with --provider a2a"),
    ("a2a-second-leg", ["--provider", "a2a"], 0, "EXPLAINED"),
    ("recorded-InMageRcm-session", [], 0, "EXPLAINED"),
    ("recorded-A2A-session-without-switch", ["--provider", "a2a"], 1, "fail_over, commit → forward/primary/initial"),
    ("recorded-name", [], 0, "EXPLAINED"),
    ("allowed-ignored", [], 1, "forward/primary/protected listed cancel, commit"),
]


@pytest.mark.parametrize(("name", "arguments", "code", "said"), HISTORIES, ids=[f"{h[0]} {h[1]}" for h in HISTORIES])
def test_a_log_of_the_field_is_explained_or_contradicted(
    name: str, arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `trace check` and by `coverage`, with the same exit code."""
    path = str(CASES / "history" / f"{name}.ndjson")
    assert main(["trace", "check", path, *arguments]) == code
    assert said in capsys.readouterr().out
    assert main(["coverage", path, *arguments]) == code


POLICIES = [
    ("azurerm-7479", 1, "24h is more than 12h"),
    ("azurerm-10067-off-is-zero", 0, "CONFORMANT"),
    ("azurerm-19505", 1, "REFUTED  SP-POL-5"),
]


@pytest.mark.parametrize(("name", "code", "said"), POLICIES)
def test_a_policy_of_the_field_is_judged(name: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused with its range, read as off, refuted with a calendar."""
    assert main(["policy", "check", str(CASES / "policy" / f"{name}.toml")]) == code
    assert said in capsys.readouterr().out


def test_hyperv_keeps_no_more_than_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    """72 h are asked for; what was recorded of Hyper-V is accepted."""
    ask = ["policy", "check", "--provider", "hyperv"]
    assert main([*ask, str(CASES / "policy" / "hyperv-72h.toml")]) == 1
    assert "3d is more than 24h with provider hyperv" in capsys.readouterr().out
    assert main([*ask, str(CASES / "policy" / "hyperv-recorded.toml")]) == 0


def test_an_exported_policy_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON of the service as it is."""
    assert main(["policy", "check", str(CASES / "policy" / "recorded-InMageRcm.json"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["conforms"]


PLANS = [
    ("azurerm-22258-empty-boot-group", 0, "2 machines in 3 groups"),
    ("azure-docs-46384-runbook-on-the-way-back", 0, 'runbook "repoint the listener" never runs on the way back'),
    ("azure-docs-35970-drill-leaves-rules", 0, "what its steps changed outside of the machines stays"),
    ("azurerm-21963-actions-in-another-order", 1, "NOT SOUND"),
    ("srm-dependent-starts-anyway", 0, 'dependents = "start_anyway"'),
]


@pytest.mark.parametrize(("name", "code", "said"), PLANS)
def test_a_plan_of_the_field_is_judged(name: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Gates are accepted; what does not run, what stays behind and who starts anyway is said."""
    assert main(["plan", "check", str(CASES / "plan" / f"{name}.toml")]) == code
    assert said in capsys.readouterr().out


def test_a_dependent_starts_without_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the provider does so."""
    path = str(CASES / "plan" / "srm-dependent-starts-anyway.toml")
    assert main(["plan", "check", "--provider", "vmware-modernized", path]) == 0
    out = capsys.readouterr().out
    assert "app starts without db" in out
    assert "off: db, app" not in out


def test_a_swapped_order_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two plans are compared; the tool that wrote the groups in another order is found out."""
    swapped = CASES / "plan" / "azurerm-22323-groups-in-another-order.toml"
    text = swapped.read_text()
    first, *groups = text.split("[[group]]")
    meant = "[[group]]".join([first, *reversed([f"{each.rstrip()}\n" for each in groups])])
    (tmp_path / "meant.toml").write_text(meant)
    assert main(["plan", "diff", str(tmp_path / "meant.toml"), str(swapped)]) == 1
    assert "the same groups stand in another order" in capsys.readouterr().out


def test_the_published_thinning_keeps_two_hours_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    """azure-docs 105013: 23 points beside the newest one are younger than two hours; the rest is hourly."""
    assert main(["policy", "simulate", "--retention", "1d", "--app-every", "off", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    ages = [(told["now_ms"] - each["taken_at_ms"]) / 60_000 for each in told["kept"]]
    assert len(ages) == 46
    assert sum(0 < age < 120 for age in ages) == 23


CUSTOM = """
name = "one point for all"
selection = "custom"
[[group]]
name = "data"
machine = [{name = "db"}]
"""
CHANGED = """{"kind": "history", "version": 1}
{"kind": "state", "protection": "committed", "direction": "forward", "active": "recovery"}
{"kind": "do", "verb": "change_recovery_point"}
"""


def test_a_plan_chooses_no_listed_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """azure-docs 18400: a listed point belongs to one machine, and after the commit nothing can be changed."""
    (tmp_path / "plan.toml").write_text(CUSTOM)
    assert main(["plan", "check", str(tmp_path / "plan.toml")]) == 2
    assert "a listed point belongs to one machine" in capsys.readouterr().err
    (tmp_path / "log.ndjson").write_text(CHANGED)
    assert main(["trace", "check", str(tmp_path / "log.ndjson")]) == 1
    assert "change_recovery_point accepted in forward/recovery/committed" in capsys.readouterr().out
