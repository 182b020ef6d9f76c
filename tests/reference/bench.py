"""A bench for the reference alone: one appliance, short words for what a test does with it."""

import hashlib
from pathlib import Path

from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Place, Verb
from siteproof.reference.subject import ReferenceSubject

BLOCKS = 1024
MINUTE_MS = 60_000


class Bench:
    """One machine `web` with one disk `sda`, unless `reset` is given another scenario."""

    def __init__(self, subject: ReferenceSubject) -> None:
        """Drive this subject."""
        self.subject = subject
        self.sequence = 0
        self.reset()

    def reset(self, disks: int = 1, policy: ReplicationPolicy | None = None, blocks: int = BLOCKS) -> None:
        """Start over with so many disks."""
        specs = tuple(DiskSpec(f"sd{chr(97 + index)}", blocks) for index in range(disks))
        scenario = Scenario((MachineSpec("web", specs),), policy or ReplicationPolicy())
        self.subject.reset(scenario)

    def write(self, *blocks: int, disk: str = "sda", place: Place = Place.ACTIVE) -> None:
        """Write a stamped block to each of these places."""
        writes = []
        for block in blocks:
            self.sequence += 1
            writes.append(Write(block, self.sequence))
        self.subject.write(DiskAddress("web", disk, place), tuple(writes))

    def image(self, place: Place = Place.ACTIVE, disk: str = "sda") -> bytes:
        """What a copy of the disk holds."""
        return Path(self.subject.read(DiskAddress("web", disk, place)).location).read_bytes()

    def restored(self, point: str, disk: str = "sda") -> bytes:
        """What the disk held at a point."""
        images = {image.disk: image.location for image in self.subject.restore("web", point)}
        return Path(images[disk]).read_bytes()

    def start(self, verb: Verb, **options: object) -> Accepted | Refusal:
        """Give a command and do not wait."""
        return self.subject.do(Command(verb, "web", **options))  # type: ignore[arg-type]  # options are Command's own

    def do(self, verb: Verb, **options: object) -> Observation:
        """Give a command that has to be accepted, and wait for its end."""
        answer = self.start(verb, **options)
        assert isinstance(answer, Accepted), answer
        self.subject.settle()
        return self.seen

    def fault(self, kind: FaultKind, amount: int = 0) -> None:
        """Let something go wrong for the machine."""
        self.subject.fault(Fault(kind, "web", amount=amount))

    def minutes(self, count: float) -> Observation:
        """Let time pass."""
        self.subject.advance(round(count * MINUTE_MS))
        return self.seen

    @property
    def seen(self) -> Observation:
        """What the vault shows now."""
        return self.subject.observe("web")

    def protected(self) -> Observation:
        """Bring the machine into protection."""
        return self.do(Verb.ENABLE)

    def failed_over(self) -> Observation:
        """Bring a machine with some data to the other side."""
        self.protected()
        self.write(1, 2, 3)
        self.subject.settle()
        return self.do(Verb.FAIL_OVER)

    def reversed(self) -> Observation:
        """Bring the machine into reverse protection."""
        self.failed_over()
        return self.do(Verb.REPROTECT)

    def store_digest(self) -> str:
        """One digest of every file that the subject holds."""
        digest = hashlib.sha256()
        root = self.subject.appliance.stores.root
        for path in sorted(root.rglob("*")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()
