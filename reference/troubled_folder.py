"""A folder whose device can be made to fail for the replicas of one machine (contract: store_full, io_error).

Maintainers keep: what a failing device refuses is exactly what its kind would refuse; nothing else of the appliance
knows that the failure was asked for.
"""

from pathlib import Path

from siteproof.model.nouns.subject import FaultKind
from siteproof.reference.datapath.device import StoreFailed
from siteproof.reference.datapath.effects import Acknowledge, Effect, Rename, SyncDirectory, Truncate, Write
from siteproof.reference.datapath.folder import FolderExecutor


class TroubledFolder(FolderExecutor):
    """`trouble` says, by machine, whether the device below its replicas is full or broken."""

    def __init__(self, root: str | Path) -> None:
        """Everything works."""
        super().__init__(root)
        self.trouble: dict[str, FaultKind] = {}

    def perform(self, effect: Effect) -> None:
        """As a folder; StoreFailed where the device would say so."""
        if self.trouble and not isinstance(effect, Acknowledge):
            self._meet(_place_of(effect), spends=isinstance(effect, Write | Truncate))
        super().perform(effect)

    def read_into(self, file: str, offset: int, buffer: bytearray | memoryview) -> int:
        """As a folder."""
        if self.trouble:
            self._meet(file, spends=False)
        return super().read_into(file, offset, buffer)

    def read(self, file: str, offset: int, length: int) -> bytes:
        """As a folder."""
        if self.trouble:
            self._meet(file, spends=False)
        return super().read(file, offset, length)

    def _meet(self, place: str, *, spends: bool) -> None:
        """A replica lies in a folder that is named by its machine and a number."""
        kind = self.trouble.get(place.partition("/")[0].rpartition("-")[0])
        if kind is FaultKind.IO_ERROR:
            raise StoreFailed("read or write", "Input/output error")
        if kind is FaultKind.STORE_FULL and spends:
            raise StoreFailed("write", "No space left on device", full=True)


def _place_of(effect: Effect) -> str:
    match effect:
        case SyncDirectory():
            return effect.folder
        case Rename():
            return effect.old
        case Acknowledge():
            return effect.replica
        case _:
            return effect.file
