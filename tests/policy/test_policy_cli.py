"""The policy commands as users meet them: verdict lines, calendars, exit codes, errors without a traceback."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.model.theorems.proving import chosen

CALENDAR = """\
  day 1 00:00  app-consistent point A taken         usable from 00:30
  day 1 12:00  A reaches 12 h and is pruned · point B taken, usable from 12:30
  day 1 12:15  nothing application-consistent can be restored
"""


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> "Say":
    """Run a policy command in this process."""
    return Say(capsys)


class Say:
    """Runs `siteproof policy …` and returns exit code, output and error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """One command; its words follow `policy`."""
        code = main(["policy", *arguments])
        captured = self.capsys.readouterr()
        return code, captured.out, captured.err


def test_a_refuted_policy_prints_its_calendar(say: Say) -> None:
    """Retention 12 h, app-consistent every 12 h: refuted with the dated calendar and the nearest safe values."""
    code, out, _ = say("check", "--retention", "12h", "--app-every", "12h")
    assert code == 1
    assert "REFUTED  SP-POL-5  the app-consistent interval must be less than the retention" in out
    assert "(interval 12 h, retention 12 h, usable after 30 min, 0 misses, theorem POL-T3)" in out
    assert out.count(CALENDAR) == 1, "two findings share one calendar"
    assert "hint: --app-every 11h is safe with 0 misses, --app-every 5h with 1 (theorem POL-T4)" in out
    assert out.startswith("siteproof ")
    assert out.rstrip().endswith("NOT CONFORMANT")


def test_a_safe_policy_prints_its_margin(say: Say) -> None:
    """Retention 24 h, app-consistent every 4 h: conformant with four misses to spare, exit 0."""
    code, out, _ = say("check", "--retention", "24h", "--app-every", "4h")
    assert code == 0
    assert "margin: safe with up to 4 missed snapshots in a row" in out
    assert "usable after 30 min, 0 misses" in out
    assert out.rstrip().endswith("CONFORMANT")


def test_an_advisory_fails_only_when_asked(say: Say) -> None:
    """12 h in 12 h 1 min satisfies the seed; the refuted advisory is printed, and --strict makes it count."""
    flags = ("check", "--retention", "12h1m", "--app-every", "12h")
    code, out, _ = say(*flags)
    assert (code, "ADVISORY REFUTED  SP-POL-11" in out) == (0, True)
    assert say(*flags, "--strict")[0] == 1


def test_the_rule_decides_which_theorem_advises(say: Say) -> None:
    """R 48 h, F 1 h, 46 misses: safe at plain age by POL-T1, refuted under the published tiers by POL-T27."""
    flags = ("check", "--retention", "48h", "--app-every", "1h", "--misses", "46", "--strict")
    code, out, _ = say(*flags, "--thinning", "plain")
    assert (code, "ADVISORY PASS  SP-POL-8" in out, "theorem POL-T1)" in out) == (0, True, True)
    code, out, _ = say(*flags, "--thinning", "published")
    assert (code, "ADVISORY REFUTED  SP-POL-11" in out, "theorem POL-T27)" in out) == (1, True, True)


def test_the_same_run_prints_the_same(say: Say) -> None:
    """Two runs with equal options give equal bytes."""
    flags = ("check", "--retention", "48h", "--app-every", "1h", "--misses", "46")
    assert say(*flags) == say(*flags)


def test_json_says_what_the_text_says(say: Say) -> None:
    """The JSON verdict holds parameters, findings, margin, hints and the calendar."""
    code, out, _ = say("check", "--retention", "12h", "--app-every", "12h", "--format", "json")
    data = json.loads(out)
    seed_rule = next(each for each in data["findings"] if each["id"] == "SP-POL-5")
    assert (code, data["conforms"], seed_rule["outcome"], data["margin_misses"]) == (1, False, "refuted", -1)
    assert seed_rule["calendar"]["gaps"] == [{"start_minutes": 720, "end_minutes": 750}]
    assert seed_rule["calendar"]["points"][0]["ended_minutes"] == 720
    assert (data["parameters"]["latency_minutes"], data["parameters"]["tolerated_misses"]) == (30, 0)


def test_flags_win_over_the_file(say: Say, tmp_path: Path) -> None:
    """A file alone is judged as it stands; a flag changes one of its settings."""
    file = tmp_path / "policy.toml"
    file.write_text('name = "db"\nretention = "12h"\napp_consistent_every = "12h"\n')
    code, out, _ = say("check", str(file))
    assert (code, " · db · retention 12h · " in out.splitlines()[0]) == (1, True)
    assert say("check", str(file), "--retention", "24h")[0] == 0


def test_a_policy_without_app_points_is_not_judged_on_them(say: Say) -> None:
    """The default policy conforms; the rules about app-consistent points are not applicable."""
    code, out, _ = say("check", "--app-every", "off")
    assert code == 0
    assert "NOT APPLICABLE  SP-POL-5" in out
    assert say("check", "--app-every", "0")[1].splitlines()[1:] == out.splitlines()[1:], "0 is off"


def test_nothing_to_check_is_wrong_usage(say: Say, tmp_path: Path) -> None:
    """Neither a file nor a flag, or a file without a setting: exit code 2, not the verdict on a policy of nobody."""
    empty = tmp_path / "empty.toml"
    empty.write_text("# nothing yet\n")
    for arguments in (("check",), ("check", str(empty))):
        code, out, err = say(*arguments)
        assert (code, out, "there is nothing to check" in err) == (2, "", True)


@pytest.mark.parametrize(
    ("arguments", "refuted", "said"),
    [
        (("--retention", "16d"), "SP-RET-2", "16d is more than 15d"),
        (("--app-every", "13h"), "SP-POL-4", "13h is more than 12h"),
        (("--app-every", "90m"), "SP-POL-4", "1h30m is not a whole number of hours"),
        (("crash_consistent_every = '10m'",), "SP-PT-1", "10m, and it is fixed at 5m by the seed"),
    ],
)
def test_a_value_out_of_the_seeds_range_is_refuted(
    say: Say, tmp_path: Path, arguments: tuple[str, ...], refuted: str, said: str
) -> None:
    """It is well-formed, so it gets a verdict: refuted with its requirement, exit code 1; nothing else is judged."""
    file = tmp_path / "policy.toml"
    file.write_text(arguments[0])
    given = (str(file),) if len(arguments) == 1 else arguments
    code, out, err = say("check", *given)
    assert (code, err, out.rstrip().endswith("NOT CONFORMANT")) == (1, "", True)
    assert [line.split()[1] for line in out.splitlines() if line.startswith("REFUTED")] == [refuted]
    assert said in out
    assert "margin" not in out
    page = tmp_path / "page.html"
    assert say("check", *given, "--html", str(page))[0] == 1
    assert said in page.read_text()
    assert say("check", *given, "--picture", str(tmp_path / "no.svg"))[0] == 2


def test_several_files_are_judged_in_their_order(say: Say, tmp_path: Path) -> None:
    """One after another, the worst decides; none is judged when one cannot be read; pictures are for one."""
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('name = "one"\nretention = "24h"\n')
    bad.write_text('name = "two"\nretention = "16d"\n')
    code, out, _ = say("check", str(good), str(bad))
    assert (code, out.index("· one ·") < out.index("· two ·")) == (1, True)
    data = json.loads(say("check", str(good), str(bad), "--format", "json")[1])
    assert [(each["conforms"], each["file"]) for each in data["policies"]] == [(True, str(good)), (False, str(bad))]
    assert out.count(str(good)) == out.count(str(bad)) == 1  # whose verdict is whose
    assert say("check", str(good), str(tmp_path / "gone.toml"))[:2] == (2, "")
    assert say("check", str(good), str(bad), "--html", str(tmp_path / "page.html"))[0] == 2


def test_a_policy_comes_from_standard_input(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is standard input, and a byte-order mark in front of the text is no error."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbfretention = "16d"\n')))
    code, out, _ = say("check", "-")
    assert (code, "REFUTED  SP-RET-2" in out) == (1, True)


@pytest.mark.parametrize("flag", [("--retention", "\uff12\uff14h"), ("--misses", "\uff11"), ("--misses", "1_0")])
def test_full_width_digits_are_no_digits(say: Say, flag: tuple[str, str]) -> None:
    """Digits that another reader of the line would not take for numbers are wrong usage."""
    assert say("check", *flag)[0] == 2
    assert say("plan", *(("--keep", flag[1]) if flag[0] == "--retention" else flag))[0] == 2


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("check", "--retention", "16"), "--retention"),
        (("check", "--app-every", "13 hours"), "--app-every"),
        (("check", "--latency", "0"), "--latency"),
        (("check", "--latency", "-1h"), "--latency"),
        (("check", "--misses", "many"), "--misses"),
        (("check", "--misses", "99999999999999999999"), "--misses"),
        (("check", "--thinning", "plane"), "plain"),
        (("check", "no-such-file.toml"), "no-such-file.toml"),
        (("check", "."), "cannot read"),
        (("check", "--retenton", "1d"), "--retention"),
        (("diff", "no-such-old.toml", "no-such-new.toml"), "no-such-old.toml"),
        (("plan", "--keep", "16 days"), "--keep"),
        (("plan", "--granularity", "2h@x"), "--granularity"),
        (("plan", "--rpo", "15"), "--rpo"),
        (("simulate", "--days", "0"), "--days"),
        (("theorems", "POL-T999"), "POL-T999"),
        (("chekc",), "chekc"),
    ],
)
def test_wrong_input_ends_in_three_lines(say: Say, arguments: tuple[str, ...], named: str) -> None:
    """Problem, cause and hint on standard error, exit code 2, nothing else, no traceback."""
    code, out, err = say(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert named in err
    assert len(err.splitlines()) == 3
    assert "Traceback" not in err


def test_what_no_policy_may_keep_is_refuted(say: Say) -> None:
    """A retention beyond the range is judged by plan as check judges it: by its requirement, with exit code 1."""
    code, out, err = say("plan", "--keep", "16d")
    assert (code, err) == (1, "")
    assert "REFUTED  SP-RET-2" in out
    assert say("check", "--retention", "16d")[0] == 1


@pytest.mark.parametrize("junk", [b"\x7fELF\x00\xff", b"retention = [", b"x" * 70_000, b"retention = '1w'"])
def test_a_junk_file_ends_in_three_lines(tmp_path: Path, junk: bytes) -> None:
    """In a process of its own: exit code 2, three lines, and no crash file is left."""
    file = tmp_path / "junk.toml"
    file.write_bytes(junk)
    command = [sys.executable, "-m", "siteproof", "policy", "check", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 3
    assert list(tmp_path.iterdir()) == [file]


def test_an_unreadable_file_is_said_to_be_so(say: Say, tmp_path: Path) -> None:
    """A name with a null byte or a broken link is a problem, not a crash."""
    link = tmp_path / "broken.toml"
    link.symlink_to(tmp_path / "gone")
    assert say("check", str(link))[0] == 2
    assert say("check", "bad\0name")[0] == 2


def test_simulate_tells_counts_and_reasons(say: Say) -> None:
    """One day of retention keeps 46 points, each with its reason."""
    code, out, _ = say("simulate", "--retention", "1d", "--format", "json")
    data = json.loads(out)
    assert (code, len(data["kept"]), data["counts_after_each_point"][-1]) == (0, 46, 46)
    text = say("simulate", "--retention", "1d")[1]
    assert "46 kept" in text
    assert "the newest point is never pruned" in text


def test_diff_tells_what_a_change_deletes(say: Say, tmp_path: Path) -> None:
    """Raising 1 day to 2 loses hourly points (exit 1); raising 2 to 3 loses none (exit 0)."""
    files = {days: tmp_path / f"{days}.toml" for days in (1, 2, 3)}
    for days, file in files.items():
        file.write_text(f'retention = "{days}d"\n')
    code, out, _ = say("diff", str(files[1]), str(files[2]))
    assert (code, "12 are lost (11 of them at once)" in out) == (1, True)
    code, out, _ = say("diff", str(files[2]), str(files[3]), "--format", "json")
    assert (code, json.loads(out)["lost"]) == (0, [])


def test_plan_prints_a_policy_that_check_accepts(say: Say, tmp_path: Path) -> None:
    """The planned policy, saved as a file, passes even the strict check."""
    code, out, _ = say("plan", "--keep", "7d", "--granularity", "2h", "--app-rpo", "5h", "--misses", "1")
    assert code == 0
    assert "proved: nothing cheaper meets the needs" in out
    file = tmp_path / "planned.toml"
    file.write_text(out)
    assert say("check", str(file), "--strict")[0] == 0


def test_plan_says_which_needs_contradict(say: Say) -> None:
    """Hourly points for a week: no policy, exit 1."""
    code, out, _ = say("plan", "--keep", "7d", "--granularity", "1h")
    assert (code, "NO POLICY" in out, "at most 1 h between points" in out) == (1, True, True)


def test_theorems_lists_proofs_and_exhibits(say: Say) -> None:
    """One theorem is proved, one exhibit refuted with its values; both are as expected, exit 0."""
    code, out, _ = say("theorems", "POL-T1")
    assert (code, "PROVED" in out) == (0, True)
    code, out, _ = say("theorems", "POL-T24")
    assert (code, "REFUTED" in out, "broken by" in out) == (0, True, True)
    assert "(declare-fun" in say("theorems", "POL-T2", "--smtlib")[1]


def test_a_theorem_that_turns_out_otherwise_fails_the_command(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """When an expected proof is refuted the command names it and exits with 1."""
    wrong = evolve(chosen("POL-T24")[0], holds=True)
    monkeypatch.setattr("siteproof.model.theorems.proving.theorems", lambda: (wrong,))
    code, out, _ = say("theorems")
    assert (code, "not as expected: POL-T24" in out) == (1, True)


def test_the_schema_is_printed(say: Say) -> None:
    """It is JSON and knows the retention."""
    code, out, _ = say("schema")
    assert (code, "retention" in json.loads(out)["properties"]) == (0, True)


@pytest.mark.parametrize("flag", [("--misses", "3"), ("--latency", "2h"), ("--rpo-threshold", "1h")])
def test_a_simulation_refuses_what_it_would_only_repeat(say: Say, flag: tuple[str, str]) -> None:
    """Exit code 2, and the command that heeds the flag is named; that one takes it."""
    code, out, err = say("simulate", *flag)
    assert (code, out) == (2, "")
    assert f"{flag[0]} has no effect here" in err
    assert f"siteproof policy check heeds {flag[0]}" in err
    assert say("check", *flag)[0] == 0


@pytest.mark.parametrize("number", ["999999999999", "9" * 3000, "-1"])
def test_a_number_that_is_too_large_is_still_a_number(say: Say, number: str) -> None:
    """The cause is the range, not the form, and it stays short."""
    _, _, err = say("check", "--misses", number)
    assert "cause: it is outside of the range" in err
    assert "--misses is 0 to 5000" in err
    assert len(err) < 400


def test_a_diff_says_which_file_is_wrong(say: Say, tmp_path: Path) -> None:
    """A wrong value is told with its file, and the hint of a file that is not there speaks of two files."""
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('retention = "24h"\n')
    bad.write_text('retention = "16d"\n')
    for order in ((good, bad), (bad, good)):
        code, _, err = say("diff", *(str(each) for each in order))
        assert code == 2
        assert err.startswith(f"error: {bad}: retention is outside of the seed's range")
        assert "SP-RET-2" in err
    _, _, err = say("diff", str(good), str(tmp_path / "gone.toml"))
    assert "gone.toml" in err.splitlines()[0]
    assert "OLD and NEW" in err
    assert "--retention" not in err
