"""One replica's life in small steps: what crash states are enumerated along, with the truth beside it.

Rule: every barrier of the data path matters somewhere in this life; a step that a barrier needs is added here.
"""

import random
from collections.abc import Callable
from contextlib import suppress

from attrs import define, evolve, field

from siteproof.fuzz.crashes.disk import CrashDisk
from siteproof.fuzz.crashes.truth import CUTS_KEPT, CrashTruth
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.cut import Cut
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Acknowledge, Effect, SyncDirectory, Unlink, Write
from siteproof.reference.datapath.keys import KeyEncryptionKey
from siteproof.reference.datapath.replica import Replica
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.tracker import SourceDisk

FOLDER, DISK = "r", "web/sda"
KEK = KeyEncryptionKey(bytes(range(32)))
BLOCK = 4096
BLOCKS = 6
MACHINE = "machines/web.raw"


@define(eq=False)
class Life:
    """A source disk, its replica on `disk`, and what must be true of it."""

    disk: CrashDisk
    truth: CrashTruth = field(factory=CrashTruth)
    source: SourceDisk = field(init=False)
    replica: Replica = field(init=False)
    sealer: Sealer = field(init=False)
    dice: random.Random = field(factory=lambda: random.Random(3))  # noqa: S311  (a reproducible experiment)
    secret: random.Random = field(factory=lambda: random.Random(4))  # noqa: S311  (keys of an experiment)

    def __attrs_post_init__(self) -> None:
        """The source lies on a disk that never fails; what is enumerated is the other side."""
        self.source = SourceDisk.create(CrashDisk(), "web.raw", "web.bitmap", BLOCKS)

    def hear(self, effect: Effect) -> None:
        """An acknowledgement is a promise from the moment on at which it is given."""
        if isinstance(effect, Acknowledge):
            self.truth = evolve(self.truth, acknowledged=max(self.truth.acknowledged, effect.lsn))

    # -- steps --------------------------------------------------------------------------------------------------------

    def create(self) -> None:
        """The replica, empty."""
        options = {"random": self.secret.randbytes}
        self.replica = Replica.create(self.disk, FOLDER, BLOCKS, KEK, disk=DISK, **options)
        self.truth = CrashTruth(cuts=((0, bytes(BLOCKS * BLOCK)),), created=True, machines=self.truth.machines)
        self.connect()
        self.source.start_capture()

    def reopen(self) -> None:
        """The replica again, from what its store holds; whoever had it before has it no more."""
        claim = self.claim()
        found = Replica.open(self.disk, FOLDER, KEK, acknowledged=self.truth.acknowledged, random=self.secret.randbytes)
        self.replica = found
        self.truth = evolve(self.truth, claims=self.truth.claims | {claim})
        self.connect()

    def connect(self) -> None:
        """A fresh stream."""
        self.sealer = Sealer(self.replica.keys, self.replica.invite())

    def claim(self) -> bytes:
        """The claim that stands now."""
        return self.disk.read(f"{FOLDER}/owner", 0, 32)

    def first_copy(self) -> None:
        """Everything, inside a window."""
        self.work(4)
        self.replica.open_window()
        self.send(self.source.take_all())
        self.replica.close_window()

    def ship(self) -> None:
        """What changed, as one committed cut."""
        self.work(2)
        self.send(self.source.take())

    def apply(self) -> None:
        """The seed is brought up to date."""
        self.replica.apply()

    def point(self, name: str) -> None:
        """A recovery point of the newest cut."""
        image = next(image for lsn, image in reversed(self.truth.cuts) if lsn == self.replica.watermarks.cached)
        self.truth = evolve(self.truth, unsure={**self.truth.unsure, name: image})
        self.replica.create_point(name)
        self.truth = evolve(self.truth, points={**self.truth.points, name: image}, unsure={})

    def drop(self, name: str) -> None:
        """A point goes."""
        points = dict(self.truth.points)
        self.truth = evolve(self.truth, unsure={name: points.pop(name)}, points=points)
        self.replica.drop_point(name)
        self.truth = evolve(self.truth, unsure={})

    def compact(self) -> None:
        """Undo logs that say the same thing twice are put together."""
        self.replica.compact()

    def half_a_batch(self) -> None:
        """A batch breaks off; the service is opened anew over its tail, and goes on."""
        self.work(2)
        cut = self.source.take()
        for frame in self.sealer.seal(cut):
            self.replica.receive(frame)
        self.replica._log._flush()  # noqa: SLF001  (what a long batch does by itself)
        cut.failed()
        self.reopen()
        self.ship()

    def failed_sync(self) -> None:
        """A sync of the log fails and what it should have saved can still be read; the service is opened anew."""
        self._failing("cache-", self.ship)
        self.reopen()
        self._even()

    def failed_record(self) -> None:
        """The sync of the record of what was applied fails; the same."""
        self.ship()
        self._failing("state", self.replica.apply)
        self.reopen()
        self.ship()

    def promote(self) -> None:
        """A machine's disk is made from the newest point, and handed out."""
        name, image = list(self.truth.points.items())[-1]
        self.replica.promote(name, self.disk, MACHINE)
        self.truth = evolve(self.truth, machines={MACHINE: image})

    def grow(self) -> None:
        """The disk grows, and everything is sent again inside a window."""
        self.source.resize(self.source.blocks + 2)
        self.truth = evolve(self.truth, uneven=True)
        self.replica.open_window()
        self.replica.resize(self.source.blocks)
        self._even()
        self.replica.close_window()
        self.truth = evolve(self.truth, uneven=False)

    def salvage(self) -> None:
        """The newest record of the log is damaged: the log is given up, points stay, everything is sent again."""
        self.ship()
        log = f"{FOLDER}/{[name for name in self.disk.list(FOLDER) if name.startswith('cache-')][-1]}"
        self.truth = evolve(self.truth, damaged=True, uneven=True, acknowledged=0)
        self._flip(log, self.disk.size(log) - 1)
        with suppress(CorruptLog):
            self.replica.apply()
        self.replica = Replica.salvage(self.disk, FOLDER, KEK, random=self.secret.randbytes)
        self.truth = evolve(self.truth, damaged=False)
        self.connect()
        self._even()
        self.replica.close_window()
        self.truth = evolve(self.truth, uneven=False)

    def destroy(self) -> None:
        """The replica and its points go."""
        self.truth = CrashTruth(dying=True, machines=self.truth.machines)
        self.replica.destroy()
        self.truth = CrashTruth(machines=self.truth.machines)

    def begin_over_remains(self) -> None:
        """An end that was broken off has left logs; a replica is created in the same folder, and goes on."""
        self.create()
        self.first_copy()
        self.truth = CrashTruth(dying=True, machines=self.truth.machines)
        self.disk.perform(Unlink(f"{FOLDER}/disk"))
        self.disk.perform(SyncDirectory(FOLDER))
        self.truth = CrashTruth(machines=self.truth.machines)
        self.source.stop_capture()
        self.create()
        self.first_copy()
        self.ship()

    # -- what steps are made of ---------------------------------------------------------------------------------------

    def work(self, writes: int) -> None:
        """Random writes and a discard."""
        for _ in range(writes):
            block = self.dice.randrange(self.source.blocks)
            if self.dice.random() < 0.2:
                self.source.discard(block, 1)
            else:
                self.source.write(block, self.dice.randbytes(64) * (BLOCK // 64))

    def _failing(self, file: str, act: Callable[[], object]) -> None:
        self.disk.failing = f"{FOLDER}/{file}"
        with suppress(StoreFailed):
            act()
        self.disk.failing = ""

    def _even(self) -> None:
        self.send(self.source.take_all())

    def even(self) -> None:
        """Both sides are the same again, but for what is dirty."""
        self.truth = evolve(self.truth, uneven=False)

    def send(self, cut: Cut) -> None:
        """One committed cut; whatever breaks it off, it is given back."""
        image = self.source.read(0, self.source.blocks)
        self.truth = evolve(self.truth, cuts=(*self.truth.cuts, (cut.lsn, image))[-CUTS_KEPT:])
        try:
            for frame in self.sealer.seal(cut):
                self.replica.receive(frame)
            self.replica.commit(cut.lsn)
        except BaseException:
            cut.failed()
            raise
        cut.done()

    def _flip(self, file: str, at: int) -> None:
        (byte,) = self.disk.read(file, at, 1)
        self.disk.perform(Write(file, at, bytes([byte ^ 0xFF])))


HISTORY: tuple[Callable[[Life], None], ...] = (
    Life.begin_over_remains,
    lambda life: life.point("p0"), Life.ship, Life.apply, lambda life: life.point("p1"), Life.ship, Life.apply,
    lambda life: life.point("p2"), Life.ship, Life.apply, lambda life: life.drop("p1"), Life.compact,
    Life.half_a_batch, Life.apply, Life.failed_sync, Life.failed_record, Life.promote, lambda life: life.drop("p0"),
    Life.grow, lambda life: life.point("p3"), Life.ship, Life.apply, Life.salvage, Life.ship, Life.apply, Life.destroy,
)  # fmt: skip
