"""What stands on a copy of the machine: is the file system whole, and which transactions does the database hold?

Rule: only bytes that the judge can read itself count; a raw file is looked at where it lies and never changed, anything
else is fetched first.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from siteproof.conformance import verify
from siteproof.conformance.drill.database import BlockDisk, Database
from siteproof.conformance.drill.disk_image import file_system_faults
from siteproof.conformance.images import chunks
from siteproof.model.nouns.subject import Image, ImageKind


@frozen
class MachineCopy:
    """The raw files of one copy of the machine, by disk; valid until the machine changes."""

    files: Mapping[str, Path]
    has_file_system: bool

    def database_bytes(self) -> bytearray:
        """The database disk's bytes."""
        return bytearray(self.files["database"].read_bytes())

    def transactions(self) -> list[int]:
        """The transactions that SQLite finds after its own recovery; Failed when its integrity check complains."""
        database = Database(BlockDisk(self.database_bytes()))
        numbers, faults = database.numbers(), database.faults()
        database.close()
        verify.that(not faults, "SQLite finds the restored database whole", faults)
        verify.that(numbers == list(range(1, len(numbers) + 1)), "no transaction is missing in between", numbers[-5:])
        return numbers

    def check_file_system(self) -> None:
        """Failed when e2fsck finds anything wrong."""
        faults = file_system_faults(self.files["system"]) if self.has_file_system else ""
        verify.that(not faults, "e2fsck finds the restored file system whole", faults)


def copy_of(images: tuple[Image, ...], folder: Path, *, has_file_system: bool) -> MachineCopy:
    """The copy that these images show; `folder` is emptied and holds what had to be fetched."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return MachineCopy({image.disk: _file(image, folder) for image in images}, has_file_system)


def _file(image: Image, folder: Path) -> Path:
    if image.kind is ImageKind.PATH:
        return Path(image.location)
    path = folder / f"{image.disk}.raw"
    with path.open("wb") as out:
        out.writelines(chunks(image, folder))
    return path
