"""Policy files: what is read, what is refused, and a schema that says the same."""

import contextlib

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteproof.model.advice.policy.duration import BadDurationError, parse_minutes, speak, spell
from siteproof.model.advice.policy.request import KEYS, ThinningRule, in_range, parse_policy, request_of, schema
from siteproof.model.nouns.problem import ExitCode, Problem

GOOD = b"""
name = "databases"
retention = "24h"
app_consistent_every = "4h"
rpo_threshold = "15m"
latency = "30m"
tolerated_misses = 2
thinning = "plain"
"""


def test_a_whole_file_is_read() -> None:
    """Every key lands where it belongs."""
    request = parse_policy(GOOD, "policy.toml")
    assert (request.policy.retention_minutes, request.policy.app_consistent_minutes) == (1440, 240)
    assert (request.policy.rpo_threshold_minutes, request.timing.latency_minutes, request.timing.misses) == (15, 30, 2)
    assert (request.name, request.thinning) == ("databases", ThinningRule.PLAIN)


def test_an_empty_file_is_the_default_policy() -> None:
    """Retention 1 day, app-consistent snapshots disabled."""
    request = parse_policy(b"", "policy.toml")
    assert (request.policy.retention_minutes, request.policy.app_consistent_minutes) == (1440, 0)


def test_another_crash_interval_needs_a_non_seed_label() -> None:
    """It breaches the seed in a profile that claims it, and is taken in one that does not."""
    assert [each.requirement for each in request_of({"crash_consistent_every": "10m"}).breaches] == ["SP-PT-1"]
    with pytest.raises(Problem, match="fixed at 5m by the seed"):
        in_range(request_of({"crash_consistent_every": "10m"}))
    request = request_of({"crash_consistent_every": "10m", "claims_seed": False})
    assert request.policy.crash_consistent_minutes == request.profile.crash_consistent_minutes == 10


@pytest.mark.parametrize("off", [0, "0", "0m", "off"])
def test_a_threshold_that_is_off_breaches_the_seed_alone(off: object) -> None:
    """Zero is off in every spelling; who claims the seed tells nobody then, who does not may do so."""
    assert [each.requirement for each in request_of({"rpo_threshold": off}).breaches] == ["SP-RPO-3"]
    assert request_of({"rpo_threshold": off, "claims_seed": False}).breaches == ()


# key, value, what the three lines must name
BAD = [
    ("retention", "-3h", ["negative"]),
    ("retention", "24", ['"24h"', "unit is missing"]),
    ("retention", 24, ['"24h"', "text with a unit"]),
    ("retention", "24hours", ["'hours'", '"24h"']),
    ("retention", "", ["whole number and a unit"]),
    ("retention", "9" * 400 + "d", ["too large"]),
    ("retention", ["1d"], ["retention"]),
    ("app_consistent_every", "13 hours", ["app_consistent_every", "'hours'", "1h to 12h"]),
    ("crash_consistent_every", "2h", ["more than allowed"]),
    ("retention", "\uff12\uff14h", ["plain ones"]),
    ("app_consistent_every", False, ["off"]),
    ("tolerated_misses", -1, ["0 to 5000"]),
    ("tolerated_misses", True, ["whole number"]),
    ("tolerated_misses", 1.5, ["whole number"]),
    ("latency", "0", ["1m to 15d"]),
    ("rpo_threshold", "16d", ["1m to 15d"]),
    ("thinning", "publishd", ['"published"']),
    ("claims_seed", "yes", ["true or false"]),
    ("name", "x" * 81, ["80"]),
    ("name", "bell\x07", ["one short line"]),
    ("retension", "1d", ["retention"]),
    ("app_every", "1h", ["app_consistent_every"]),
    ("zzz", 1, ["the keys are name, retention"]),
]


def test_only_an_allowed_value_is_suggested() -> None:
    """24 may mean 24 hours of retention; 10 hours between crash-consistent points are nobody's wish."""
    for key, number, meant in (("retention", 24, '"24h"'), ("crash_consistent_every", 10, None)):
        with pytest.raises(Problem) as caught:
            request_of({key: number})
        assert caught.value.hint.startswith(f"did you mean {meant}?") == bool(meant)
        assert "10h" not in caught.value.hint


@pytest.mark.parametrize(("key", "value", "named"), BAD)
def test_a_wrong_setting_is_named_with_its_range(key: str, value: object, named: list[str]) -> None:
    """Key, value, allowed range and near misses stand in three short lines; the exit code is 2."""
    with pytest.raises(Problem) as caught:
        request_of({key: value})
    text = str(caught.value)
    assert [each for each in (key, *named) if each not in text] == []
    assert text.count("\n") == 2
    assert len(text) < 400
    assert text.isprintable() or set(text) - {"\n"} == {each for each in text if each.isprintable()}
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    "data", [b"retention = ", b"\x7fELF\x02\x01\x01\xff\xfe", b"[[[", b"a = 1\na = 2", b"\x00\x01"]
)
def test_what_is_no_toml_is_refused(data: bytes) -> None:
    """Broken TOML and binary junk end in one Problem that names the file."""
    with pytest.raises(Problem, match=r"junk\.toml is not a policy file"):
        parse_policy(data, "junk.toml")


def test_deep_nesting_is_refused() -> None:
    """A file of opening brackets is no policy and no crash."""
    with pytest.raises(Problem):
        parse_policy(b"a = " + b"[" * 20_000, "deep.toml")


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    """Whatever the bytes are, they are a policy or a Problem."""
    with contextlib.suppress(Problem):
        parse_policy(data, "any")


SHORT = st.text("0123456789dhm -ofplainpublished", max_size=9)


@given(st.dictionaries(st.sampled_from([*KEYS, "retension"]), SHORT | st.integers() | st.booleans()))
def test_no_settings_crash_the_reader(settings: dict[str, object]) -> None:
    """Whatever the values are, they are a policy or a Problem, and what the schema refuses is refused."""
    try:
        request_of(settings)
    except Problem:
        return
    jsonschema.validate(settings, schema())


@given(st.integers(0, 21_600))
def test_durations_read_back(minutes: int) -> None:
    """What is spelled can be parsed to the same minutes."""
    assert parse_minutes(spell(minutes)) == minutes


def test_durations_are_spoken() -> None:
    """Sentences use spaced units; zero is said."""
    assert [speak(each) for each in (0, 30, 60, 721)] == ["0 min", "30 min", "1 h", "12 h 1 min"]
    assert [spell(each) for each in (0, 1440, 2880, 721, -5)] == ["0", "24h", "2d", "12h1m", "-5m"]


def test_a_duration_that_cannot_be_read_suggests_one_that_can() -> None:
    """The nearest spelling keeps the number."""
    with pytest.raises(BadDurationError) as caught:
        parse_minutes("15min")
    assert caught.value.nearest == "15m"


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    """A full file's settings are valid; an unknown key is not."""
    settings = {"name": "n", "retention": "1d12h", "app_consistent_every": "off", "tolerated_misses": 0}
    jsonschema.validate(settings, schema())
    request_of(settings)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"retension": "1d"}, schema())
