"""What a case arranges to happen inside its next calls: faults and writes, at an instant or a number of bytes.

Rule: whether an arranged write has happened is never believed and never assumed: after each call the judge reads the
disk, and the ledger takes the write once its bytes are there.
"""

from collections.abc import Iterable

from attrs import frozen

from siteproof.conformance import images
from siteproof.conformance.digests import digest_of
from siteproof.conformance.history import Workload, WriteHistory, content
from siteproof.conformance.worlds.machines import Machine
from siteproof.model.nouns.subject import Arranging, DiskAddress, During, Fault, FaultKind, Subject, Write

NEVER_ARRANGED = frozenset({FaultKind.SITE_DOWN, FaultKind.SITE_UP, FaultKind.FORCED_SHUTDOWN, FaultKind.DISK_RESIZED})
"""Faults after which the ledger has to know at once what is lost, or how large a disk is."""


@frozen
class _Awaited:
    """Writes that were arranged and have not been seen yet; their blocks are all different."""

    address: DiskAddress
    writes: tuple[Write, ...]


class Inside:
    """The arrangements of one lab; `arm` hands over what was added since the last time, in place of the older ones."""

    def __init__(self, subject: Subject, workload: Workload, history: WriteHistory) -> None:
        """Nothing is arranged yet."""
        self._subject = subject
        self._workload = workload
        self._history = history
        self._new: list[During] = []
        self._awaited: list[_Awaited] = []

    def add(self, during: During) -> None:
        """One thing more to be armed."""
        self._new.append(during)

    def stamped(self, machine: int, disk: int, blocks: Iterable[int], noise: int) -> tuple[Write, ...]:
        """One write for each different block; `machine` and `disk` are indexes within the scenario."""
        return self._workload.stamped(machine, disk, tuple(dict.fromkeys(blocks)), 0, noise)

    def arm(self) -> None:
        """From now on these can happen, and nothing of what was arranged before."""
        assert isinstance(self._subject, Arranging)
        during, self._new = tuple(self._new), []
        self._subject.arrange(during)
        self._awaited = [_Awaited(each.address, each.writes) for each in during if each.address is not None]

    def look(self) -> None:
        """Enter into the ledger what has been written since the last look."""
        landed = [each for number, each in enumerate(self._awaited) if self._has_landed(each, self._awaited[number:])]
        for each in landed:
            self._history.wrote(each.address.machine, each.address.disk, each.writes, 0)
        self._awaited = [each for each in self._awaited if each not in landed]

    def _has_landed(self, awaited: _Awaited, later: list[_Awaited]) -> bool:
        """Each of its blocks holds what it wrote, or what something that was arranged behind it wrote over that."""
        digests = images.take(self._subject.read(awaited.address)).digests
        over = {(write.block, digest_of(content(write))) for each in later for write in each.writes}
        return all((write.block, int(digests[write.block])) in over for write in awaited.writes)


@frozen
class Arrangement:
    """What a case arranges for one machine, each thing at `after_ms` of the clock or at `after_bytes`.

    `armed` closes the list, and from then on it can happen.
    """

    _inside: Inside
    machine: Machine

    def fault(self, kind: FaultKind, *, after_ms: int | None = None, after_bytes: int | None = None) -> None:
        """The fault strikes the machine then."""
        assert kind not in NEVER_ARRANGED, f"{kind.value} cannot be followed inside a call"
        self._inside.add(During(self.machine.name, after_ms, after_bytes, Fault(kind, self.machine.name)))

    def write(
        self,
        blocks: Iterable[int],
        noise: int = 512,
        *,
        after_ms: int | None = None,
        after_bytes: int | None = None,
        of: Machine | None = None,
    ) -> None:
        """The workload writes these blocks of the disk that is meant then, of this machine or of another one."""
        machine = of or self.machine
        disk = machine.disk()
        writes = self._inside.stamped(machine.index, machine.spec.disks.index(disk), blocks, noise)
        address = DiskAddress(machine.name, disk.name)
        self._inside.add(During(self.machine.name, after_ms, after_bytes, address=address, writes=writes))

    def armed(self) -> None:
        """It can happen from now on."""
        self._inside.arm()
