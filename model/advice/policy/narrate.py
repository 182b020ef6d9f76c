"""A calendar told as dated lines: what was taken, became usable, was pruned, and when nothing could be restored.

It tells what the simulator saw and computes nothing of its own.
"""

from collections.abc import Iterable
from itertools import groupby

from attrs import frozen

from siteproof.model.advice.policy.duration import speak
from siteproof.model.nouns.policy import DAY_MINUTES
from siteproof.model.nouns.vocabulary import Consistency
from siteproof.model.theorems.calendar import Calendar, PointLife, RecoveryGap
from siteproof.model.theorems.keep import Reason

NEVER = "never usable"
RUN_POINTS = 4  # so many alike are told in one line


@frozen
class TimelineEntry:
    """One dated line; `usable` is a remark for the right-hand column, or empty."""

    at_minutes: int
    text: str
    usable: str = ""


def moment(minutes: int) -> str:
    """The instant as people date it: 750 is "day 1 12:30"."""
    day, rest = divmod(minutes, DAY_MINUTES)
    return f"day {day + 1} {rest // 60:02}:{rest % 60:02}"


def tell(calendar: Calendar) -> tuple[TimelineEntry, ...]:
    """Every event of the calendar in order; events of one instant share a line."""
    events = [*_points(calendar), *_missed(calendar), *_nothing(calendar)]
    events.sort(key=lambda each: each.at_minutes)
    return tuple(_joined(list(group)) for _, group in groupby(events, key=lambda each: each.at_minutes))


def _points(calendar: Calendar) -> Iterable[TimelineEntry]:
    """Endings come before the points that are taken at the same instant, unless they are the point's own."""
    first, runs = calendar.lives[:1], list(_runs(calendar.lives[1:]))
    alone = [*first, *(run[0] for run in runs if len(run) == 1)]
    ended = [(at, life) for life in alone if (at := life.ended_minutes) is not None]
    yield from (
        TimelineEntry(at, _ending(life)) for at, life in ended if life.taken_minutes < at < calendar.until_minutes
    )
    for life in first:
        kind = f"{calendar.consistency}-consistent point {life.name} taken"
        yield TimelineEntry(life.taken_minutes, kind, _usable_from(life))
    for run in runs:
        yield from _taken_in_a_row(run) if len(run) > 1 else (_taken(run[0]),)
    yield from (TimelineEntry(at, _ending(life)) for at, life in ended if at == life.taken_minutes)


def _runs(lives: Iterable[PointLife]) -> Iterable[list[PointLife]]:
    """Points that are thinned one after the other for the same one, without ever being usable, are told together."""
    for key, group in groupby(lives, key=lambda life: (life.favours, _usable_from(life) == NEVER)):
        listed = list(group)
        together = key[0] and key[1] and len(listed) >= RUN_POINTS
        yield from [listed] if together else ([life] for life in listed)


def _taken(life: PointLife) -> TimelineEntry:
    return TimelineEntry(life.taken_minutes, f"point {life.name} taken", _usable_from(life))


def _taken_in_a_row(run: list[PointLife]) -> Iterable[TimelineEntry]:
    first, last = run[0], run[-1]
    names = f"{first.name} to {last.name}"
    ended, age = first.ended_minutes or 0, speak((first.ended_minutes or 0) - first.taken_minutes)
    yield TimelineEntry(first.taken_minutes, f"points {names} taken, until {moment(last.taken_minutes)}", NEVER)
    yield TimelineEntry(ended, f"{names} reach {age} and are thinned: their bucket keeps {first.favours}")


def _usable_from(life: PointLife) -> str:
    if life.ended_minutes is not None and life.ended_minutes <= life.usable_minutes:
        return NEVER
    same_day = life.usable_minutes // DAY_MINUTES == life.taken_minutes // DAY_MINUTES
    clock = moment(life.usable_minutes)
    return f"usable from {clock.rpartition(' ')[2] if same_day else clock}"


def _ending(life: PointLife) -> str:
    age = speak((life.ended_minutes or 0) - life.taken_minutes)
    if life.reason is Reason.THINNED:
        return f"{life.name} reaches {age} and is thinned: its bucket keeps {life.favours}"
    if life.reason is Reason.NOTHING_STORED:
        return f"{life.name} is not stored: the retention is 0"
    return f"{life.name} reaches {age} and is pruned"


def _missed(calendar: Calendar) -> Iterable[TimelineEntry]:
    missed = calendar.missed_minutes
    if len(missed) == 1:
        yield TimelineEntry(missed[0], "the attempt fails")
    elif missed:
        yield TimelineEntry(
            missed[0], f"the first of {len(missed)} attempts in a row fails, the last at {moment(missed[-1])}"
        )


def _nothing(calendar: Calendar) -> Iterable[TimelineEntry]:
    kind = " application-consistent" if calendar.consistency is Consistency.APP else ""
    for gap in calendar.gaps:
        yield TimelineEntry(gap.middle_minutes, f"nothing{kind} can be restored")
        yield TimelineEntry(gap.end_minutes, _after(gap, calendar.lives))


def _after(gap: RecoveryGap, lives: Iterable[PointLife]) -> str:
    if any(life.covers(gap.end_minutes) for life in lives):
        return f"usable again after a gap of {speak(gap.minutes)}"
    return f"still nothing, {speak(gap.minutes)} after the first point was due"


def _joined(lines: list[TimelineEntry]) -> TimelineEntry:
    """The last line's remark keeps its column; a remark of an earlier one moves into the text."""
    if len(lines) == 1:
        return lines[0]
    texts = [f"{line.text}, {line.usable}" if line.usable else line.text for line in lines]
    return TimelineEntry(lines[0].at_minutes, " · ".join(texts))
