"""A scene: one machine of a drive, its points, and the job that may move its production meanwhile.

Rule: whoever lets time pass does it here, so that production is followed to where it runs before anybody writes again.
"""

from typing import Any

from attrs import define, field

from siteproof.conformance import verify_bytes
from siteproof.conformance.auditor.memory import Known, runs_a_job
from siteproof.conformance.auditor.selections import CHOOSING, KINDS
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Selection, Verb

SELECTIONS = (
    Selection.CUSTOM,
    Selection.LATEST_CRASH_CONSISTENT,
    Selection.LATEST_APP_CONSISTENT,
    Selection.LATEST_PROCESSED,
)
FEW = 5  # blocks of a write


@define
class HeldJob:
    """A job that was started and may still run, and where the machine was before it."""

    verb: Verb
    before: Regions


@define
class DriveScene:
    """`held` is the job that was left running; its end may move production."""

    lab: Lab
    machine: Machine
    held: HeldJob | None = None
    choices: int = 0  # how many points were chosen
    read: set[str] = field(factory=set)  # the points that were compared when they were new

    @property
    def regions(self) -> Regions:
        """Where the machine is shown to be."""
        return self.lab.observe(self.machine).regions

    def newest_point_ms(self, kind: Consistency | None = None) -> int:
        """When the newest point (of that kind) was taken, at the latest and by the steady clock; 0: there is none."""
        points = [each for each in self._points() if kind in (None, each.point.consistency)]
        return max((each.born_ms[1] for each in points), default=0)

    def oldest_point_ms(self) -> int:
        """The same of the oldest point."""
        return min((each.born_ms[1] for each in self._points()), default=0)

    def _points(self) -> list[Known]:
        known = self.lab.auditor.memory(self.machine.name).points
        return [known[point.name] for point in self.lab.observe(self.machine).points]

    def choice(self, verb: Verb) -> dict[str, Any]:
        """Arguments that are valid for the verb: the latest state, or another selection that some point fits."""
        points = self.lab.observe(self.machine).points
        if verb not in CHOOSING or not points:
            return {}
        self.choices += 1
        if self.choices % 2 and verb is not Verb.CHANGE_RECOVERY_POINT:
            return {}  # the latest state, which is what most ask for
        kinds = {point.consistency for point in points}
        fits = [each for each in SELECTIONS if KINDS.get(each) in (None, *kinds)]
        chosen = fits[self.choices // 2 % len(fits)]
        if chosen is Selection.CUSTOM:
            return {"selection": chosen, "point": points[self.lab.workload.choose(range(len(points)))].name}
        return {"selection": chosen}

    def write(self, blocks: int = FEW) -> None:
        """Write to every disk; a machine that is off, or is being moved, may refuse it: what it acknowledges counts."""
        for disk in self.machine.disks:
            try:
                self.lab.write(self.machine, blocks, disk=disk)
            except Refused:
                return

    def fault(self, kind: FaultKind, disk: str = "", amount: int = 0) -> None:
        """Make it happen."""
        self.lab.fault(kind, self.machine, disk=disk, amount=amount)

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self.lab.advance(milliseconds=milliseconds)
        self._follow()

    def settle(self) -> None:
        """Come to rest."""
        self.lab.settle()
        self._follow()

    def _follow(self) -> None:
        """Where production moved with a job that has ended, its bytes are a past state, and all of it when at home."""
        held, regions = self.held, self.regions
        if held is None or runs_a_job(regions):
            return
        self.held = None
        if regions.active is held.before.active and held.verb is not Verb.CHANGE_RECOVERY_POINT:
            return
        history, name = self.lab.history, self.machine.name
        picture = self.lab.read(self.machine)
        if held.verb is Verb.FAIL_BACK:
            verify_bytes.same_image(picture, history.image_now(name), "the machine that came home")
        elif held.verb is Verb.FAIL_OVER:
            verify_bytes.past_image(self.lab, picture, history.ledgers(name), 0, history.position)
        history.rebase(name, picture)
