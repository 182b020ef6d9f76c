"""A machine's disks as raw files, for products that look at files. Rule: a write is in the file on return."""

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path

from siteproof.model.nouns.scenario import DiskSpec


class DiskFiles:
    """The files `disk0.raw` and so on in `folder`, there and empty; copies for the judge go to `copies`."""

    def __init__(self, folder: Path, specs: Sequence[DiskSpec], copies: Path) -> None:
        """They hold what the scenario says."""
        self.folder, self._copies = folder, copies
        self._count = itertools.count()
        for number, spec in enumerate(specs):
            if spec.image:
                shutil.copyfile(spec.image, self.path(number))
            with self.path(number).open("ab") as file:
                file.truncate(spec.size_bytes)

    def path(self, number: int) -> Path:
        """The file of a disk."""
        return self.folder / f"disk{number}.raw"

    def write(self, number: int, offset: int, data: bytes) -> None:
        """Write at that offset in bytes."""
        with self.path(number).open("r+b") as file:
            file.seek(offset)
            file.write(data)

    def read(self, number: int, offset: int, length: int) -> bytes:
        """Read from that offset in bytes."""
        with self.path(number).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def copy(self, number: int) -> Path:
        """A copy that stays as it is."""
        return Path(shutil.copyfile(self.path(number), self._copies / f"copy{next(self._count)}.raw"))
