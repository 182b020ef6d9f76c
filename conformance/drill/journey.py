"""The journey: one machine with a real file system and a real database through its whole disaster-recovery life.

Rule: every stage ends with a check of bytes that the judge fetched itself; numbers are measured from what was written
and what was found, never taken from what the subject says. (seed: Failover and failback process; domain §1)
"""

import random
from collections.abc import Callable
from pathlib import Path

from attrs import define, field

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.drill.copies import MachineCopy, copy_of
from siteproof.conformance.drill.database import BlockDisk, Database
from siteproof.conformance.drill.disk_image import DiskImage, free_blocks
from siteproof.conformance.drill.measures import Measures
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.policy import HOUR_MINUTES, RecoveryPoint, ReplicationPolicy
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Place, Protection, Resync, Selection, Verb

DATABASE_BLOCKS = 1024
POLICY = ReplicationPolicy(app_consistent_minutes=HOUR_MINUTES)
BURST_BLOCKS = 64
TRANSACTIONS_PER_BURST = 3


@define(eq=False)
class Journey:
    """One run on one lab; `told` hears a line before every stage."""

    lab: Lab
    image: DiskImage
    folder: Path
    measures: Measures
    told: Callable[[str], None]
    machine: Machine = field(init=False)
    _free: list[int] = field(init=False)
    _dice: random.Random = field(init=False)
    _database: Database = field(init=False)
    _committed: int = 0
    _acknowledged: list[tuple[int, int]] = field(factory=list)  # (position, transaction)

    def run(self) -> None:
        """All stages; raises verify.Failed where the subject goes wrong."""
        stages = (
            ("protect: the initial copy of every block", self.protect),
            ("replicate: an hour of writes, crash- and app-consistent points", self.replicate),
            ("cut the link, write on, resynchronise", self.resynchronise),
            ("test failover to the app-consistent point, and its clean-up", self.drill),
            ("disaster: the primary site is gone, fail over and commit", self.fail_over),
            ("reprotect: only what changed travels back", self.reprotect),
            ("fail back, commit, protect again", self.fail_back),
        )
        self.begin()
        for sentence, stage in stages:
            self.told(sentence)
            stage()

    def begin(self) -> None:
        """Set up the machine; the database has its first transactions before anything is protected."""
        system = DiskSpec("system", self.image.blocks, str(self.image.path))
        disks = (system, DiskSpec("database", DATABASE_BLOCKS))
        (self.machine,) = self.lab.site(MachineSpec("server", disks, identity="identity-server"), policy=POLICY)
        self._dice = random.Random(f"journey {self.lab.seed}")  # noqa: S311  (repeatable, not secret)
        self._free = free_blocks(self.image)
        self._open_database(bytearray(DATABASE_BLOCKS * BLOCK_BYTES))
        self._commit(TRANSACTIONS_PER_BURST)

    def protect(self) -> None:
        """Enable; the first point holds every block as of enabling."""
        before = self._sent()
        with self.measures.timed("initial copy"):
            self.lab.protect(self.machine, POLICY)
        self.measures.note_bytes("initial copy, bytes sent", self._sent() - before, self._disk_bytes())
        self._check_point(self._newest())

    def replicate(self) -> None:
        """Bursts of writes every five minutes for an hour and a bit; the newest points of both kinds are true."""
        before = self._sent()
        written = self.lab.history.position
        for _ in range(13):
            self._burst()
            self.lab.advance(minutes=5)
        written = self.lab.history.position - written
        self.measures.note_bytes("delta, bytes written", written * BLOCK_BYTES)
        self.measures.note_bytes("delta, bytes sent", self._sent() - before)
        self._check_point(self._newest(Consistency.CRASH))
        app = self._newest(Consistency.APP)
        copy = self._check_point(app)
        self.measures.note("app-consistent point", len(copy.transactions()), "transactions")

    def resynchronise(self) -> None:
        """After a cut only differing blocks travel, and a point from before the cut is as it was."""
        self.lab.settle()
        older = self._newest()
        with self.lab.link_down(self.machine):
            self._burst()
            self.lab.advance(minutes=10)
        marked = self._view().regions.resync
        verify.that(marked is not Resync.NONE, "a lost transfer marks the machine for resynchronisation", marked.value)
        bound = self.lab.lower_bound(self.machine)
        report = self.lab.resynchronise(self.machine)
        after = report.after.regions.resync
        verify.that(after is Resync.NONE, "the resynchronisation ends without a mark", after.value)
        self.measures.note_bytes("resync, blocks that differ", bound)
        self.measures.note_bytes("resync, bytes sent", report.bytes_sent)
        verify_bytes.true_point(self.lab, self.machine, older)
        self.lab.advance(minutes=5.1)
        self._check_point(self._newest())

    def drill(self) -> None:
        """The test machine is the point, can be written, and leaves production and its points alone."""
        point = self._newest(Consistency.APP)
        before = self._view()
        self.lab.run(self.machine, Verb.TEST_FAILOVER, selection=Selection.CUSTOM, point=point.name)
        note = self.lab.history.note(self.machine.name, point.name)
        test = self.lab.read(self.machine, Place.TEST)
        verify_bytes.past_image(self.lab, test, note.ledgers, note.low, note.high)
        copy = self._copy()
        copy.check_file_system()
        self.measures.note("test failover", len(copy.transactions()), "transactions")
        self.lab.write(self.machine, self._some(8), disk="system", place=Place.TEST)
        self.lab.run(self.machine, Verb.CLEAN_UP_TEST)
        after = self._view()
        verify.equal(
            [each.name for each in after.points], [each.name for each in before.points], "points of the machine"
        )
        self._check_point(point)

    def fail_over(self) -> None:
        """The site is lost in the middle of writing: what came over is a legal cut, and its loss is measured."""
        self._burst()
        self.lab.advance(milliseconds=2_500)
        self._burst()
        self.lab.advance(milliseconds=400)
        position = self.lab.history.position
        self.lab.fault(FaultKind.SITE_DOWN, self.machine)
        with self.measures.timed("failover, RTO"):
            self.lab.run(self.machine, Verb.FAIL_OVER, shutdown=False)
        copy = self._copy()
        landed = verify_bytes.true_landing(self.lab, self.lab.landing(self.machine))
        self.measures.note("failover, loss", position - landed, "writes", f"of {position}")
        self._note_rpo(landed)
        self._check_copy(copy, landed)
        self._open_database(copy.database_bytes())
        self.lab.run(self.machine, Verb.COMMIT)

    def reprotect(self) -> None:
        """The cloud machine writes on; then replication turns around, and only the difference travels."""
        self._burst()
        self.lab.fault(FaultKind.SITE_UP, self.machine)
        before = self._sent()
        with self.measures.timed("reprotect"):
            after = self.lab.run(self.machine, Verb.REPROTECT)
        reached = after.regions.protection
        verify.that(reached is Protection.PROTECTED, "reprotect ends in reverse protected", reached.value)
        self.measures.note_bytes("reprotect, bytes sent", self._sent() - before, self._disk_bytes())

    def fail_back(self) -> None:
        """A planned failover back loses nothing; protecting again gives fresh, true points."""
        self._burst()
        with self.measures.timed("failback, RTO"):
            self.lab.run(self.machine, Verb.FAIL_BACK)
        copy = self._copy()
        landing = self.lab.landing(self.machine)
        landed = verify_bytes.true_landing(self.lab, landing, landing.position)
        self.measures.note("failback, loss", landing.position - landed, "writes", f"of {landing.position}")
        self._check_copy(copy, landing.position)
        self._open_database(copy.database_bytes())
        self.lab.run(self.machine, Verb.COMMIT)
        self.lab.run(self.machine, Verb.REPROTECT)
        self._burst()
        self.lab.settle()
        self.lab.advance(minutes=5.1)
        self._check_point(self._newest())

    def _burst(self) -> None:
        self.lab.write(self.machine, self._some(BURST_BLOCKS), disk="system")
        self._commit(TRANSACTIONS_PER_BURST)

    def _some(self, count: int) -> list[int]:
        return self._dice.sample(self._free, count)

    def _commit(self, count: int) -> None:
        for _ in range(count):
            self._committed += 1
            self._database.commit(self._committed, f"entry {self._committed} " + "x" * self._dice.randrange(900))
            self._acknowledged.append((self.lab.history.position, self._committed))

    def _open_database(self, disk: bytearray) -> None:
        self._database = Database(BlockDisk(disk, self._block_written, self._disk_flushed))
        self._committed = len(self._database.numbers())
        self._acknowledged = [(0, self._committed)]

    def _block_written(self, block: int, data: bytes) -> None:
        self.lab.write_data(self.machine, block, data, disk="database")

    def _disk_flushed(self) -> None:
        self.lab.flush(self.machine, disk="database")

    def _check_point(self, point: RecoveryPoint) -> MachineCopy:
        verify_bytes.true_point(self.lab, self.machine, point)
        copy = self._copy()
        self._check_copy(copy, self.lab.history.note(self.machine.name, point.name).low)
        return copy

    def _check_copy(self, copy: MachineCopy, position: int) -> None:
        """The file system is whole, and every transaction acknowledged up to the position is there."""
        copy.check_file_system()
        promised = max((number for at, number in self._acknowledged if at <= position), default=0)
        verify.at_least(len(copy.transactions()), promised, "transactions on the copy")

    def _copy(self) -> MachineCopy:
        """What the lab read last."""
        return copy_of(self.lab.images, self.folder / "copy", has_file_system=self.image.kind == "ext4")

    def _note_rpo(self, landed: int) -> None:
        """RPO from block truth: from the first lost write's acknowledgement to the failover; 0 when none was lost."""
        landing = self.lab.landing(self.machine)
        entries = (each.entry(index) for each in landing.ledgers for index in range(len(each)))
        lost = [entry.time_ms for entry in entries if landed < entry.position <= landing.position]
        seconds = (landing.before.time_ms - min(lost)) / 1000 if lost else 0
        self.measures.note("failover, RPO", seconds, "s", "virtual time, from block truth")

    def _newest(self, consistency: Consistency | None = None) -> RecoveryPoint:
        points = [each for each in self._view().points if consistency in (None, each.consistency)]
        verify.given(bool(points), f"there is no {consistency.value if consistency else ''} point")
        return max(points, key=lambda point: point.sequence)

    def _view(self) -> Observation:
        return self.lab.observe(self.machine)

    def _sent(self) -> int:
        return self._view().bytes_sent

    def _disk_bytes(self) -> int:
        return sum(disk.size_bytes for disk in self.machine.spec.disks)
