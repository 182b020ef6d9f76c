"""The files of docs/examples do what the documents promise of them."""

from pathlib import Path

import pytest

from siteproof.cli import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("command", "verdict"), [("policy", "CONFORMANT"), ("plan", "SOUND")], ids=["policy.toml", "plan.toml"]
)
def test_an_example_is_judged_and_passes(command: str, verdict: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`check` passes the example; its help and the README tell of it, `example` prints it, and it names its command."""
    example = f"docs/examples/{command}.toml"
    assert main([command, "check", str(ROOT / example)]) == 0
    assert capsys.readouterr().out.rstrip().endswith(f"\n{verdict}")
    assert main([command, "check", "--help"]) == 0
    assert f"siteproof {command} example" in capsys.readouterr().out
    assert main([command, "example"]) == 0
    assert capsys.readouterr().out == (ROOT / example).read_text()
    assert f"siteproof {command} check {example}" in (ROOT / "README.md").read_text()
    assert f"siteproof {command} check {command}.toml" in (ROOT / example).read_text()


def test_the_plan_has_three_tiers_that_wait_for_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    """Data, application, front: the longest way leads through all of them."""
    main(["plan", "check", str(ROOT / "docs/examples/plan.toml")])
    way = capsys.readouterr().out.partition("critical path")[2].partition("if only this fails")[0]
    assert [way.find(f"boot {name}") for name in ("database", "orders", "web-1")] == sorted(
        way.find(f"boot {name}") for name in ("database", "orders", "web-1")
    )
    assert "boot web-1" in way


def test_the_readme_tells_of_coverage() -> None:
    """Who has a log of their own finds the command and its format."""
    readme = (ROOT / "README.md").read_text()
    assert "`siteproof coverage FILE`" in readme
    assert "docs/histories.md" in readme
