"""Miniatures that are wrong in one place of the world only: the honest fake, forgetting writes where nobody looked.

Rule: each one passes the cases of `CASES` in the plain world, which are those that build the machine of old: one, with
one disk, fresh.
"""

# ruff: noqa: ARG002  (each looks at what it needs of machine, disk and block)

from siteproof.model.nouns.commands import Accepted, Answer, Command
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.scenario import Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import DiskAddress, Write
from siteproof.model.nouns.vocabulary import Direction, Place, Verb
from tests.cases.fake import FakeSubject
from tests.cases.fake_machine import FakeMachine

CASES = (
    "C-DRL-10",
    "C-FO-8",
    "C-FO-11",
    "C-PT-6",
    "C-PT-7",
    "C-REP-3",
    "C-REP-6",
    "C-RES-5",
    "C-REP-2",
    "C-REP-10",
    "C-FLT-2",
    "C-FLT-4",
    "C-WIN-13",
    "C-WIN-10",
)


class Forgets(FakeSubject):
    """A write that `forgets` says so never travels."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Never, here."""
        return False

    def track(self, machine: FakeMachine, disk: str, block: int, data: bytes) -> None:
        """All but what is forgotten."""
        if not self.forgets(machine, disk, block):
            super().track(machine, disk, block, data)


class ForgetsTheLastDisk(Forgets):
    """Of several disks the last one is not tracked."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Whatever the disk is called."""
        disks = machine.spec.disks
        return len(disks) > 1 and disk == disks[-1].name


class ForgetsTheLastMachine(Forgets):
    """Of several machines the last one is not tracked."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Whatever it is called."""
        return len(self.machines) > 1 and machine is list(self.machines.values())[-1]


class ForgetsTheLastBlock(Forgets):
    """The last block of an odd disk is beyond the bitmap."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """On disks of a multiple of eight blocks all is well."""
        blocks = len(machine.copies[Place.PRIMARY][disk]) // BLOCK_BYTES
        return blocks % 8 != 0 and block == blocks - 1


class ForgetsBeyondAWindow(Forgets):
    """Blocks past the first 4 MiB are not tracked."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """No small disk has them."""
        return block >= 1024


class ForgetsAlikeNames(Forgets):
    """A machine whose name begins with another one's is taken for that one."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Only where two are alike."""
        return any(name != machine.spec.name and machine.spec.name.startswith(name) for name in self.machines)


class ForgetsInTheSecondLife(Forgets):
    """After a disable, what is protected again is not tracked."""

    def reset(self, scenario: Scenario) -> None:
        """The first life."""
        super().reset(scenario)
        self.ended: set[str] = set()

    def do(self, command: Command) -> Answer:
        """Remember who was disabled."""
        answer = super().do(command)
        if command.verb is Verb.DISABLE and isinstance(answer, Accepted):
            self.ended.add(command.machine)
        return answer

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Whoever was disabled once."""
        return machine.spec.name in self.ended


class ForgetsAfterTheRoundTrip(Forgets):
    """A machine that came back is not tracked."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Production has moved twice."""
        return machine.generation >= 2


class ForgetsTheEndOfABatch(Forgets):
    """Of one call only the first 66 blocks are tracked."""

    count = 0

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        """Count them."""
        self.count = 0
        super().write(address, writes)

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """The 67th and all later ones."""
        self.count += 1
        return self.count > 66


class ForgetsOnTheWayBack(Forgets):
    """In the reverse direction nothing is tracked, and nothing is compared."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """Whatever is written at the recovery site."""
        return machine.regions.direction is Direction.REVERSE

    def on_resynchronize(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """All but the first blocks."""
        before = {name: bytes(data) for name, data in m.replica.items()}
        super().on_resynchronize(m, command, end)
        if command.verb is Verb.RESYNCHRONIZE and m.regions.direction is Direction.REVERSE:
            for name, data in before.items():
                m.replica[name][: len(data) // 2] = data[: len(data) // 2]

    def on_fail_back(self, m: FakeMachine, command: Command, end: Regions) -> None:
        """And nothing is compared at the end."""
        del command, end
        m.generation += 1


class ForgetsOnASmallDisk(Forgets):
    """A disk of less than one byte of the bitmap is not tracked."""

    def forgets(self, machine: FakeMachine, disk: str, block: int) -> bool:
        """When it is the only one."""
        return len(machine.spec.disks) == 1 and machine.spec.disks[0].blocks < 8


# Each with the dimensions one of which has to be named when it is caught.
ODD_PLACES: dict[type[Forgets], set[str]] = {
    ForgetsTheLastDisk: {"disks", "disk"},
    ForgetsTheLastMachine: {"machines", "seat"},
    ForgetsTheLastBlock: {"size", "disks"},
    ForgetsBeyondAWindow: {"size"},
    ForgetsAlikeNames: {"names"},
    ForgetsInTheSecondLife: {"past"},
    ForgetsAfterTheRoundTrip: {"past"},
    ForgetsTheEndOfABatch: {"pattern"},
    ForgetsOnTheWayBack: {"way"},
    ForgetsOnASmallDisk: {"size"},
}
