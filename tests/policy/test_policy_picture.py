"""Pictures of calendars and of simulated histories show what the simulator saw, to the minute, and load nothing."""

from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from siteproof.cli import main
from siteproof.model.advice.policy.picture import LEFT, RIGHT, WIDTH, Axis, draw_calendar, draw_verdict, tightest_run
from siteproof.model.advice.policy.request import PolicyRequest, request_of
from siteproof.model.advice.policy.simulation import simulate
from siteproof.model.advice.policy.timeline import draw_timeline, segments
from siteproof.model.advice.policy.verdict import judge
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.theorems.calendar import Calendar

SPACE = "{http://www.w3.org/2000/svg}"


def parts(svg: str, tag: str, look: str) -> list[ET.Element]:
    """The elements of this tag that carry this class."""
    return [each for each in ET.fromstring(svg).iter(SPACE + tag) if look in each.attrib.get("class", "").split()]


def words(svg: str) -> str:
    """All text of a picture."""
    return " · ".join("".join(each.itertext()) for each in ET.fromstring(svg).iter(f"{SPACE}text"))


def refuted(**settings: object) -> tuple[PolicyRequest, Calendar]:
    """A refuted policy with its calendar."""
    request = request_of(settings)
    return request, next(each.calendar for each in judge(request).findings if each.calendar)


def test_the_gap_stands_where_the_simulator_saw_it() -> None:
    """12 h in 12 h: the red band begins and ends at the pixels of 12:00 and 12:30, with its length in words."""
    request, shown = refuted(retention="12h", app_consistent_every="12h")
    svg = draw_verdict(shown, request)
    band = parts(svg, "rect", "gap")[0]
    axis = Axis(0 - 750 // 40, 750 + 750 // 40)
    assert float(band.attrib["x"]) == pytest.approx(axis.x(720), abs=0.1)
    assert float(band.attrib["width"]) == pytest.approx(axis.x(750) - axis.x(720), abs=0.1)
    assert "nothing usable for 30 min · day 1 12:00 to day 1 12:30" in words(svg)


def test_every_point_and_every_miss_is_drawn() -> None:
    """48 h, hourly, 46 misses: a row for each point with its ending, and 46 crosses of two strokes."""
    request, shown = refuted(retention="48h", app_consistent_every="1h", tolerated_misses=46)
    svg = draw_verdict(shown, request)
    assert len(parts(svg, "line", "missed")) == 2 * 46
    assert [each.name for each in shown.lives] == ["A", "B", "C"]
    for said in ("pruned day 3 00:00", "thinned for A day 1 03:00", "usable from day 3 00:30", "46 missed snapshots"):
        assert said in words(svg)


def test_a_safe_policy_has_no_red() -> None:
    """24 h, every 4 h, 2 misses: no gap is drawn, and the spare time is said."""
    request = request_of({"retention": "24h", "app_consistent_every": "4h", "tolerated_misses": 2})
    svg = draw_verdict(tightest_run(request), request)
    assert (parts(svg, "rect", "gap"), len(parts(svg, "line", "missed"))) == ([], 4)
    assert "B is usable 11 h 30 min before A is deleted" in words(svg)


def test_nothing_leaves_the_axis() -> None:
    """Every bar lies between the left and the right end of the axis."""
    request, shown = refuted(retention="5h", app_consistent_every="3h", tolerated_misses=1)
    for each in ("waiting", "usable"):
        for bar in parts(draw_verdict(shown, request), "rect", each)[:-1]:
            assert float(bar.attrib["x"]) >= LEFT
            assert float(bar.attrib["x"]) + float(bar.attrib["width"]) <= WIDTH - RIGHT + 0.1


def test_ticks_are_round_and_few() -> None:
    """From a quarter of an hour to 16 days there are two to ten marks, all multiples of one step."""
    for span in (15, 61, 720, 1441, 10_000, 23_040):
        ticks = list(Axis(-7, span).ticks())
        assert 2 <= len(ticks) <= 10
        assert len({b - a for a, b in pairwise(ticks)}) == 1


def test_hostile_titles_stay_text() -> None:
    """Markup in a name is escaped."""
    _, shown = refuted(retention="12h", app_consistent_every="12h")
    assert "<script" not in draw_calendar(shown, "<script>", "<script>&")


def test_the_timeline_marks_every_kept_point_once() -> None:
    """As many marks as kept points, each with its reason, sorted into the tiers of its age."""
    request = request_of({"retention": "9d", "app_consistent_every": "6h"})
    past = simulate(request, 12)
    svg = draw_timeline(request, past)
    marks = parts(svg, "rect", "crash") + parts(svg, "rect", "app")
    assert len(marks) == len(past.kept)
    assert all((mark.findtext(f"{SPACE}title") or "").count(": ") == 1 for mark in marks)
    ages = [(past.now_ms - each.point.taken_at_ms) // MINUTE_MS for each in past.kept]
    for tier, end in segments(request.rule):
        count = sum(tier.start_minutes <= age < end for age in ages)
        assert f", {count} point" in words(svg)
    assert f"{len(past.kept)} points kept of {len(past.counts)} taken" in words(svg)


def test_every_retention_can_be_drawn() -> None:
    """From 0 to 15 days, whole or not, a well-formed picture."""
    for retention in ("0", "1m", "2h", "25h", "7d", "15d"):
        request = request_of({"retention": retention})
        assert ET.fromstring(draw_timeline(request, simulate(request, 1))).tag == f"{SPACE}svg"


def test_the_commands_write_pictures_that_load_nothing(tmp_path: Path) -> None:
    """Check and simulate each write one SVG without script and address; the verdict's exit code stays."""
    for arguments, code in (
        (["check", "--retention", "12h", "--app-every", "12h"], 1),
        (["check", "--retention", "12h", "--app-every", "2h"], 0),
        (["simulate", "--retention", "2d", "--days", "3"], 0),
    ):
        file = tmp_path / "picture.svg"
        assert main(["policy", *arguments, "--picture", str(file)]) == code
        text = file.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not any(word in text for word in ("<script", "href", "http", "@import", "foreignObject"))


def test_a_picture_that_cannot_be_made_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No app-consistent points, or a folder that is not there: exit 2, three lines."""
    for arguments in (["check", "--picture", "x.svg"], ["simulate", "--picture", str(tmp_path / "no" / "x.svg")]):
        assert main(["policy", *arguments]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_calendar_without_points_is_drawn_empty() -> None:
    """Nothing taken, nothing drawn, no error."""
    empty = Calendar((), (), (), 60)
    assert parts(draw_calendar(empty, "none", ""), "rect", "usable")[:-1] == []
