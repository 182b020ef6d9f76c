"""The walker draws what to do next: guided by the model, with swarm weights, from one seed.

Rule: it knows the model and what the subject shows, never whether the subject is right; that is the examiner's work.
"""

import random
from collections.abc import Callable

from attrs import define, field

from siteproof.fuzz.actions import Action, Kind
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.scenario import MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Fault, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Selection, Verb
from siteproof.model.spec.lifecycle.table import allowed_operations

LONG_MS = 5 * 60_000
BLOCKS_PER_WRITE_MAX = 6
PROBE_SHARE = 0.1  # of the commands that the model would refuse
FINAL_VERBS = frozenset({Verb.COMPLETE_MIGRATION, Verb.DISABLE})  # they end a walk early, so they are drawn rarely
FINAL_SHARE = 0.05
HOLDABLE = frozenset({Verb.ENABLE, Verb.RESYNCHRONIZE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.COMMIT})
HOLD_SHARE = 0.4  # of these jobs are left running, so that writes and faults land in the middle of them

FAULTS: dict[FaultKind, Capability] = {
    FaultKind.LINK_DOWN: Capability.LINK_FAULTS,
    FaultKind.LINK_UP: Capability.LINK_FAULTS,
    FaultKind.AGENT_CRASH: Capability.CRASH_FAULTS,
    FaultKind.FORCED_SHUTDOWN: Capability.CRASH_FAULTS,
    FaultKind.TARGET_CRASH: Capability.TARGET_FAULTS,
    FaultKind.JOB_FAILS: Capability.JOB_FAULTS,
}


@define
class Walker:
    """An endless source of actions for one scenario; `capabilities` says which faults make sense."""

    scenario: Scenario
    dice: random.Random
    capabilities: frozenset[Capability]
    profile: Profile = CORE
    _weights: dict[Kind, int] = field(init=False)
    _hot: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Swarm testing: every walk leaves some kinds of action out and prefers others."""
        kinds = (Kind.WRITE, Kind.COMMAND, Kind.FAULT, Kind.ADVANCE, Kind.SETTLE, Kind.CHECKPOINT, Kind.DISCARD)
        self._weights = {kind: self.dice.choice((0, 1, 2, 4, 8)) for kind in kinds}
        self._weights[Kind.WRITE] = max(self._weights[Kind.WRITE], 2)
        self._weights[Kind.COMMAND] = max(self._weights[Kind.COMMAND], 2)
        self._weights[Kind.CHECKPOINT] = max(self._weights[Kind.CHECKPOINT], 1)
        if Capability.DISCARD not in self.capabilities:
            self._weights[Kind.DISCARD] = 0
        self._hot = [self.dice.randrange(1 << 30) for _ in range(4)]

    def next(self, view: Observation) -> Action:
        """The next action, given what the subject shows of the machine."""
        kind = self.dice.choices(list(self._weights), list(self._weights.values()))[0]
        make: dict[Kind, Callable[[Observation], Action]] = {
            Kind.WRITE: self._write,
            Kind.DISCARD: self._discard,
            Kind.COMMAND: self._command,
            Kind.FAULT: self._fault,
            Kind.ADVANCE: self._advance,
        }
        return make[kind](view) if kind in make else Action(kind, view.machine)

    def _machine(self, view: Observation) -> MachineSpec:
        return self.scenario.machine(view.machine)

    def _write(self, view: Observation) -> Action:
        disk = self.dice.choice(self._machine(view).disks)
        count = self.dice.randint(1, BLOCKS_PER_WRITE_MAX)
        blocks = tuple(self._block(disk.blocks) for _ in range(count))
        return Action(Kind.WRITE, view.machine, disk.name, blocks)

    def _block(self, blocks: int) -> int:
        return self.dice.choice(self._hot) % blocks if self.dice.random() < 0.7 else self.dice.randrange(blocks)

    def _discard(self, view: Observation) -> Action:
        disk = self.dice.choice(self._machine(view).disks)
        return Action(Kind.DISCARD, view.machine, disk.name, (self._block(disk.blocks),))

    def _command(self, view: Observation) -> Action:
        allowed = sorted(allowed_operations(view.regions, self.profile))
        likely = [verb for verb in allowed if verb not in FINAL_VERBS or self.dice.random() < FINAL_SHARE]
        if not likely or self.dice.random() < PROBE_SHARE:
            likely = list(Verb)
        verb = self.dice.choice(likely)
        hold = verb in HOLDABLE and Capability.HOLD in self.capabilities and self.dice.random() < HOLD_SHARE
        return Action(Kind.COMMAND, view.machine, command=self._arguments(verb, view), hold=hold)

    def _arguments(self, verb: Verb, view: Observation) -> Command:
        selection = self.dice.choice(list(Selection))
        point = self.dice.choice([each.name for each in view.points] or ["none"])
        return Command(
            verb,
            view.machine,
            selection=selection,
            point=point if selection is Selection.CUSTOM else "",
            shutdown=self.dice.random() < 0.5,
            consistency=self.dice.choice(list(Consistency)),
        )

    def _fault(self, view: Observation) -> Action:
        kinds = [kind for kind, needed in FAULTS.items() if needed in self.capabilities]
        if not kinds:
            return self._advance(view)
        if not view.link_up and self.dice.random() < 0.5:
            kinds = [FaultKind.LINK_UP]
        return Action(Kind.FAULT, view.machine, fault=Fault(self.dice.choice(kinds), view.machine))

    def _advance(self, view: Observation) -> Action:
        short = self.dice.choice((200, 1_000, 1_500, 5_000, 30_000))
        return Action(Kind.ADVANCE, view.machine, milliseconds=short if self.dice.random() < 0.7 else LONG_MS)
