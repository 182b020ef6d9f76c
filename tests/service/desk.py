"""An operator's desk for tests of the service: one state directory, a clock that is turned by hand, real images.

Maintainers keep: `die` is what kill -9 leaves behind; nothing is stored, nothing is said.
"""

import random
from pathlib import Path

from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.machine import Machine
from siteproof.reference.service import protecting
from siteproof.reference.service.service import Service
from siteproof.reference.service.state_directory import initialise

START_MS = 1_767_988_800_000  # a Friday evening, outside office hours
SIZE_BYTES = 40 * 4096 + 1000


class Desk:
    """One appliance below `folder`, opened and dying as a test wants; machine `web` with `disks` images."""

    def __init__(self, folder: Path, disks: int = 1) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.now_ms = START_MS
        self.random = random.Random(3)
        self.images = [folder / f"disk{number}.img" for number in range(disks)]
        for image in self.images:
            image.write_bytes(self.random.randbytes(SIZE_BYTES // 2) + bytes(SIZE_BYTES - SIZE_BYTES // 2))
        initialise(self.state)
        self.service = self.open()

    def open(self) -> Service:
        """A process that takes the directory up."""
        self.service = Service(self.state, lambda: self.now_ms)
        return self.service

    def die(self) -> None:
        """The process is gone, its lock with it."""
        self.service.vault.index_of.close()
        self.service.stores.close()

    def restart(self) -> None:
        """It dies, and the next one goes on."""
        self.die()
        self.open()

    def stop(self) -> None:
        """An orderly end."""
        self.service.close()

    @property
    def web(self) -> Machine:
        """The machine as the present process knows it."""
        return self.service.machine("web")

    def protected(self) -> None:
        """The machine is protected and has a first point."""
        protecting.protect(self.service, "web", [str(image) for image in self.images])
        self.service.settle()

    def seconds(self, count: float) -> None:
        """Time passes in steps of a second."""
        for _ in range(round(count)):
            self.now_ms += 1000
            self.service.tick()

    def do(self, verb: Verb, **options: object) -> None:
        """A command, to its end."""
        self.start(verb, **options)
        self.service.settle()

    def start(self, verb: Verb, **options: object) -> None:
        """A command, accepted."""
        self.service.do(Command(verb, "web", **options))  # type: ignore[arg-type]  # options are Command's own

    def write(self, disk: int = 0) -> None:
        """The workload writes through the agent."""
        name = f"sd{chr(97 + disk)}"
        host = self.web.hosts[self.web.active_place]
        host.disk(name).write(self.random.randrange(40), self.random.randbytes(4096))

    def restored(self, point: str, disk: str = "sda") -> bytes:
        """The bytes of a point, exported."""
        target = self.folder / "restored.raw"
        protecting.export(self.service, "web", point, target, disk)
        data = target.read_bytes()
        target.unlink()
        return data
