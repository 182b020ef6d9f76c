"""Pages about time: the policy theorems with calendars of what is refuted, and what retention keeps, tier by tier.

Rule: a calendar is what the simulator says of one policy; the simulator knows the retention rule and no theorem.
"""

from collections.abc import Iterator, Sequence

from attrs import frozen

from siteproof.model.book.markdown import anchor, listed, page, table
from siteproof.model.book.traceability import requirement_link
from siteproof.model.nouns.policy import DAY_MINUTES, HOUR_MINUTES
from siteproof.model.nouns.profile import CORE
from siteproof.model.spec.registry.requirements import requirements
from siteproof.model.spec.retention_rule import RetentionRule, plain_rule, published_rule
from siteproof.model.theorems import theorems
from siteproof.model.theorems.calendar import Calendar, PointLife, SnapshotAttempt, calendar
from siteproof.model.theorems.theorem import Theorem

CRASH_MINUTES = 5
LATENCY_MINUTES = CORE.point_latency_minutes


@frozen
class TimingExample:
    """A policy whose calendar shows what a theorem says; times in minutes, `misses` counts attempts from 0."""

    theorem: str
    title: str
    rule: RetentionRule
    interval_minutes: int
    misses: tuple[int, ...] = ()


EXAMPLES = (
    TimingExample("POL-T3", "an interval as long as the retention", plain_rule(6 * HOUR_MINUTES), 6 * HOUR_MINUTES),
    TimingExample("POL-T1", "an hour less is enough", plain_rule(6 * HOUR_MINUTES), 5 * HOUR_MINUTES),
    TimingExample("POL-T2", "until one snapshot fails", plain_rule(6 * HOUR_MINUTES), 5 * HOUR_MINUTES, (1,)),
    TimingExample("POL-T1", "room for one failure", plain_rule(6 * HOUR_MINUTES), 2 * HOUR_MINUTES, (1,)),
)
RETENTIONS_DAYS = (1, 2, 3, 7, 8, 15)


def theorems_page() -> str:
    """Every theorem with what the prover has to say of it, and the calendars."""
    rows = [_theorem(each) for each in theorems()]
    return page(
        "Timing theorems",
        "Retention R, interval F, latency D until a point can be used, m misses in a row. A theorem holds for all "
        "values; a refuted design is kept because a prover that could not refute it would be worth nothing. "
        "`siteproof policy theorems` proves all of them again, `siteproof policy theorems POL-T1 --smtlib` prints the "
        "queries of one, and `siteproof policy check` shows a calendar like these for a policy of yours.",
        table(("theorem", "verdict", "what it says", "requirements", "source"), rows),
        "## Calendars",
        f"Points can be used {LATENCY_MINUTES} minutes after they are taken.",
        *(_example(each) for each in EXAMPLES),
    )


def _theorem(each: Theorem) -> tuple[str, ...]:
    known = {one.id: one for one in requirements()}
    named = listed(requirement_link(known[name]) for name in each.requirements if name in known)
    return f"{anchor(each.id)}{each.id}", "proved" if each.holds else "refuted", each.sentence, named, each.source


def _example(example: TimingExample) -> str:
    until = example.rule.retention_minutes + 2 * example.interval_minutes + LATENCY_MINUTES
    attempts = [
        SnapshotAttempt(at, number not in example.misses)
        for number, at in enumerate(range(0, until + 1, example.interval_minutes))
    ]
    made = calendar(attempts, example.rule, LATENCY_MINUTES, until)
    head = (
        f"### {example.theorem}: {example.title}\n\nRetention {example.rule.retention_minutes // HOUR_MINUTES} h, "
        f"application-consistent points every {example.interval_minutes // HOUR_MINUTES} h, {_misses(example.misses)}."
    )
    return f"{head}\n\n{table(('when', 'what happens'), _told(made))}\n\n{_gaps(made)}"


def _misses(misses: Sequence[int]) -> str:
    return f"attempt {listed(str(each + 1) for each in misses)} fails" if misses else "no attempt fails"


def _told(made: Calendar) -> list[tuple[str, str]]:
    events = [event for life in made.lives for event in _life(life)]
    events += [(at, "an attempt fails") for at in made.missed_minutes]
    events += [(gap.start_minutes, "**nothing application-consistent can be restored**") for gap in made.gaps]
    events += [(gap.end_minutes, f"something can be restored again, after {gap.minutes} min") for gap in made.gaps]
    return [(clock(at), what) for at, what in sorted(events) if at <= made.until_minutes]


def _life(life: PointLife) -> Iterator[tuple[int, str]]:
    yield life.taken_minutes, f"point {life.name} is taken"
    yield life.usable_minutes, f"point {life.name} can be used"
    if life.ended_minutes is not None:
        yield life.ended_minutes, f"point {life.name} goes: it {life.reason}"


def _gaps(made: Calendar) -> str:
    if not made.gaps:
        return "There is no instant without a usable point."
    return f"{sum(gap.minutes for gap in made.gaps)} minutes without a usable point."


def clock(minutes: int) -> str:
    """Minutes since the first midnight as day and hour."""
    day, rest = divmod(minutes, DAY_MINUTES)
    return f"day {day + 1} {rest // HOUR_MINUTES:02}:{rest % HOUR_MINUTES:02}"


def retention_page() -> str:
    """The tiers of each retention, and how many points stay."""
    rows = [line for days in RETENTIONS_DAYS for line in _tiers(days)]
    whole = [(f"{days} d", str(kept_points(published_rule(days * DAY_MINUTES)))) for days in range(1, 16)]
    return page(
        "Retention",
        "What stays of the crash-consistent points, one every five minutes, when a policy keeps them for so many days. "
        "A tier begins at its age, inclusive, and ends where the next one begins; in a bucket one point stays, an "
        "application-consistent one before others. A retention between two rows follows the longer row. What is open "
        "in this table (where buckets begin, which point stays, how many) is a parameter of the "
        "[profile](profile.md). `siteproof policy simulate` lets any policy run.",
        "## Tiers",
        table(("retention", "from age", "to age", "what stays", "points"), rows),
        "## Points in all",
        "The same numbers are theorems: POL-T38, POL-T39 and POL-T40 of [timing](theorems.md).",
        table(("retention", "crash-consistent points that are kept"), whole),
    )


def _tiers(days: int) -> Iterator[tuple[str, ...]]:
    rule = published_rule(days * DAY_MINUTES)
    for start, end, bucket in _spans(rule):
        stays = f"one per {bucket // HOUR_MINUTES} h" if bucket else "every point"
        yield f"{days} d", _age(start), _age(end), stays, str((end - start) // (bucket or CRASH_MINUTES))


def _spans(rule: RetentionRule) -> Iterator[tuple[int, int, int]]:
    """Start, end and bucket of each tier that the retention reaches."""
    reached = [tier for tier in rule.tiers if tier.start_minutes < rule.retention_minutes]
    ends = [*(tier.start_minutes for tier in reached[1:]), rule.retention_minutes]
    for tier, end in zip(reached, ends, strict=True):
        yield tier.start_minutes, end, tier.bucket_minutes


def kept_points(rule: RetentionRule) -> int:
    """How many crash-consistent points stay when one comes every five minutes."""
    return sum((end - start) // (bucket or CRASH_MINUTES) for start, end, bucket in _spans(rule))


def _age(minutes: int) -> str:
    if minutes % DAY_MINUTES == 0 and minutes:
        return f"{minutes // DAY_MINUTES} d"
    return f"{minutes // HOUR_MINUTES} h" if minutes else "0"
