"""`siteproof new`: each template passes the check that it names, for every provider, and has every key."""

import re
import tomllib
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.model.advice.policy.request import KEYS
from siteproof.model.nouns.provider import ReplicationProvider


@pytest.mark.parametrize("provider", ReplicationProvider)
def test_a_policy_template_is_a_policy(
    provider: ReplicationProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It conforms as it stands, and speaks of every key that a policy may have."""
    assert main(["new", "policy", "--provider", provider.value]) == 0
    text = capsys.readouterr().out
    (tmp_path / "policy.toml").write_text(text)
    assert main(["policy", "check", str(tmp_path / "policy.toml")]) == 0
    assert all(f"\n{key} = " in text or f"\n# {key} = " in text for key in KEYS)
    assert tomllib.loads(text)["provider"] == provider


def test_every_key_of_the_template_may_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is commented out can be read as well."""
    assert main(["new", "policy"]) == 0
    text = capsys.readouterr().out
    said = [line.removeprefix("# ") for line in text.splitlines() if re.match(r"(# )?\w+ = ", line)]
    assert set(tomllib.loads("\n".join(said))) == set(KEYS)
    (tmp_path / "policy.toml").write_text("\n".join(each for each in said if not each.startswith("way_back")))
    assert main(["policy", "check", str(tmp_path / "policy.toml")]) == 0


def test_a_plan_template_is_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is sound as it stands."""
    assert main(["new", "plan"]) == 0
    (tmp_path / "plan.toml").write_text(capsys.readouterr().out)
    assert main(["plan", "check", str(tmp_path / "plan.toml")]) == 0
