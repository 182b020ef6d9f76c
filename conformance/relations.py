"""Relations: two runs that differ only in what must not matter show the same of the machine that is meant.

Rule: a story is told without names, numbers of points and texts; times are told by the whole shipment.
"""

from collections.abc import Callable

from attrs import frozen

from siteproof.conformance import verify
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.plain import plain
from siteproof.conformance.verify_bytes import SHIPPING_MS
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.subject import Capability
from siteproof.model.nouns.vocabulary import Verb

C = Capability
NEEDS = (C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.VIRTUAL_CLOCK)
WRITES = 6


@frozen
class StoryLine:
    """What one look shows: in words, and times in milliseconds since the story began."""

    after: str
    words: str
    times_ms: tuple[int, ...]


@frozen
class _Telling:
    """One run, as it goes on."""

    lab: Lab
    machine: Machine
    first: Observation
    lines: list[StoryLine]

    def look(self, after: str) -> None:
        """Settle, and tell what is shown."""
        self.lab.settle()
        self.lines.append(_line(after, self.lab.observe(self.machine), self.first))

    def run(self, *verbs: Verb) -> None:
        """The commands, one after the other, with writes before each."""
        for verb in verbs:
            self.write()
            self.lab.run(self.machine, verb)
            self.look(verb.value)

    def write(self) -> None:
        """To every disk that is meant, whatever it is called."""
        for asked in self.machine.disks or {"": ""}:
            self.lab.write(self.machine, range(WRITES), disk=asked)

    def wait(self, minutes: int) -> None:
        """Let points be taken."""
        self.write()
        self.lab.advance(minutes=minutes)
        self.look(f"{minutes} min")


Scene = Callable[[_Telling], None]


def _protected(telling: _Telling) -> None:
    telling.run(Verb.ENABLE)
    for minutes in (5, 130):
        telling.wait(minutes)


def _drilled(telling: _Telling) -> None:
    telling.run(Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST)


def _cut(telling: _Telling) -> None:
    with telling.lab.link_down(telling.machine):
        telling.wait(20)
    telling.look("the link is back")
    telling.lab.resynchronise(telling.machine)
    telling.look("the comparison")


def _there_and_back(telling: _Telling) -> None:
    telling.run(Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT)
    telling.wait(5)
    telling.run(Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT)
    telling.wait(5)


SCENES: tuple[tuple[Scene, tuple[Capability, ...]], ...] = (
    (_protected, ()),
    (_drilled, (C.TEST_FAILOVER,)),
    (_cut, (C.LINK_FAULTS, C.RESYNC)),
    (_there_and_back, (C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)),
)


def story(lab: Lab, machine: Machine) -> tuple[StoryLine, ...]:
    """Everything that the subject offers, played on that machine, and what was seen of it."""
    telling = _Telling(lab, machine, lab.observe(machine), [])
    for scene, needs in SCENES:
        if lab.auditor.offers(*needs):
            scene(telling)
    return tuple(telling.lines)


def same(one: tuple[StoryLine, ...], other: tuple[StoryLine, ...], differs_in: str) -> None:
    """Both runs show the same, times give or take a shipment; Failed with the first line that differs otherwise."""
    for left, right in zip(one, other, strict=True):
        where = f"after {left.after}, in a run that differs in {differs_in} only"
        verify.equal(right.words, left.words, f"what is shown {where}")
        near = len(left.times_ms) == len(right.times_ms) and all(
            abs(was - now) <= SHIPPING_MS for was, now in zip(left.times_ms, right.times_ms, strict=True)
        )
        verify.that(near, f"times {where}: {plain(left.times_ms)} ms", f"{plain(right.times_ms)} ms")


def _line(after: str, seen: Observation, first: Observation) -> StoryLine:
    points = sorted(seen.points, key=lambda point: point.sequence)
    dirty = sum(disk.dirty_blocks for disk in seen.disks)
    words = (
        plain(seen.regions),
        f"allowed: {plain(set(seen.allowed))}",
        f"running: {plain(set(seen.running))}",
        f"points: {plain([point.consistency for point in points])}",
        f"in use: {plain([number for number, point in enumerate(points) if point.pinned])}",
        f"{dirty} blocks dirty, {seen.generation - first.generation} generations later, health {seen.health.value}",
        f"told: {plain({event.code for event in seen.events})}",
    )
    times = (*(point.taken_at_ms - first.time_ms for point in points), *(() if seen.rpo_ms is None else (seen.rpo_ms,)))
    return StoryLine(after, "; ".join(words), times)
