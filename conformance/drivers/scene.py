"""A scene: one machine of a drive, what is known of its clock, and the job that may move its production meanwhile.

Rule: whoever lets time pass does it here, so that production is followed to where it runs before anybody writes again.
"""

from attrs import define, field

from siteproof.conformance import verify_bytes
from siteproof.conformance.auditor.memory import runs_a_job
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Verb

FEW = 5  # blocks of a write


@define
class Held:
    """A job that was started and may still run, and where the machine was before it."""

    verb: Verb
    before: Regions


@define
class Scene:
    """`jumped_ms` is how far the machine's wall clock is ahead of time; `held` the job that was left running."""

    lab: Lab
    machine: Machine
    jumped_ms: int = 0
    held: Held | None = None
    read: set[str] = field(factory=set)  # the points that were compared when they were new

    @property
    def regions(self) -> Regions:
        """Where the machine is shown to be."""
        return self.lab.observe(self.machine).regions

    def newest_point_ms(self) -> int:
        """When the newest point was taken, whether its time is that of the machine's wall clock or not; 0: unknown."""
        lab, name = self.lab, self.machine.name
        newest = max(lab.observe(self.machine).points, key=lambda point: point.sequence, default=None)
        if newest is None:
            return 0
        after_ms = lab.auditor.memory(name).points[newest.name].after_ms
        listed_ms = lab.history.note(name, newest.name).listed_ms
        told = (newest.taken_at_ms, newest.taken_at_ms - self.jumped_ms)
        return next((each for each in told if after_ms <= each <= listed_ms), 0)

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
