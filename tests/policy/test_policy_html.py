"""Reports of policies as one HTML file: complete, loading nothing, escaping everything; and points nobody can use."""

import base64
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from siteproof.cli import main
from siteproof.model.advice.policy.request import PolicyRequest, request_of
from siteproof.model.advice.policy.simulation import simulate
from siteproof.model.advice.policy.timeline import pictures
from siteproof.model.advice.policy.verdict import PolicyOutcome, judge


def written(tmp_path: Path, *arguments: str) -> str:
    """The report of a policy command."""
    target = tmp_path / "report.html"
    assert main(["policy", *arguments, "--html", str(target)]) in (0, 1)
    return target.read_text()


def pictures_of(html: str) -> list[str]:
    """The SVG of every picture."""
    return [base64.b64decode(each).decode() for each in re.findall(r"base64,([A-Za-z0-9+/=]+)\"", html)]


def test_the_report_of_a_check_says_and_draws_the_verdict(tmp_path: Path) -> None:
    """Verdict per requirement, margin, hints, the dated calendar as text and picture, the kept points with reasons."""
    html = written(tmp_path, "check", "--retention", "12h", "--app-every", "12h")
    for words in (
        "<h1>NOT CONFORMANT</h1>",
        "SP-POL-5",
        "POL-T3",
        "margin: none, a gap opens without any missed snapshot",
        "hint: --app-every 11h is safe",
        ">A reaches 12 h and is pruned · point B taken, usable from 12:30</td>",
        "all 35 points that are kept after 16 undisturbed days",
        "stands for its bucket",
    ):
        assert words in html
    calendar, timeline = pictures_of(html)
    assert "nothing usable for 30 min" in calendar
    assert "35 points kept of 4642 taken" in timeline


def test_the_report_of_a_safe_policy_draws_the_longest_wait(tmp_path: Path) -> None:
    """Without a refutation the calendar is the run that the policy has to survive."""
    html = written(tmp_path, "check", "--app-every", "4h")
    assert "Nothing refutes the policy." in html
    assert "A usable point at every instant" in pictures_of(html)[0]


def test_the_report_of_a_simulation_lists_every_kept_point(tmp_path: Path) -> None:
    """As many rows as points, each with its kind, age and reason."""
    html = written(tmp_path, "simulate", "--retention", "1d", "--days", "3")
    assert html.count('<td class="narrow" data-head="kind">crash</td>') == 46
    assert "points kept of 865 taken" in html


@pytest.mark.parametrize("retention", ["0", "5m", "15d"])
def test_every_retention_has_a_report(tmp_path: Path, retention: str) -> None:
    """Nothing stored, less than one bucket, the longest: each picture is well formed."""
    drawn = pictures_of(written(tmp_path, "check", "--retention", retention, "--latency", "1m"))
    assert drawn
    assert [ET.fromstring(each).tag for each in drawn] == ["{http://www.w3.org/2000/svg}svg"] * len(drawn)


def test_a_report_loads_nothing_and_escapes_what_it_is_told(tmp_path: Path) -> None:
    """A name full of markup stays text; there is no script and no address outside of the file."""
    file = tmp_path / "policy.toml"
    file.write_text('name = "<script>alert(1)</script><img src=\'http://x\'>"\napp_consistent_every = "4h"\n')
    html = written(tmp_path, "check", str(file))
    assert "&lt;script&gt;alert(1)" in html
    assert "default-src 'none'" in html
    bare = html.replace("http://www.w3.org/2000/svg", "")
    assert not any(word in bare for word in ("<script", "<link", "<img src='http", 'src="http', "@import", "url("))


def test_a_report_that_cannot_be_written_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, the file is named."""
    assert main(["policy", "check", "--retention", "24h", "--html", str(tmp_path / "no" / "report.html")]) == 2
    assert "report.html" in capsys.readouterr().err


def test_points_that_are_pruned_before_they_are_usable_are_a_violation(capsys: pytest.CaptureFixture[str]) -> None:
    """Usable after 48 h, pruned at 24 h: nothing can ever be restored, so the check fails and says what would help."""
    assert main(["policy", "check", "--latency", "48h"]) == 1
    out = capsys.readouterr().out
    assert "REFUTED  SP-RET-1  a point within the retention can be restored: none ever can" in out
    assert "hint: --retention 50h keeps a crash-consistent point usable at every instant" in out
    assert main(["policy", "check", "--latency", "24h"]) == 1, "at equal instants it is pruned when it becomes usable"
    assert main(["policy", "check", "--latency", "23h55m", "--thinning", "plain", "--strict"]) == 0


def test_the_hinted_retention_is_the_shortest_whole_hour_without_a_gap() -> None:
    """50 h leave no instant without a usable point, 49 h do: the bucket's oldest goes before the next one is usable."""
    for hours, outcome in ((50, PolicyOutcome.PASS), (49, PolicyOutcome.REFUTED)):
        findings = judge(request_of({"retention": f"{hours}h", "latency": "48h"})).findings
        assert [each.outcome for each in findings if each.id == "SP-RET-15"] == [outcome]


def test_a_gap_between_crash_consistent_points_is_an_advisory(capsys: pytest.CaptureFixture[str]) -> None:
    """Usable for three of five minutes: the seed is kept, the stronger theorem is refuted with a calendar."""
    flags = ["policy", "check", "--retention", "33m", "--latency", "30m"]
    assert (main(flags), main([*flags, "--strict"])) == (0, 1)
    out = capsys.readouterr().out
    assert "ADVISORY REFUTED  SP-RET-15" in out
    assert "crash-consistent point A taken" in out
    assert "usable again after a gap of 2 min" in out


def test_points_that_go_alike_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    """Usable after 47 h of 48 h: thirteen points of a bucket are taken and thinned in two lines, not in twenty-six."""
    main(["policy", "check", "--retention", "48h", "--latency", "47h", "--misses", "3"])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert any("points B to N taken, until day 1 01:05" in line and line.endswith("never usable") for line in lines)
    assert any("B to N reach 2 h and are thinned: their bucket keeps A" in line for line in lines)
    assert sum(line.startswith("day ") for line in lines) == 6
    assert any("usable after 47 h, 0 misses, theorem POL-T27" in line for line in lines), (
        "the misses are those of app points"
    )


def test_retention_0_gets_a_remark(capsys: pytest.CaptureFixture[str]) -> None:
    """It is allowed, and nobody should find out in a disaster what it means."""
    assert main(["policy", "check", "--retention", "0"]) == 0
    assert "note: retention 0 stores no recovery point: only the selection latest" in capsys.readouterr().out
    main(["policy", "check", "--retention", "0", "--format", "json"])
    assert len(json.loads(capsys.readouterr().out)["remarks"]) == 1


@pytest.mark.parametrize("group", [["policy"], ["plan"]])
def test_a_group_without_a_command_prints_its_help(group: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the help as it is, not wrapped into an error."""
    assert main(group) == 2
    err = capsys.readouterr().err
    assert err.startswith("Usage: siteproof")
    assert "error:" not in err
    assert "cause:" not in err


def test_another_report_gets_the_pictures_of_a_policy() -> None:
    """The kept points always, the longest wait where there are application-consistent points."""
    both = request_of({"app_consistent_every": "1h"})
    assert len(list(pictures(both, simulate(both, 1)))) == 2
    assert len(list(pictures(PolicyRequest(), simulate(PolicyRequest(), 1)))) == 1
