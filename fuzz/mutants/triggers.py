"""The triggers: one predicate each, on a call and on the facts around it.

Rule: a predicate looks only; two subjects that were asked the same answer it the same.
"""

from collections.abc import Callable, Mapping

from siteproof.fuzz.mutants.calls import PendingCall
from siteproof.fuzz.mutants.facts import EXCURSIONS, RESTARTS, Facts
from siteproof.fuzz.mutants.words import Trigger
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Direction, TestFailover, Verb

HOUR_MS = 3_600_000
DAY_HOURS = 24
EPOCH_WEEKDAY = 3  # the first of January 1970 was a Thursday
SATURDAY = 5
NIGHT_ENDS, NIGHT_BEGINS = 6, 20
CHARACTERS_MAX = 5

Holds = Callable[[PendingCall, Facts, int], bool]

_NAMES: tuple[Callable[[str], bool], ...] = (
    lambda name: name[-1:].isdigit() and name[-1:] not in "01",
    lambda name: len(name) > CHARACTERS_MAX,
    lambda name: any(char in "-_." for char in name),
    lambda name: not name.isascii() or name != name.lower(),
    lambda name: name[:1].lower() > "v" or name[:1].lower() < "n",
)
NAME_PATTERNS = len(_NAMES)


def _other_disk(call: PendingCall, facts: Facts, _: int) -> bool:
    disk = call.disk(facts)
    return bool(disk) and disk != next(iter(facts.disks.get(call.machine(facts), {disk: 0})), disk)


def _other_machine(call: PendingCall, facts: Facts, _: int) -> bool:
    machine = call.machine(facts)
    return bool(machine) and machine != next(iter(facts.disks), machine)


def _last_block(call: PendingCall, facts: Facts, _: int) -> bool:
    sizes = facts.disks.get(call.machine(facts), {})
    disk = call.disk(facts)
    last = {sizes[disk] - 1} if disk in sizes else {size - 1 for size in sizes.values()}
    return any(block in last for block in call.blocks(facts))


def _reverse(call: PendingCall, facts: Facts, _: int) -> bool:
    seen = facts.look(call.machine(facts))
    return seen is not None and seen.regions.direction is Direction.REVERSE


def _during_job(call: PendingCall, facts: Facts, _: int) -> bool:
    seen = facts.look(call.machine(facts))
    return seen is not None and seen.busy


def _drill_open(call: PendingCall, facts: Facts, _: int) -> bool:
    seen = facts.look(call.machine(facts))
    return seen is not None and seen.regions.test_failover is not TestFailover.NONE


def _quiet_hours(call: PendingCall, facts: Facts, _: int) -> bool:
    seen = facts.look(call.machine(facts))
    if seen is None:
        return False
    days, hour = divmod(seen.time_ms // HOUR_MS, DAY_HOURS)
    return (days + EPOCH_WEEKDAY) % 7 >= SATURDAY or not NIGHT_ENDS <= hour < NIGHT_BEGINS


def _second_excursion(call: PendingCall, facts: Facts, _: int) -> bool:
    machine = call.machine(facts)
    return any(facts.accepted[machine, verb] > 1 for verb in EXCURSIONS)


def _name(call: PendingCall, facts: Facts, amount: int) -> bool:
    return _NAMES[amount % NAME_PATTERNS](call.machine(facts))


TRIGGERS: Mapping[Trigger, Holds] = {
    Trigger.NTH_CALL: lambda call, _, amount: call.number == amount,
    Trigger.EVERY_KTH: lambda call, _, amount: call.number % amount == 0,
    Trigger.OTHER_DISK: _other_disk,
    Trigger.OTHER_MACHINE: _other_machine,
    Trigger.LAST_BLOCK: _last_block,
    Trigger.BLOCK_RANGE: lambda call, facts, amount: any(block >= amount for block in call.blocks(facts)),
    Trigger.LARGE: lambda call, _, amount: call.size() > amount,
    Trigger.REVERSE: _reverse,
    Trigger.AFTER_FAULT: lambda _, facts, amount: len(facts.faults) >= amount,
    Trigger.DURING_JOB: _during_job,
    Trigger.AFTER_RESTART: lambda _, facts, __: not RESTARTS.isdisjoint(facts.faults),
    Trigger.SECOND_EXCURSION: _second_excursion,
    Trigger.QUIET_HOURS: _quiet_hours,
    Trigger.AFTER_CLOCK_JUMP: lambda _, facts, __: FaultKind.CLOCK_JUMP in facts.faults,
    Trigger.APP_POINT: lambda call, _, __: call.speaks_of(Consistency.APP),
    Trigger.DRILL_OPEN: _drill_open,
    Trigger.SECOND_LIFE: lambda call, facts, _: facts.accepted[call.machine(facts), Verb.ENABLE] > 1,
    Trigger.NAME: _name,
}
"""When each trigger holds, by name."""
