"""The driver draws drives on the honest subject: every call of the contract, several machines and disks, swarm weights.

Rule: it follows what the honest subject allows (and now and then what it does not), so that drives go far; a drive is
data afterwards, and mutants are driven by the data alone. Drive k of a seed is the same for everybody.
"""

import random
from collections.abc import Callable, Mapping

from attrs import define, evolve, field, frozen

from siteproof.conformance.needs import OF_FAULT
from siteproof.fuzz.mutants.drive import Drive, DriveAct, DriveStep, Driving
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import START_MS, DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, FaultKind, Subject
from siteproof.model.nouns.vocabulary import Consistency, Location, Place, Protection, Selection, Verb

STEPS_MAX = 70
HOUR_MS = 3_600_000
STARTS_MS = (START_MS, START_MS + 8 * HOUR_MS + HOUR_MS // 2, START_MS + 4 * 24 * HOUR_MS + 8 * HOUR_MS,
             START_MS + 5 * 24 * HOUR_MS, START_MS + 14 * HOUR_MS)  # fmt: skip
NAMES = ("vm1", "vm2", "db-main", "Web_02", "a", "zürich", "vm1-copy")
DISKS = ("disk0", "disk1", "data", "log-2")
SIZES = (4, 9, 16, 33, 48)
POLICIES = (
    ReplicationPolicy(),
    ReplicationPolicy(retention_minutes=180, app_consistent_minutes=60),
    ReplicationPolicy(retention_minutes=60),
    ReplicationPolicy(retention_minutes=72 * 60, app_consistent_minutes=120, rpo_threshold_minutes=30),
)
UNSTRUCK = (Capability.STORE_FAULTS, Capability.PRESSURE, Capability.REBOOTS)
STRUCK = [
    kind for kind in FaultKind if OF_FAULT.get(kind) not in UNSTRUCK
]  # the drives of mutants know no failing store, and were drawn before there were pressure and reboots
RARE = {Verb.COMPLETE_MIGRATION: 0.1, Verb.DISABLE: 0.4}  # they end what goes on
EAGER = {Verb.RESYNCHRONIZE: 4, Verb.ENABLE: 3}
PAUSES_MS = (200, 1_000, 1_500, 5_000, 30_000, 300_000, 300_000, 900_000, HOUR_MS, 5 * HOUR_MS)
JUMPS_MS = (-7_200_000, -60_000, 60_000, 86_400_000)
PROBE_SHARE = 0.08
HOLD_SHARE = 0.35
LATEST = 3  # of the choices among points, as many as all others together


@define
class Driver:
    """One drive's dice and tastes."""

    dice: random.Random
    scenario: Scenario
    _weights: dict[DriveAct, int] = field(init=False)
    _faults: list[FaultKind] = field(init=False)
    _favourite: int = field(init=False)
    _tastes: dict[Verb, float] = field(init=False)
    _settles: bool = False  # the last command is waited for

    def __attrs_post_init__(self) -> None:
        """Swarm: each drive leaves some things out and prefers others."""
        self._weights = {do: self.dice.choice((0, 1, 2, 4)) for do in DriveAct}
        for do, least in (
            (DriveAct.WRITE, 2),
            (DriveAct.COMMAND, 4),
            (DriveAct.ADVANCE, 1),
            (DriveAct.SETTLE, 1),
            (DriveAct.RESTORE, 1),
        ):
            self._weights[do] = max(self._weights[do], least)
        self._faults = self.dice.sample(STRUCK, self.dice.choice((1, 3, 6, len(STRUCK))))
        tastes = {verb: RARE.get(verb, EAGER.get(verb, 1)) for verb in Verb}
        self._tastes = {verb: taste * self.dice.choice((1, 1, 3)) for verb, taste in tastes.items()}
        self._favourite = self.dice.randrange(len(self.scenario.machines))

    def next(self, seen: Mapping[str, Observation]) -> DriveStep:
        """The next step, given what the honest subject shows."""
        if self._settles:
            self._settles = False
            return DriveStep(DriveAct.SETTLE)
        do = self.dice.choices(list(self._weights), list(self._weights.values()))[0]
        machine = self._favourite if self.dice.random() < 0.6 else self.dice.randrange(len(self.scenario.machines))
        spec = self.scenario.machines[machine]
        step = DriveStep(do, machine, self.dice.randrange(len(spec.disks)))
        return self._filled(step, seen.get(spec.name))

    def _filled(self, step: DriveStep, view: Observation | None) -> DriveStep:
        fill: dict[DriveAct, Callable[[DriveStep, Observation | None], DriveStep]] = {
            DriveAct.WRITE: self._write,
            DriveAct.ZERO: self._write,
            DriveAct.DISCARD: self._discard,
            DriveAct.COMMAND: self._command,
            DriveAct.FAULT: self._fault,
            DriveAct.ADVANCE: self._advance,
            DriveAct.READ: self._read,
            DriveAct.RESTORE: self._restore,
        }
        return fill[step.do](step, view) if step.do in fill else step

    def _blocks(self, step: DriveStep) -> tuple[int, ...]:
        size = self.scenario.machines[step.machine].disks[step.disk].blocks
        count = self.dice.choice((1, 1, 2, 3, 6, 25))
        first = self.dice.choice((0, -1, self.dice.randrange(size)))
        if self.dice.random() < 0.4:
            return tuple(first + offset if first >= 0 else -1 - offset for offset in range(count))
        return (first, *(self.dice.randrange(size) for _ in range(count - 1)))

    def _write(self, step: DriveStep, _: Observation | None) -> DriveStep:
        place = (
            self.dice.choice((Place.PRIMARY, Place.RECOVERY, Place.TEST)) if self.dice.random() < 0.1 else Place.ACTIVE
        )
        return evolve(step, blocks=self._blocks(step), place=place)

    def _discard(self, step: DriveStep, _: Observation | None) -> DriveStep:
        return evolve(step, blocks=self._blocks(step)[:1], amount=self.dice.choice((1, 2, 5, 40)))

    def _command(self, step: DriveStep, view: Observation | None) -> DriveStep:
        allowed = list(view.allowed) if view else []
        verb = self.dice.choices(allowed, [self._tastes[verb] for verb in allowed])[0] if allowed else Verb.ENABLE
        if not allowed or self.dice.random() < PROBE_SHARE:
            verb = self.dice.choice(list(Verb))
        self._settles = self.dice.random() > HOLD_SHARE
        selection = self.dice.choice([*Selection, *[Selection.LATEST] * LATEST])
        return evolve(step, command=self._asked(verb, selection), point=self.dice.choice((0, 0, 1, 3, 50)))

    def _asked(self, verb: Verb, selection: Selection) -> Command:
        own_policy = verb is Verb.ENABLE and self.dice.random() < 0.3
        return Command(
            verb,
            "",
            selection=selection,
            point="some" if selection is Selection.CUSTOM else "",
            policy=self.dice.choice(POLICIES) if own_policy else None,
            shutdown=self.dice.random() < 0.7,
            location=Location.ALTERNATE if self.dice.random() < 0.25 else Location.ORIGINAL,
            consistency=self.dice.choice(list(Consistency)),
            force=self.dice.random() < 0.2,
        )

    def _fault(self, step: DriveStep, view: Observation | None) -> DriveStep:
        kind = self.dice.choice(self._faults)
        if view is not None and not view.link_up and self.dice.random() < 0.6:
            kind = self.dice.choice((FaultKind.LINK_UP, FaultKind.SITE_UP))
        amount = {FaultKind.DISK_RESIZED: self.dice.choice((1, 7)), FaultKind.CLOCK_JUMP: self.dice.choice(JUMPS_MS)}
        return evolve(step, fault=kind, amount=amount.get(kind, 0))

    def _advance(self, step: DriveStep, _: Observation | None) -> DriveStep:
        return evolve(step, amount=self.dice.choice(PAUSES_MS))

    def _read(self, step: DriveStep, _: Observation | None) -> DriveStep:
        return evolve(step, place=self.dice.choice(list(Place)))

    def _restore(self, step: DriveStep, _: Observation | None) -> DriveStep:
        return evolve(step, point=self.dice.choice((0, 0, 1, 2, 5, 50)))


@frozen
class RecordedDrive:
    """A drive with the digests of what the honest subject answered, the reset first."""

    number: int
    drive: Drive
    digests: tuple[bytes, ...]


def record(subject: Subject, seed: int, number: int, steps_max: int = STEPS_MAX) -> RecordedDrive:
    """Draw drive `number` on the honest subject."""
    dice = random.Random(f"drive {seed} {number}")  # noqa: S311  (repeatable, not secret)
    scenario = _scenario(dice)
    driving, driver = Driving(subject, scenario), Driver(dice, scenario)
    digests, steps = [driving.begin().digest()], list[DriveStep]()
    for step in _opening(scenario, dice):
        steps.append(step)
        digests.append(driving.take(step).digest())
    while len(steps) < steps_max:
        steps.append(driver.next(driving.seen))
        digests.append(driving.take(steps[-1]).digest())
    for step in closing(driving):
        steps.append(step)
        digests.append(driving.take(step).digest())
    return RecordedDrive(number, Drive(scenario, tuple(steps)), tuple(digests))


def _scenario(dice: random.Random) -> Scenario:
    names = dice.sample(NAMES, dice.choice((1, 2, 2, 3)))
    machines = tuple(
        MachineSpec(
            name,
            tuple(DiskSpec(disk, dice.choice(SIZES)) for disk in dice.sample(DISKS, dice.choice((1, 2, 3)))),
            identity=f"identity-{name}",
        )
        for name in names
    )
    return Scenario(machines, dice.choice(POLICIES), dice.choice(STARTS_MS))


def _opening(scenario: Scenario, dice: random.Random) -> list[DriveStep]:
    """Most machines are protected soon; some have data before."""
    steps = []
    for machine, spec in enumerate(scenario.machines):
        steps += [
            DriveStep(DriveAct.WRITE, machine, disk, tuple(range(dice.choice((1, 4)))))
            for disk in range(len(spec.disks))
        ]
        if dice.random() < 0.9:
            steps.append(DriveStep(DriveAct.COMMAND, machine, command=Command(Verb.ENABLE, "")))
    return [*steps, DriveStep(DriveAct.SETTLE)]


def closing(driving: Driving) -> list[DriveStep]:
    """The audit at the end: everything comes to rest, a point is taken, every listed point and every disk is read."""
    steps = [DriveStep(DriveAct.SETTLE), DriveStep(DriveAct.ADVANCE, amount=300_000), DriveStep(DriveAct.SETTLE)]
    for machine, spec in enumerate(driving.scenario.machines):
        view = driving.seen.get(spec.name)
        points = len(view.points) if view and view.regions.protection is not Protection.UNPROTECTED else 0
        steps += [
            DriveStep(DriveAct.RESTORE, machine, point=index) for index in {0, 1, 2, points // 2, max(points - 1, 0)}
        ]
        places = (Place.ACTIVE, Place.PRIMARY, Place.RECOVERY)
        steps += [
            DriveStep(DriveAct.READ, machine, disk, place=place) for disk in range(len(spec.disks)) for place in places
        ]
    return steps
