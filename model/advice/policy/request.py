"""What a policy file or a set of flags asks for, checked key by key before anything is judged.

One table of keys serves files, flags and the published schema. A wrong value is the user's to mend: Problem names the
key, the value, the allowed range and what may have been meant.
"""

import difflib
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from siteproof.model.advice.policy.duration import BadDurationError, NearMissError, parse_minutes, spell
from siteproof.model.advice.policy.tiers import TIERS_MAX, OwnTier, own_rule, read_tiers
from siteproof.model.nouns.policy import (
    CRASH_CONSISTENT_MINUTES,
    DAY_MINUTES,
    HOUR_MINUTES,
    RETENTION_DAYS_MAX,
    ReplicationPolicy,
)
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.spec.providers.catalogue import PROVIDERS, SEED, profile_of
from siteproof.model.spec.providers.provider import PolicyRanges
from siteproof.model.spec.retention_rule import RetentionRule, plain_rule, published_rule
from siteproof.model.theorems.timing import Timing, timing_of

FIFTEEN_DAYS = RETENTION_DAYS_MAX * DAY_MINUTES
ANY_MINUTES = 10_000 * 366 * DAY_MINUTES  # what can be read as a duration at all; the seed's ranges are judged
MISSES_MAX = 5000  # 15 days of 5-minute points are 4320
NAME_MAX = 80
SHOWN_MAX = 60
NOTHING: Mapping[str, str] = MappingProxyType({})


class ThinningRule(StrEnum):
    """Which retention rule the policy is judged under."""

    PUBLISHED = "published"
    PLAIN = "plain"
    OWN = "own"  # the tiers that the policy itself says


@frozen
class PolicyRequest:
    """A policy, the profile that supplies D, m and the open choices, and the rule to judge it under."""

    policy: ReplicationPolicy = field(factory=ReplicationPolicy)
    profile: Profile = CORE
    thinning: ThinningRule = ThinningRule.PUBLISHED
    name: str = ""
    way_back: bool = False  # the policy of the failback direction: it keeps no history
    keep: tuple[OwnTier, ...] = ()  # tiers of one's own

    @property
    def ranges(self) -> PolicyRanges:
        """What the provider's policies may say."""
        return PROVIDERS[self.profile.provider].policy

    @property
    def timing(self) -> Timing:
        """R, F, D and m."""
        return timing_of(self.policy, self.profile)

    def rule_of(self, retention_minutes: int) -> RetentionRule:
        """The retention rule for any retention under the chosen thinning."""
        if self.keep:
            return own_rule(self.keep, retention_minutes)
        rules = {ThinningRule.PLAIN: plain_rule, ThinningRule.PUBLISHED: published_rule}
        return rules[self.thinning](retention_minutes)

    @property
    def rule(self) -> RetentionRule:
        """The retention rule of this policy."""
        return self.rule_of(self.policy.retention_minutes)

    @property
    def breaches(self) -> tuple["Breach", ...]:
        """The values outside of the seed's ranges; beside one no rule says what the others come to."""
        return tuple(each for each in _ranges(self) if each.text)


@frozen
class Breach:
    """A value beside the range that a requirement gives it; `text` says what is wrong, empty when nothing is."""

    requirement: str
    key: str
    text: str


def _ranges(request: PolicyRequest) -> tuple[Breach, ...]:
    policy, ranges = request.policy, request.ranges
    crash, by = policy.crash_consistent_minutes, _whose(request)
    longest = 0 if request.way_back else ANY_MINUTES if request.keep else ranges.retention_minutes_max
    return (
        Breach("SP-RET-2", "retention", _retention(policy.retention_minutes, longest, ranges, by)),
        Breach("SP-POL-4", "app_consistent_every", _interval(policy.app_consistent_minutes, ranges, by)),
        Breach("SP-PT-1", "crash_consistent_every", _crash(crash, request, by)),
        Breach("SP-RPO-3", "rpo_threshold", _threshold(request)),
    )


def _whose(request: PolicyRequest) -> str:
    """Who sets the range, for a sentence: nobody is named where it is the seed."""
    provider = request.profile.provider
    return "" if provider is SEED.name else f" with provider {provider.value}"


def _crash(minutes: int, request: PolicyRequest, by: str) -> str:
    if request.way_back:
        allowed = [seconds // 60 for seconds in request.ranges.back_crash_seconds]
        known = " or ".join(map(spell, allowed)) or "nothing"
        return "" if minutes in allowed else f"{spell(minutes)}, and the way back has {known}{by}"
    if not request.profile.claims_seed:
        return ""
    wrong = minutes != CRASH_CONSISTENT_MINUTES
    return f"{spell(minutes)}, and it is fixed at {spell(CRASH_CONSISTENT_MINUTES)} by the seed" if wrong else ""


def _threshold(request: PolicyRequest) -> str:
    """Off is understood; under the seed every policy has one (docs/decisions/0010)."""
    off = request.profile.claims_seed and not request.policy.rpo_threshold_minutes
    return "it is off, so nobody would be told that the RPO exceeds it" if off else ""


def _retention(minutes: int, most: int, ranges: PolicyRanges, by: str) -> str:
    if minutes <= most and minutes % ranges.retention_step_minutes:
        return f"{spell(minutes)} is no multiple of {spell(ranges.retention_step_minutes)}{by}"
    return _above(minutes, most, by)


def _above(minutes: int, most: int, by: str) -> str:
    return f"{spell(minutes)} is more than {spell(most)}{by}" if minutes > most else ""


def _interval(minutes: int, ranges: PolicyRanges, by: str) -> str:
    if minutes % HOUR_MINUTES:
        return f"{spell(minutes)} is not a whole number of hours"
    return _above(minutes, ranges.app_hours_max * HOUR_MINUTES, by)


@frozen
class Key:
    """One key of a policy file: its range in words, how a value is read (ValueError refuses), and its schema."""

    allowed: str
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    example: str


def _duration(low: int, high: int, *, off: bool = False) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if (off and value in ("off", "0")) or (low == 0 and value == 0 and type(value) is int):
            return 0
        if not isinstance(value, str):
            raise BadDurationError("a duration is text with a unit", f"{value}h" if type(value) is int else "")
        minutes = parse_minutes(value)
        if not low <= minutes <= high:
            raise ValueError(f"{spell(minutes)} is {'more' if minutes > high else 'less'} than allowed")
        return minutes

    return read


def _count(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("it is not a whole number")
    if not 0 <= value <= MISSES_MAX:
        raise ValueError("it is outside of the range")
    return value


def _word(value: Any) -> str:
    if not isinstance(value, str) or len(value) > NAME_MAX or not value.isprintable():
        raise ValueError("it is not one short line of text")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError("it is not true or false")
    return value


def _provider(value: Any) -> ReplicationProvider:
    near = difflib.get_close_matches(str(value), list(ReplicationProvider), 1)
    if value not in list(ReplicationProvider):
        raise NearMissError("no such provider is known", near[0] if near else "")
    return ReplicationProvider(value)


def _thinning(value: Any) -> ThinningRule:
    known = [each for each in ThinningRule if each is not ThinningRule.OWN]
    near = difflib.get_close_matches(str(value), known, 1)
    if value not in known:
        raise NearMissError("there is no such rule", near[0] if near else "")
    return ThinningRule(value)


_SPAN = {"type": "string", "pattern": r"^\s*(0|([0-9]{1,9}\s*[dhm]\s*)+)$"}
_ZERO = {"const": 0}
_SPAN_OR_ZERO = {"anyOf": [_SPAN, _ZERO]}
_SPAN_OR_OFF = {"anyOf": [_SPAN, {"const": "off"}, _ZERO]}
_TIER = {"every": {"type": "string"}, "for": _SPAN}
_TIERS = {
    "type": "array",
    "minItems": 1,
    "maxItems": TIERS_MAX,
    "items": {"type": "object", "properties": _TIER, "required": list(_TIER), "additionalProperties": False},
}
_COUNT = {"type": "integer", "minimum": 0, "maximum": MISSES_MAX}
_OFF_OR = _duration(0, ANY_MINUTES, off=True)
_THRESHOLD = _duration(0, FIFTEEN_DAYS, off=True)

# fmt: off
KEYS: dict[str, Key] = {
    "name": Key(f"up to {NAME_MAX} characters", _word, {"type": "string", "maxLength": NAME_MAX}, "databases"),
    "retention": Key("0 to 15d", _duration(0, ANY_MINUTES), _SPAN_OR_ZERO, "24h"),
    "app_consistent_every": Key("off, or whole hours from 1h to 12h", _OFF_OR, _SPAN_OR_OFF, "4h"),
    "rpo_threshold": Key("1m to 15d; off with claims_seed = false", _THRESHOLD, _SPAN_OR_OFF, "15m"),
    "latency": Key("1m to 15d", _duration(1, FIFTEEN_DAYS), _SPAN, "30m"),
    "tolerated_misses": Key(f"0 to {MISSES_MAX}", _count, _COUNT, "1"),
    "thinning": Key("published or plain", _thinning, {"enum": ["published", "plain"]}, "published"),
    "claims_seed": Key("true or false", _flag, {"type": "boolean"}, "true"),
    "crash_consistent_every": Key("5m; 1m to 1h with claims_seed = false", _duration(1, HOUR_MINUTES), _SPAN, "5m"),
    "provider": Key(" or ".join(ReplicationProvider), _provider, {"enum": list(ReplicationProvider)}, "hyperv"),
    "way_back": Key("true or false", _flag, {"type": "boolean"}, "true"),
    "keep": Key("tables with every and for", read_tiers, _TIERS, '[{every = "1h", for = "1d"}]'),
}
# fmt: on


def request_of(settings: Mapping[str, Any], spoken: Mapping[str, str] = NOTHING) -> PolicyRequest:
    """The request that these settings make, defaults where they are silent; Problem for the first wrong one.

    `spoken` says how the user wrote a key, where that is not the key itself: a flag.
    """
    for key in settings:
        if key not in KEYS:
            raise _unknown(key)
    read = {key: _read(key, value, spoken.get(key, key)) for key, value in settings.items()}
    return _assemble(read)


def in_range(request: PolicyRequest) -> PolicyRequest:
    """The request itself; Problem for the first value outside of the seed's range, where nothing is judged."""
    for each in request.breaches:
        hint = f"{each.key} is {KEYS[each.key].allowed}; siteproof policy check judges it by {each.requirement}"
        raise Problem(f"{each.key} is outside of the seed's range", each.text, hint)
    return request


def parse_policy(data: bytes, source: str) -> PolicyRequest:
    """The request of a policy file's bytes; `source` names the file in a Problem."""
    return request_of(settings_of(data, source))


def settings_of(data: bytes, source: str) -> dict[str, Any]:
    """The raw settings of a policy file; Problem when it is no TOML."""
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        cause = f"byte {error.start} is not UTF-8 text"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        cause = str(error) or "it is nested too deeply"
    raise Problem(f"{source} is not a policy file", cause, 'write TOML, for example: retention = "24h"')


def schema() -> dict[str, Any]:
    """The JSON Schema of policy files."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "siteproof replication policy",
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {**each.schema, "description": f"allowed: {each.allowed}"} for key, each in KEYS.items()},
    }


def _read(key: str, value: Any, spoken: str) -> Any:
    try:
        return KEYS[key].read(value)
    except ValueError as error:
        raise _out_of_range(key, value, error, spoken) from None


def _with_tiers(read: Mapping[str, Any]) -> dict[str, Any]:
    """Tiers say the retention and the thinning themselves."""
    keep = read.get("keep", ())
    twice = [key for key in ("retention", "thinning") if keep and key in read]
    if twice:
        raise Problem(f"{twice[0]} is said twice", f"{twice[0]} follows from keep", f"leave out {twice[0]} or keep")
    return {**read, "retention": keep[-1].for_minutes, "thinning": ThinningRule.OWN} if keep else dict(read)


def _assemble(said: Mapping[str, Any]) -> PolicyRequest:
    read = _with_tiers(said)
    default = PolicyRequest()
    policy = evolve(
        default.policy,
        retention_minutes=read.get("retention", default.policy.retention_minutes),
        app_consistent_minutes=read.get("app_consistent_every", default.policy.app_consistent_minutes),
        rpo_threshold_minutes=read.get("rpo_threshold", default.policy.rpo_threshold_minutes),
        crash_consistent_minutes=read.get("crash_consistent_every", default.policy.crash_consistent_minutes),
    )
    base = profile_of(read.get("provider", default.profile.provider))
    way_back = read.get("way_back", False)
    if way_back:
        policy = evolve(policy, retention_minutes=read.get("retention", 0))
    profile = evolve(
        base,
        point_latency_minutes=read.get("latency", default.profile.point_latency_minutes),
        tolerated_misses=read.get("tolerated_misses", default.profile.tolerated_misses),
        claims_seed=read.get("claims_seed", base.claims_seed),
        crash_consistent_minutes=policy.crash_consistent_minutes,
    )
    return PolicyRequest(
        policy,
        profile,
        read.get("thinning", default.thinning),
        read.get("name", default.name),
        way_back,
        read.get("keep", ()),
    )


def _out_of_range(key: str, value: Any, error: ValueError, spoken: str) -> Problem:
    nearest = error.nearest if isinstance(error, NearMissError) and _is_allowed(key, error.nearest) else ""
    meant = f"did you mean {_shown(nearest)}? " if nearest else ""
    hint = f"{meant}{spoken} is {KEYS[key].allowed}, for example {KEYS[key].example}"
    return Problem(f"{spoken} = {_shown(value)} is not allowed", str(error), hint)


def _is_allowed(key: str, value: str) -> bool:
    try:
        KEYS[key].read(value)
    except ValueError:
        return False
    return True


def _unknown(key: str) -> Problem:
    close = difflib.get_close_matches(key, list(KEYS), 2, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else f"the keys are {', '.join(KEYS)}"
    return Problem(f"{_shown(key)} is not a key of a policy", "no such setting exists", hint)


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    safe = "".join(each if each.isprintable() else "?" for each in text)
    return safe if len(safe) <= SHOWN_MAX else safe[:SHOWN_MAX] + "…"
