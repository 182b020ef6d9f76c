"""`siteproof plan` as users meet it: verdict, chain, single failures, picture, exit codes, errors in three lines."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from siteproof.cli import main

SOUND = """
name = "shop"
rto = "1h"
[[group]]
name = "data"
[[group.machine]]
name = "db"
[[group.pre]]
name = "attach disk"
kind = "script"
machine = "db"
expected = "1m"
[[group]]
name = "front"
[[group.machine]]
name = "web"
needs = ["db"]
[[post]]
name = "say so"
kind = "prompt"
expected = "3m"
types = ["test"]
"""
SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A sound plan on disk."""
    path = tmp_path / "plan.toml"
    path.write_text(SOUND)
    return path


def test_a_sound_plan_prints_its_chain_and_failures(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, the first line names version and plan, the chain has clock times, a failure says who stays off."""
    assert main(["plan", "check", str(file)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("siteproof ")
    assert "unplanned forward failover: expected 14m, at worst 35m" in out
    assert '     0:20  script "attach disk"  5 min\n' in out
    assert "off: db, web · its steps are skipped" in out
    assert "goes on; both sides may be active" in out
    assert out.rstrip().endswith("\nSOUND")


def test_a_plan_that_breaks_its_objective_fails(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """35 minutes at worst against an objective of 30: exit 1, the finding has both numbers."""
    file.write_text(SOUND.replace('"1h"', '"30m"'))
    assert main(["plan", "check", str(file)]) == 1
    out = capsys.readouterr().out
    assert "unplanned forward: 35 min at worst, 30 min allowed" in out
    assert out.rstrip().endswith("NOT SOUND")


def test_json_says_what_the_text_says(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings, the three runs with their chains, and each single failure with its consequences."""
    assert main(["plan", "check", str(file), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    first = data["situations"][0]
    assert (data["sound"], first["worst_minutes"], first["critical_path"][0]["task"]) == (True, 35, "shut down db")
    lost = {each["failing"]: each["machines_off"] for each in first["single_failures"]}
    assert lost == {
        "shut down db": [],
        "shut down web": [],
        "fail over db": ["db", "web"],
        "fail over web": ["web"],
        'script "attach disk"': ["db", "web"],
        "boot db": ["db", "web"],
        "boot web": ["web"],
    }


def test_the_picture_shows_every_machine_and_step_and_loads_nothing(file: Path, tmp_path: Path) -> None:
    """It is well formed, names everything that the plan has, and carries no script and no address."""
    target = tmp_path / "plan.svg"
    assert main(["plan", "check", str(file), "--picture", str(target)]) == 0
    root = ET.fromstring(target.read_text())
    said = " ".join("".join(each.itertext()) for each in root.iter(f"{SPACE}text"))
    for name in ("shop", "Group 1", "data", "db", "attach disk", "Group 2", "web", "needs db", "say so", "at worst"):
        assert name in said
    text = target.read_text().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not any(word in text for word in ("<script", "href", "http", "@import", "foreignObject"))


def test_no_line_of_the_picture_leaves_its_card(file: Path, tmp_path: Path) -> None:
    """Long names are wrapped and cut: no line is longer than a card is wide, no card leaves the page."""
    long = "a name of a step that goes on for quite some time, and then"
    file.write_text(SOUND.replace("attach disk", long).replace('"web"', f'"{"w" * 60}"'))
    assert main(["plan", "check", str(file), "--picture", str(tmp_path / "plan.svg")]) == 0
    root = ET.fromstring((tmp_path / "plan.svg").read_text())
    width = float(root.attrib["width"])
    lines = [each for each in root.iter(f"{SPACE}text") if each.attrib["class"] in ("p", "p q", "p m hot", "p hot")]
    cards = [line for line in lines if float(line.attrib["x"]) > 200]
    assert cards
    assert max(len("".join(line.itertext())) for line in cards) <= 28
    assert all(
        float(box.attrib["x"]) + float(box.attrib["width"]) < width
        for box in root.iter(f"{SPACE}rect")
        if "x" in box.attrib
    )


def test_hostile_names_stay_text(file: Path, tmp_path: Path) -> None:
    """Markup in a name is escaped."""
    file.write_text(SOUND.replace("attach disk", "<script>&amp;"))
    assert main(["plan", "check", str(file), "--picture", str(tmp_path / "plan.svg")]) == 0
    assert "<script>" not in (tmp_path / "plan.svg").read_text()


@pytest.mark.parametrize(
    "junk", [b"\x7fELF\xff", b"group = [", b"x" * 1_100_000, b"group = 3", b"[[group]]\nname = 'g'"]
)
def test_junk_ends_in_three_lines(file: Path, junk: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, problem, cause and hint, no traceback."""
    file.write_bytes(junk)
    assert main(["plan", "check", str(file)]) == 2
    err = capsys.readouterr().err
    assert (err.startswith("error: "), len(err.splitlines())) == (True, 3)


def test_missing_files_are_problems(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan that is not there, and a picture that cannot be written."""
    assert main(["plan", "check", str(tmp_path / "none.toml")]) == 2
    assert main(["plan", "check", str(file), "--picture", str(tmp_path / "no" / "plan.svg")]) == 2
    assert "no/plan.svg" in capsys.readouterr().err


def test_the_report_shows_the_plan_in_every_failover(file: Path, tmp_path: Path) -> None:
    """Findings, and for each of the three situations a picture, the critical path and the single failures."""
    target = tmp_path / "plan.html"
    assert main(["plan", "check", str(file), "--html", str(target)]) == 0
    html = target.read_text()
    assert "<h1>SOUND</h1>" in html
    for title in ("Unplanned forward failover", "Test forward failover", "Planned reverse failover"):
        assert f"<h2>{title}</h2>" in html
    assert html.count("<figure>") == 3
    assert html.count("<th>critical path at worst</th>") == 3
    assert ">script &quot;attach disk&quot;</td>" in html
    assert "off: db, web" in html
    assert "<script" not in html


def test_the_report_of_a_plan_that_cannot_run_names_the_cycle(file: Path, tmp_path: Path) -> None:
    """One picture, the ring among the findings."""
    file.write_text(SOUND.replace('needs = ["db"]', 'needs = ["web"]'))
    target = tmp_path / "plan.html"
    assert main(["plan", "check", str(file), "--html", str(target)]) == 1
    assert "boot web → boot web" in target.read_text()
    assert target.read_text().count("<figure>") == 1


@pytest.mark.parametrize(
    ("failover", "said"),
    [("test", "not in a test"), ("planned", "a failure cancels the"), ("unplanned", "best effort")],
)
def test_the_picture_shows_the_failover_that_is_asked_for(file: Path, tmp_path: Path, failover: str, said: str) -> None:
    """A test shuts nothing down, the way back needs the shutdown, a disaster does not wait for it."""
    target = tmp_path / "plan.svg"
    assert main(["plan", "check", str(file), "--picture", str(target), "--failover", failover]) == 0
    assert said in target.read_text()


def test_a_way_back_that_fails_is_cancelled(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When the cloud machine does not shut down it goes on where it ran, and who needs it does not start."""
    main(["plan", "check", str(file)])
    back = capsys.readouterr().out.partition("planned reverse failover")[2]
    failing = next(line for line in back.splitlines() if line.startswith("  shut down db"))
    assert "its machine goes on where it ran · off: web" in failing


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """It is JSON and knows the groups."""
    assert main(["plan", "schema"]) == 0
    assert "group" in json.dumps(json.loads(capsys.readouterr().out))
