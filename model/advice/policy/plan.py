"""The cheapest policy that meets stated needs, with the proof that nothing cheaper exists.

Cheapest means: fewest crash-consistent points stored, then fewest application-consistent snapshots, then the shortest
retention. All under the published table, whose counts and gaps are theorems (POL-T35, T38 to T40, T26, T54).
"""

from typing import Any

import z3
from attrs import frozen

from siteproof.model.advice.policy.duration import speak
from siteproof.model.advice.policy.nearest import RETENTION_HOURS_MAX, loss_minutes
from siteproof.model.engines.prove.answer import answer
from siteproof.model.nouns.policy import APP_CONSISTENT_HOURS_MAX, CRASH_CONSISTENT_MINUTES, HOUR_MINUTES
from siteproof.model.spec.retention_rule import published_rule

DAY_HOURS, WEEK_HOURS, FINE_HOURS = 24, 168, 2
Need = tuple[str, Any]  # a sentence and the constraint that says it


@frozen
class Needs:
    """What a policy has to give; minutes. 0 for app_rpo_minutes asks for no application-consistent points.

    `granularity` pairs say: between neighbouring points up to this age lies at most this much: (gap, age).
    """

    rpo_minutes: int = 15
    keep_minutes: int = 1440
    granularity: tuple[tuple[int, int], ...] = ()
    app_rpo_minutes: int = 0
    latency_minutes: int = 30
    misses: int = 0


@frozen
class PolicyPlan:
    """A policy in minutes (0: no app-consistent points) and its cost; `minimal` says that z3 refuted a cheaper one."""

    retention_minutes: int
    interval_minutes: int
    points: int
    snapshots_in_5_days: int
    minimal: bool


@frozen
class NoPlan:
    """No policy meets the needs; these alone contradict each other."""

    conflict: tuple[str, ...]


def cheapest(needs: Needs) -> PolicyPlan | NoPlan:
    """Search all whole-hour retentions up to 15 days and all allowed intervals."""
    space = _Space()
    demands = [*space.range(), *_demands(needs, space)]
    conflict = _conflict(demands)
    if conflict:
        return NoPlan(conflict)
    search = z3.Optimize()
    search.add(*(constraint for _, constraint in demands))
    for cost in space.costs:
        search.minimize(cost)
    assert answer(search) == z3.sat
    return _plan(space, search.model(), demands)


class _Space:
    """The unknowns, R and F in hours (F 0: off), and their costs."""

    def __init__(self) -> None:
        self.retention, self.interval = z3.Ints("R F")
        self.points = _points(self.retention)
        self.snapshots = _table(
            self.interval, {hours: 120 // hours for hours in range(1, APP_CONSISTENT_HOURS_MAX + 1)}
        )

    @property
    def costs(self) -> tuple[Any, Any, Any]:
        """In the order of their weight."""
        return self.points, self.snapshots, self.retention

    def range(self) -> list[Need]:
        """What any policy is: the seed's ranges and its rule."""
        allowed = z3.And(self.retention >= 1, self.retention <= RETENTION_HOURS_MAX)
        hours = z3.And(self.interval >= 0, self.interval <= APP_CONSISTENT_HOURS_MAX)
        rule = z3.Implies(self.interval > 0, self.interval < self.retention)
        return [("a retention of 1 h to 15 days", allowed), ("an interval of 1 to 12 h or off", z3.And(hours, rule))]

    def loss(self) -> Any:
        """L in minutes: a table over the intervals for each row of the published table."""
        rows = [published_rule(hours * HOUR_MINUTES) for hours in (DAY_HOURS, WEEK_HOURS, RETENTION_HOURS_MAX)]
        hours = range(1, APP_CONSISTENT_HOURS_MAX + 1)
        tables = [
            _table(self.interval, {each: loss_minutes(each * HOUR_MINUTES, row) for each in hours}) for row in rows
        ]
        return _by_row(self.retention, tables[0], tables[1], tables[2])


def _by_row(retention: Any, day: Any, week: Any, more: Any) -> Any:
    return z3.If(retention <= DAY_HOURS, day, z3.If(retention <= WEEK_HOURS, week, more))


def _table(key: Any, values: dict[int, int]) -> Any:
    expression: Any = z3.IntVal(0)
    for each, value in values.items():
        expression = z3.If(key == each, value, expression)
    return expression


def _points(retention: Any) -> Any:
    """Stored crash-consistent points; where a bucket is cut by the retention, the larger of the two counts."""
    per_hour = HOUR_MINUTES // CRASH_CONSISTENT_MINUTES
    fine = FINE_HOURS * per_hour
    week = fine + (WEEK_HOURS - FINE_HOURS) // 2
    thinned = _by_row(
        retention,
        fine + retention - FINE_HOURS,
        fine + (retention - FINE_HOURS + 1) / 2,
        week + (retention - WEEK_HOURS + 3) / 4,
    )
    return z3.If(retention <= FINE_HOURS, retention * per_hour, thinned)


def _gap_minutes(retention: Any, age_minutes: int) -> Any:
    """The largest gap between neighbouring points up to this age."""
    if age_minutes <= FINE_HOURS * HOUR_MINUTES:
        return z3.IntVal(CRASH_CONSISTENT_MINUTES)
    return _by_row(retention, 60, 120, 240 if age_minutes > WEEK_HOURS * HOUR_MINUTES else 120)


def _demands(needs: Needs, space: _Space) -> list[Need]:
    keep = f"points up to an age of {speak(needs.keep_minutes)}"
    demands: list[Need] = [
        (f"an RPO of {speak(needs.rpo_minutes)}", z3.BoolVal(needs.rpo_minutes >= CRASH_CONSISTENT_MINUTES)),
        (keep, space.retention * HOUR_MINUTES >= needs.keep_minutes),
    ]
    for gap, age in needs.granularity:
        sentence = f"at most {speak(gap)} between points up to an age of {speak(age)}"
        demands.append(
            (sentence, z3.And(_gap_minutes(space.retention, age) <= gap, space.retention * HOUR_MINUTES >= age))
        )
    return [*demands, *_app_demands(needs, space)]


def _app_demands(needs: Needs, space: _Space) -> list[Need]:
    if not needs.app_rpo_minutes:
        return [("no application-consistent points", space.interval == 0)]
    worst = (needs.misses + 1) * space.interval * HOUR_MINUTES + needs.latency_minutes + space.loss()
    fresh = z3.And(space.interval > 0, worst <= needs.app_rpo_minutes)
    sentence = f"an app-consistent point younger than {speak(needs.app_rpo_minutes)} with {needs.misses} misses"
    return [(sentence, fresh), ("one at all times", worst <= space.retention * HOUR_MINUTES)]


def _conflict(demands: list[Need]) -> tuple[str, ...]:
    """The sentences of an unsatisfiable core, or nothing."""
    solver = z3.Solver()
    solver.set("core.minimize", True)
    for number, (_, constraint) in enumerate(demands):
        solver.assert_and_track(constraint, f"need{number}")
    if answer(solver) == z3.sat:
        return ()
    core = {str(each) for each in solver.unsat_core()}
    return tuple(sentence for number, (sentence, _) in enumerate(demands) if f"need{number}" in core)


def _plan(space: _Space, model: Any, demands: list[Need]) -> PolicyPlan:
    values = [model.eval(each, model_completion=True).as_long() for each in (*space.costs, space.interval)]
    points, snapshots, retention, interval = values
    minimal = _nothing_cheaper(space, demands, values[:3])
    return PolicyPlan(retention * HOUR_MINUTES, interval * HOUR_MINUTES, points, snapshots, minimal)


def _nothing_cheaper(space: _Space, demands: list[Need], costs: list[int]) -> bool:
    """A second, plain solver: needs and a lexicographically smaller cost must be unsatisfiable."""
    solver = z3.Solver()
    solver.add(*(constraint for _, constraint in demands))
    first, second, third = (cost < value for cost, value in zip(space.costs, costs, strict=True))
    equal = [cost == value for cost, value in zip(space.costs, costs, strict=True)]
    solver.add(z3.Or(first, z3.And(equal[0], second), z3.And(equal[0], equal[1], third)))
    return bool(answer(solver) == z3.unsat)
