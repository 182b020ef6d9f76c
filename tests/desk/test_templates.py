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
    (tmp_path / "policy.toml").write_text("\n".join(each for each in said if not each.startswith(("way_back", "keep"))))
    assert main(["policy", "check", str(tmp_path / "policy.toml")]) == 0


def test_a_plan_template_is_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is sound as it stands."""
    assert main(["new", "plan"]) == 0
    (tmp_path / "plan.toml").write_text(capsys.readouterr().out)
    assert main(["plan", "check", str(tmp_path / "plan.toml")]) == 0


OWN = """
app_consistent_every = "1h"
[[keep]]
every = "all"
for = "2h"
[[keep]]
every = "1h"
for = "1d"
[[keep]]
every = "1d"
for = "30d"
"""


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (OWN, 0, "CONFORMANT"),
        (OWN.replace('"1d"\nfor = "30d"', '"30m"\nfor = "30d"'), 2, "adds nothing"),
        (OWN.replace('"1d"\nfor = "30d"', '"90m"\nfor = "30d"'), 2, "no multiple"),
        (OWN.replace('every = "all"', 'every = "0"'), 2, "keeps nothing"),
        ('retention = "1d"\n' + OWN, 2, "said twice"),
        ("[[keep]]\nevery = '5m'\n", 2, "`every` and `for`"),
    ],
)
def test_tiers_of_ones_own_are_judged(
    text: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As those who keep snapshots write them; what makes no sense is named."""
    (tmp_path / "policy.toml").write_text(text)
    assert main(["policy", "check", str(tmp_path / "policy.toml")]) == code
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


def test_tiers_that_leave_a_gap_are_refuted_with_a_calendar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Hourly for three hours and nothing fine in front: a point taken in between is gone before it can be used."""
    (tmp_path / "policy.toml").write_text('app_consistent_every = "2h"\nkeep = [{every = "1h", for = "2h"}]\n')
    assert main(["policy", "check", str(tmp_path / "policy.toml"), "--strict"]) == 1
    assert "REFUTED" in capsys.readouterr().out
