"""A plan file's bytes become a RecoveryPlan; Problem names the first key that is wrong, with its place in the file.

The raw structures are the format: the published JSON Schema is made from them, so that both say the same.
"""

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from siteproof.model.advice.policy.duration import BadDurationError, parse_minutes
from siteproof.model.advice.recovery_plan.plan import (
    GROUPS_MAX,
    MACHINES_MAX,
    STEP_TIMEOUT_MINUTES,
    Dependents,
    DurationRange,
    FailoverType,
    Moment,
    PlanGroup,
    PlannedMachine,
    PlanStep,
    RecoveryPlan,
    StepKind,
)
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.provider import ReplicationProvider
from siteproof.model.nouns.vocabulary import Direction, Selection

STEPS_MAX = 50  # of one list
READ_MAX = 1000  # groups, and machines of one group, that are read at all; how many a plan may have is judged
SPAN_MINUTES_MAX = 1440
SHOWN_MAX = 60

Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Duration = Annotated[str, Meta(pattern=r"^\s*([0-9]{1,9}\s*[dhm]\s*)+$", description="1m to 1d, for example 10m")]
Names = Annotated[list[Name], Meta(max_length=READ_MAX, description="names of machines or steps that come first")]


def _of(most: int, least: int = 1) -> Meta:
    """A list of which a plan may have so many: more are read, and refuted."""
    return Meta(min_length=least, max_length=READ_MAX, description=f"at most {most} in a plan")


class RawStep(msgspec.Struct, forbid_unknown_fields=True):
    """One step: [[pre]], [[post]], [[group.pre]] or [[group.post]]."""

    name: Name
    kind: StepKind
    expected: Duration | None = None
    timeout: Duration | None = None
    machine: Name | None = None
    needs: Names = []
    types: Annotated[list[FailoverType], Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: list(FailoverType)
    )
    directions: Annotated[list[Direction], Meta(min_length=1, max_length=2)] = msgspec.field(
        default_factory=lambda: list(Direction)
    )
    undone_by: Annotated[str, Meta(max_length=200)] = ""


Steps = Annotated[list[RawStep], Meta(max_length=STEPS_MAX)]


class RawSpans(msgspec.Struct, forbid_unknown_fields=True):
    """How long a machine's own phases take; the longest is never less than the expected."""

    shutdown: Duration | None = None
    shutdown_timeout: Duration | None = None
    failover: Duration | None = None
    failover_timeout: Duration | None = None
    boot: Duration | None = None
    boot_timeout: Duration | None = None


class RawMachine(RawSpans, forbid_unknown_fields=True, kw_only=True):
    """One machine: [[group.machine]]."""

    name: Name
    needs: Names = []


class RawDefaults(RawSpans, forbid_unknown_fields=True, kw_only=True):
    """What holds where a machine or a step says nothing: [defaults]."""

    step_timeout: Duration | None = None


class RawGroup(msgspec.Struct, forbid_unknown_fields=True):
    """One boot group: [[group]]."""

    name: Name
    machine: Annotated[list[RawMachine], _of(MACHINES_MAX, 0)] = []
    pre: Steps = []
    post: Steps = []


class RawPlan(msgspec.Struct, forbid_unknown_fields=True):
    """A whole plan file."""

    group: Annotated[list[RawGroup], _of(GROUPS_MAX)]
    name: Name = "recovery plan"
    rto: Duration | None = None
    selection: Selection = Selection.LATEST
    provider: ReplicationProvider | None = None
    dependents: Dependents | None = None
    defaults: RawDefaults = msgspec.field(default_factory=RawDefaults)
    pre: Steps = []
    post: Steps = []


PHASES = {
    "shutdown": PlannedMachine("").shutdown,
    "failover": PlannedMachine("").failover,
    "boot": PlannedMachine("").boot,
}


def schema() -> dict[str, Any]:
    """The JSON Schema of plan files."""
    body = msgspec.json.schema(RawPlan)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "siteproof recovery plan", **body}


def parse_plan(data: bytes, source: str) -> RecoveryPlan:
    """The plan of a file's bytes; `source` names the file in a Problem."""
    raw = _converted(_toml(data, source))
    if raw.selection is Selection.CUSTOM:
        hint = f"selection is {', '.join(each for each in Selection if each is not Selection.CUSTOM)}"
        raise _wrong("selection", "custom", "a listed point belongs to one machine, a plan has many", hint)
    groups = tuple(_group(each, f"group[{number}]", raw.defaults) for number, each in enumerate(raw.group, 1))
    steps = (*_steps(raw.pre, "pre", Moment.PRE, raw.defaults), *_steps(raw.post, "post", Moment.POST, raw.defaults))
    rto = None if raw.rto is None else _minutes(raw.rto, "rto")
    plan = RecoveryPlan(raw.name, groups, steps, rto, raw.selection, raw.provider, raw.dependents)
    _check_names(plan)
    return plan


def _toml(data: bytes, source: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        cause = f"byte {error.start} is not UTF-8 text"
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        cause = str(error) or "it is nested too deeply"
    raise Problem(f"{source} is not a plan file", cause, "write TOML; siteproof plan schema tells the keys")


def _converted(settings: Mapping[str, Any]) -> RawPlan:
    try:
        return msgspec.convert(settings, RawPlan)
    except msgspec.ValidationError as error:
        cause, _, path = str(error).partition(" - at ")
        raise _not_understood(cause, path.strip("`").removeprefix("$").lstrip(".")) from None


def _not_understood(cause: str, path: str) -> Problem:
    """What the codec says, with its place counted from 1 as people do, and the key that may have been meant."""
    place = re.sub(r"\[(\d+)\]", lambda found: f"[{int(found[1]) + 1}]", path) or "the plan"
    key = re.search(r"field `([^`]*)`", cause)
    known = _known_keys(place) if key else []
    close = difflib.get_close_matches(key[1], known, 1) if key and "unknown" in cause else []
    hint = f"did you mean {close[0]}?" if close else "siteproof plan schema tells the keys and their ranges"
    named = f"{place}.{key[1]}" if key and path else key[1] if key else place
    return Problem(f"{_shown(named)} is not as a plan needs it", _shown(cause[:1].lower() + cause[1:], 200), hint)


def _known_keys(place: str) -> list[str]:
    last = re.sub(r"\[\d+\]", "", place).rpartition(".")[2]
    kinds: dict[str, Any] = {"group": RawGroup, "machine": RawMachine, "pre": RawStep, "post": RawStep}
    kind = {**kinds, "defaults": RawDefaults}.get(last, RawPlan)
    return [each.encode_name for each in msgspec.structs.fields(kind)]


def _group(raw: RawGroup, place: str, defaults: RawDefaults) -> PlanGroup:
    machines = tuple(_machine(each, f"{place}.machine[{n}]", defaults) for n, each in enumerate(raw.machine, 1))
    pre = _steps(raw.pre, f"{place}.pre", Moment.PRE, defaults)
    post = _steps(raw.post, f"{place}.post", Moment.POST, defaults)
    members = {each.name for each in machines}
    for key, listed in ((f"{place}.pre", pre), (f"{place}.post", post)):
        for number, step in enumerate(listed, 1):
            if step.machine and step.machine not in members:
                hint = _near(step.machine, members)
                raise _wrong(f"{key}[{number}].machine", step.machine, "it is no machine of this group", hint)
    return PlanGroup(raw.name, machines, (*pre, *post))


def _machine(raw: RawMachine, place: str, defaults: RawDefaults) -> PlannedMachine:
    spans = {phase: _phase(phase, raw, place, defaults) for phase in PHASES}
    return PlannedMachine(raw.name, needs=tuple(raw.needs), **spans)


def _phase(phase: str, raw: RawMachine, place: str, defaults: RawDefaults) -> DurationRange:
    expected = _given(phase, raw, place, defaults, PHASES[phase].expected_minutes)
    worst = _given(f"{phase}_timeout", raw, place, defaults, max(PHASES[phase].worst_minutes, expected))
    return DurationRange(expected, worst)


def _given(key: str, raw: RawMachine, place: str, defaults: RawDefaults, otherwise: int) -> int:
    for settings, where in ((raw, place), (defaults, "defaults")):
        text = getattr(settings, key)
        if text is not None:
            return _minutes(text, f"{where}.{key}")
    return otherwise


def _steps(raw: Iterable[RawStep], place: str, moment: Moment, defaults: RawDefaults) -> tuple[PlanStep, ...]:
    return tuple(_step(each, f"{place}[{number}]", moment, defaults) for number, each in enumerate(raw, 1))


def _step(raw: RawStep, place: str, moment: Moment, defaults: RawDefaults) -> PlanStep:
    if raw.machine and not place.startswith("group"):
        raise _wrong(f"{place}.machine", raw.machine, "a step of the whole plan belongs to no machine", "move it")
    span = _step_span(raw, place, defaults)
    filters = frozenset(raw.types), frozenset(raw.directions)
    waits = raw.kind is StepKind.PROMPT and raw.expected is None and raw.timeout is None
    needs = tuple(raw.needs)
    return PlanStep(raw.name, raw.kind, span, moment, raw.machine or "", needs, *filters, waits, raw.undone_by)


def _step_span(raw: RawStep, place: str, defaults: RawDefaults) -> DurationRange:
    """A prompt ends when somebody answers: within its timeout, or the expected time, or nobody knows when."""
    expected = None if raw.expected is None else _minutes(raw.expected, f"{place}.expected")
    timeout = None if raw.timeout is None else _minutes(raw.timeout, f"{place}.timeout")
    if raw.kind is StepKind.PROMPT:
        least = expected or 0
        return DurationRange(least, least if timeout is None else timeout)
    shared = defaults.step_timeout
    usual = STEP_TIMEOUT_MINUTES if shared is None else _minutes(shared, "defaults.step_timeout")
    longest = usual if timeout is None else timeout
    return DurationRange(longest if expected is None else expected, longest)


def _minutes(text: str, key: str) -> int:
    try:
        minutes = parse_minutes(text)
    except BadDurationError as error:
        raise _wrong(key, text, str(error), f'{key} is 1m to 1d, for example "10m"') from None
    if not 1 <= minutes <= SPAN_MINUTES_MAX:
        raise _wrong(key, text, "it is outside of the range", f'{key} is 1m to 1d, for example "10m"')
    return minutes


def _check_names(plan: RecoveryPlan) -> None:
    """There is a machine; one name, one thing; whoever is needed exists."""
    if not plan.machines:
        raise Problem("group is not as a plan needs it", "no group has a machine", "a plan fails at least one over")
    names = [*(each.name for each in plan.machines), *(step.name for _, step in plan.all_steps())]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise _wrong("name", twice[0], "two machines or steps have it", "give each its own name")
    for key, name in _needed(plan):
        if name not in names:
            raise _wrong(key, name, "no machine and no step has this name", _near(name, names))


def _needed(plan: RecoveryPlan) -> Iterator[tuple[str, str]]:
    """Every name in `needs` with its place in the file."""
    places = [("", plan.steps)] + [(f"group[{n}].", group.steps) for n, group in enumerate(plan.groups, 1)]
    for prefix, steps in places:
        for moment in Moment:
            listed = [step for step in steps if step.moment is moment]
            yield from ((f"{prefix}{moment}[{n}].needs", name) for n, s in enumerate(listed, 1) for name in s.needs)
    for number, group in enumerate(plan.groups, 1):
        listed_machines = enumerate(group.machines, 1)
        yield from ((f"group[{number}].machine[{n}].needs", name) for n, m in listed_machines for name in m.needs)


def _near(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, 2, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"there are {_shown(', '.join(names), 200)}"


def _wrong(key: str, value: str, cause: str, hint: str) -> Problem:
    said = f'{key} = "{value}" is not allowed' if value else f"{key} is missing"
    return Problem(_shown(said, 2 * SHOWN_MAX), cause, hint)


def _shown(text: str, longest: int = SHOWN_MAX) -> str:
    safe = "".join(each if each.isprintable() else "?" for each in text)
    return safe if len(safe) <= longest else safe[:longest] + "…"
