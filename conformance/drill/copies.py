"""What stands on a copy of the machine: is the file system whole, and which transactions does the database hold?

Rule: everything is read from bytes that the judge fetched itself; the running machine is never opened, only a copy.
"""

import shutil
from pathlib import Path

from attrs import frozen

from siteproof.conformance import verify
from siteproof.conformance.drill.database import BlockDisk, Database
from siteproof.conformance.drill.disk_image import file_system_faults
from siteproof.conformance.images import chunks
from siteproof.model.nouns.subject import Image


@frozen
class Copy:
    """The images of one copy of the machine, saved in a folder of the judge's own."""

    folder: Path
    has_file_system: bool

    @property
    def system(self) -> Path:
        """The system disk's bytes."""
        return self.folder / "system.raw"

    def database_bytes(self) -> bytearray:
        """The database disk's bytes."""
        return bytearray((self.folder / "database.raw").read_bytes())

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
        faults = file_system_faults(self.system) if self.has_file_system else ""
        verify.that(not faults, "e2fsck finds the restored file system whole", faults)


def save(images: tuple[Image, ...], folder: Path, *, has_file_system: bool) -> Copy:
    """Fetch the bytes of every image into an emptied folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for image in images:
        with (folder / f"{image.disk}.raw").open("wb") as out:
            for part in chunks(image, folder):
                out.write(part)
    return Copy(folder, has_file_system)
