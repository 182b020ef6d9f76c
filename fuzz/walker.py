"""The walker draws what to do next: its own swarm weights, bent toward what the campaign has not seen, from one seed.

Rule: it knows the model and what the subject shows, never whether the subject is right; that is the examiner's work.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import define, field

from siteproof.conformance.offers import offered
from siteproof.fuzz.actions import ActionKind, Strike, WalkAction
from siteproof.fuzz.cells import CellTrouble, cell_of
from siteproof.fuzz.guide import NOTHING_KNOWN, Guide
from siteproof.fuzz.scenes import POLICIES
from siteproof.model.nouns.administration import AdminCommand, AdminVerb
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.groups import GROUP_VERBS, GroupCommand, SharedSelection
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import Capability, Description, Fault, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Location, Selection, Verb
from siteproof.model.spec.lifecycle.table import allowed_operations

C = Capability
PAUSES_MS = (200, 1_000, 1_500, 5_000, 30_000, 300_000, 300_000, 1_800_000, 18_000_000)
JUMPS_MS = (-7_200_000, -60_000, 60_000, 86_400_000)
BLOCKS_PER_WRITE_MAX = 6
GROWS_BLOCKS_MAX = 8
PROBE_SHARE = 0.08  # of the commands are such as the model refuses
FINAL: Mapping[str, float] = {
    Verb.COMPLETE_MIGRATION: 0.05,
    Verb.DISABLE: 0.1,
}  # they end what goes on, so they are drawn rarely
HOLDABLE = frozenset({Verb.ENABLE, Verb.RESYNCHRONIZE, Verb.TEST_FAILOVER, Verb.CLEAN_UP_TEST, Verb.COMMIT,
                      Verb.REPROTECT, Verb.DISABLE})  # fmt: skip
"""Commands that do not move production: one that does has to be followed to the disks of the side that runs then."""
HOLD_SHARE = 0.35  # of these jobs are left running, so that writes and faults land in the middle of them
PLAN_SHARE = 0.15  # of the commands and pauses have a fault inside
MEND_SHARE = 0.5  # of the faults drawn behind a dead link or site mend it
GUIDED_SHARE = 0.7  # of the walks are drawn to what is new; the others follow their own taste alone
MARCH_SHARE = 0.35  # of the walks are marches: command after command, each waited for, hardly anything between
MARCH = {ActionKind.COMMAND: 24, ActionKind.WRITE: 3, ActionKind.ADVANCE: 1, ActionKind.FAULT: 1}
AVOIDING_SHARE = 0.75  # of the walks leave out what known findings end in

FAULTS: dict[FaultKind, Capability] = {
    FaultKind.LINK_DOWN: C.LINK_FAULTS,
    FaultKind.LINK_UP: C.LINK_FAULTS,
    FaultKind.SITE_DOWN: C.LINK_FAULTS,
    FaultKind.SITE_UP: C.LINK_FAULTS,
    FaultKind.AGENT_CRASH: C.CRASH_FAULTS,
    FaultKind.FORCED_SHUTDOWN: C.CRASH_FAULTS,
    FaultKind.LOW_MEMORY: C.CRASH_FAULTS,
    FaultKind.TARGET_CRASH: C.TARGET_FAULTS,
    FaultKind.JOB_FAILS: C.JOB_FAULTS,
    FaultKind.JOB_CANCELLED: C.JOB_CANCELS,
    FaultKind.LOG_CORRUPT: C.CORRUPTION,
    FaultKind.LOG_TRUNCATED: C.CORRUPTION,
    FaultKind.DISK_RESIZED: C.RESIZE,
    FaultKind.CLOCK_JUMP: C.VIRTUAL_CLOCK,
}
INSIDE = (FaultKind.LINK_DOWN, FaultKind.AGENT_CRASH, FaultKind.TARGET_CRASH, FaultKind.LOW_MEMORY,
          FaultKind.JOB_CANCELLED)  # fmt: skip
SELDOM = {ActionKind.ADMINISTER: (C.ADMINISTRATION, (0, 0, 1, 2)), ActionKind.GROUP: (C.GROUPS, (0, 1, 4))}
GROUP = "tier"
GROUPED_SHARE = 0.5  # of the walks with several machines protect them as members of a group
LEAST = {ActionKind.WRITE: 2, ActionKind.COMMAND: 4, ActionKind.ADVANCE: 1, ActionKind.CHECKPOINT: 1}
Views = Mapping[str, Observation]


@define
class Walker:
    """An endless source of actions for one scenario on one subject."""

    scenario: Scenario
    dice: random.Random
    description: Description
    guide: Guide = NOTHING_KNOWN
    profile: Profile = CORE
    _weights: dict[ActionKind, int] = field(init=False)
    _taste: dict[str, int] = field(factory=dict)
    _hot: list[int] = field(init=False)
    _troubles: dict[str, CellTrouble] = field(factory=dict)
    _sizes: dict[tuple[str, str], int] = field(factory=dict)
    _guided: bool = field(init=False)
    _marches: bool = field(init=False)
    _grouped: bool = field(init=False)
    _avoid: frozenset[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Swarm testing: every walk leaves some kinds of action out and prefers others."""
        self._weights = {kind: max(self.dice.choice((0, 1, 2, 4, 8)), LEAST.get(kind, 0)) for kind in ActionKind}
        self._marches = self.dice.random() < MARCH_SHARE
        if self._marches:
            self._weights = {kind: MARCH.get(kind, 0) for kind in ActionKind}
        for kind, (needed, choices) in SELDOM.items():
            self._weights[kind] = self.dice.choice(choices) if self._has(needed) else 0
        several = len(self.scenario.machines) > 1 and self._has(C.GROUPS)
        self._grouped = several and self.dice.random() < GROUPED_SHARE
        if not self._grouped:
            self._weights[ActionKind.GROUP] = 0
        if not self._has(C.DISCARD):
            self._weights[ActionKind.DISCARD] = 0
        self._taste = {
            word: self.dice.choice((1, 1, 3)) for word in (*Verb, *(kind for kind in FaultKind if kind in FAULTS))
        }
        self._hot = [self.dice.randrange(1 << 30) for _ in range(4)]
        self._guided = self.dice.random() < GUIDED_SHARE
        self._avoid = self.guide.avoid if self.dice.random() < AVOIDING_SHARE else frozenset()
        for spec in self.scenario.machines:
            self._troubles[spec.name] = CellTrouble()
            self._sizes.update({(spec.name, disk.name): disk.blocks for disk in spec.disks})

    def next(self, views: Views) -> WalkAction:
        """The next action, given what the subject shows of every machine."""
        view = self.dice.choice([views[spec.name] for spec in self.scenario.machines])
        kind = self.dice.choices(list(self._weights), list(self._weights.values()))[0]
        make: dict[ActionKind, Callable[[Observation], WalkAction]] = {
            ActionKind.WRITE: self._write,
            ActionKind.DISCARD: self._discard,
            ActionKind.FLUSH: self._flush,
            ActionKind.COMMAND: self._command,
            ActionKind.FAULT: self._fault,
            ActionKind.ADVANCE: self._advance,
            ActionKind.ADMINISTER: self._administer,
            ActionKind.GROUP: self._together,
        }
        return make[kind](view) if kind in make else WalkAction(kind, view.machine)

    def hear(self, action: WalkAction) -> None:
        """An action was carried out, drawn here or not."""
        self._troubles[action.machine].hear(action)
        fault = action.fault
        if fault is not None and fault.kind is FaultKind.DISK_RESIZED:
            self._sizes[fault.machine, fault.disk] = fault.amount

    def _has(self, *capabilities: Capability) -> bool:
        return all(each in self.description.capabilities for each in capabilities)

    def _drawn(self, words: Sequence[str], view: Observation, rare: Mapping[str, float]) -> str:
        """One of the words, by taste, rarity and what is new."""
        trouble = self._troubles[view.machine]
        novelty = [self.guide.weight(cell_of(word, view, trouble)) if self._guided else 1 for word in words]
        weights = [self._taste[word] * rare.get(word, 1) * new for word, new in zip(words, novelty, strict=True)]
        return self.dice.choices(words, weights)[0]

    def _spec(self, view: Observation) -> MachineSpec:
        return self.scenario.machine(view.machine)

    # -- data ---------------------------------------------------------------------------------------------------------

    def _disk(self, view: Observation) -> DiskSpec:
        return self.dice.choice(self._spec(view).disks)

    def _write(self, view: Observation) -> WalkAction:
        disk, count = self._disk(view), self.dice.randint(1, BLOCKS_PER_WRITE_MAX)
        return WalkAction(
            ActionKind.WRITE, view.machine, disk.name, tuple(self._block(view, disk) for _ in range(count))
        )

    def _block(self, view: Observation, disk: DiskSpec) -> int:
        """A hot block, the last one, or any."""
        blocks, choice = self._sizes[view.machine, disk.name], self.dice.random()
        if choice < 0.6:
            return self.dice.choice(self._hot) % blocks
        return blocks - 1 if choice < 0.7 else self.dice.randrange(blocks)

    def _discard(self, view: Observation) -> WalkAction:
        disk = self._disk(view)
        return WalkAction(ActionKind.DISCARD, view.machine, disk.name, (self._block(view, disk),))

    def _flush(self, view: Observation) -> WalkAction:
        return WalkAction(ActionKind.FLUSH, view.machine, self._disk(view).name)

    # -- commands -----------------------------------------------------------------------------------------------------

    def _command(self, view: Observation) -> WalkAction:
        verb = Verb(self._drawn(self._verbs(view), view, FINAL))
        holds = verb in HOLDABLE and self._has(C.HOLD) and not self._marches
        hold = holds and self.dice.random() < HOLD_SHARE
        plan = () if hold else self._plan(after_bytes=self.dice.choice((0, 4_096, 20_000)))
        return WalkAction(ActionKind.COMMAND, view.machine, command=self._arguments(verb, view), hold=hold, plan=plan)

    def _verbs(self, view: Observation) -> list[str]:
        there = [verb for verb in offered(self.description) if verb not in self._avoid]
        allowed = allowed_operations(view.regions, self.profile)
        likely = [verb.value for verb in there if verb in allowed]
        probe = not likely or (self.dice.random() < PROBE_SHARE and not self._marches)
        return [verb.value for verb in there or Verb] if probe else likely

    def _arguments(self, verb: Verb, view: Observation) -> Command:
        selection = self.dice.choice((*Selection, Selection.LATEST, Selection.LATEST_PROCESSED))
        point = self.dice.choice([each.name for each in view.points] or ["none"])
        own_policy = verb is Verb.ENABLE and self.dice.random() < 0.2
        return Command(
            verb,
            view.machine,
            selection=selection,
            point=point if selection is Selection.CUSTOM else "",
            policy=self.dice.choice(POLICIES) if own_policy else None,
            group=GROUP if verb is Verb.ENABLE and self._grouped and self.dice.random() < 0.8 else "",
            shutdown=self.dice.random() < 0.6,
            location=Location.ALTERNATE if self.dice.random() < 0.25 else Location.ORIGINAL,
            consistency=self.dice.choice(list(Consistency)),
            force=self.dice.random() < 0.2,
        )

    def _administer(self, view: Observation) -> WalkAction:
        """An edit of the policy; now and then a forced end, which only a source that is gone allows."""
        verb = AdminVerb.FORCE_DISABLE if self.dice.random() < 0.15 else AdminVerb.EDIT_POLICY
        policy = self.dice.choice(POLICIES) if verb is AdminVerb.EDIT_POLICY else None
        return WalkAction(ActionKind.ADMINISTER, view.machine, admin=AdminCommand(verb, view.machine, policy))

    def _together(self, view: Observation) -> WalkAction:
        """A command that is likely to be taken: one that this member allows."""
        likely = [verb for verb in GROUP_VERBS if verb in view.allowed] or list(GROUP_VERBS)
        command = GroupCommand(
            self.dice.choice(likely),
            GROUP,
            self.dice.choice((SharedSelection.LATEST, SharedSelection.LATEST, SharedSelection.LATEST_APP_CONSISTENT)),
            shutdown=self.dice.random() < 0.6,
        )
        return WalkAction(ActionKind.GROUP, view.machine, together=command)

    # -- faults and time ----------------------------------------------------------------------------------------------

    def _fault(self, view: Observation) -> WalkAction:
        words = [kind.value for kind, needed in FAULTS.items() if self._has(needed) and kind not in self._avoid]
        mends = self._mends(view)
        if mends and self.dice.random() < MEND_SHARE:
            words = mends
        if not words:
            return self._advance(view)
        kind = FaultKind(self._drawn(words, view, {}))
        return WalkAction(ActionKind.FAULT, view.machine, fault=self._struck(kind, view))

    def _mends(self, view: Observation) -> list[str]:
        """What brings a dead link or site back."""
        if self._troubles[view.machine].last == FaultKind.SITE_DOWN:
            return [FaultKind.SITE_UP.value]
        return [] if view.link_up or not self._has(C.LINK_FAULTS) else [FaultKind.LINK_UP.value]

    def _struck(self, kind: FaultKind, view: Observation) -> Fault:
        if kind is FaultKind.CLOCK_JUMP:
            return Fault(kind, view.machine, amount=self.dice.choice(JUMPS_MS))
        if kind is FaultKind.DISK_RESIZED:
            disk = self._disk(view).name
            more = self.dice.randint(1, GROWS_BLOCKS_MAX)
            return Fault(kind, view.machine, disk, self._sizes[view.machine, disk] + more)
        return Fault(kind, view.machine)

    def _advance(self, view: Observation) -> WalkAction:
        pause = self.dice.choice(PAUSES_MS)
        return WalkAction(ActionKind.ADVANCE, view.machine, milliseconds=pause, plan=self._plan(after_ms=pause // 2))

    def _plan(self, **when: int) -> tuple[Strike, ...]:
        kinds = [kind for kind in self._inside() if kind not in self._avoid]
        if not kinds or self.dice.random() >= PLAN_SHARE:
            return ()
        return (Strike(self.dice.choice(kinds), **when),)

    def _inside(self) -> Iterable[FaultKind]:
        return (kind for kind in INSIDE if self._has(C.DURING, FAULTS[kind]))
