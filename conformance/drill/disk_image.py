"""A real disk image: an ext4 file system filled with real files, made without root and without a mount.

Where e2fsprogs is missing, an image is composed of the same files end to end; the note says which one was made.
"""

import itertools
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from siteproof.model.nouns.stamp import BLOCK_BYTES

FILES_PART = 0.55  # of the image that is filled with files; the rest is free space, as on a real disk
FILE_BYTES_MIN = 16 * 1024  # thousands of tiny files would take longer to gather than to protect
MKFS_SECONDS_MAX = 120
TIME = "1767603600"


@frozen
class DiskImage:
    """A raw image file; `kind` is "ext4" or "composed", `note` is for the reader of the report."""

    path: Path
    blocks: int
    files: int
    kind: str
    note: str


def make_image(folder: Path, size_bytes: int, files_from: Path | None = None) -> DiskImage:
    """Make `folder`/disk.img of `size_bytes` (rounded down to whole blocks) from real files of this machine."""
    size_bytes -= size_bytes % BLOCK_BYTES
    staging = folder / "files"
    sources = [files_from] if files_from else [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    count = _stage(sources, staging, int(size_bytes * FILES_PART))
    image = folder / "disk.img"
    made = _ext4(staging, image, size_bytes, count) or _composed(staging, image, size_bytes, count)
    shutil.rmtree(staging)
    return made


def _stage(sources: Iterable[Path], target: Path, bytes_max: int) -> int:
    """Copy real files, in a fixed order, until the next one does not fit into `bytes_max`; return how many."""
    copied = total = 0
    for path in itertools.chain.from_iterable(map(_files, sources)):
        size = path.stat().st_size
        if total + size > bytes_max:
            break
        if size >= FILE_BYTES_MIN:
            _copy(path, target / path.relative_to(path.anchor))
            copied, total = copied + 1, total + size
    return copied


def _copy(path: Path, there: Path) -> None:
    there.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, there)


def _files(source: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(source):
        folders.sort()
        yield from (path for path in (Path(folder) / name for name in sorted(names)) if _is_plain(path))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and os.access(path, os.R_OK)


def _ext4(staging: Path, image: Path, size_bytes: int, count: int) -> DiskImage | None:
    tool = shutil.which("mkfs.ext4") or shutil.which("mkfs.ext4", path="/usr/sbin:/sbin")
    if tool is None:
        return None
    fixed = ["-U", "5173b100-0000-4000-8000-000000000001", "-E", "hash_seed=5173b100-0000-4000-8000-000000000002"]
    command = [
        tool,
        "-q",
        "-F",
        "-b",
        str(BLOCK_BYTES),
        *fixed,
        "-d",
        str(staging),
        str(image),
        f"{size_bytes // 1024}k",
    ]
    environment = {**os.environ, "E2FSPROGS_FAKE_TIME": TIME}
    made = subprocess.run(  # noqa: S603  (a fixed command; the paths are ours)
        command, capture_output=True, timeout=MKFS_SECONDS_MAX, check=False, env=environment
    )
    if made.returncode != 0:
        return None
    return DiskImage(image, size_bytes // BLOCK_BYTES, count, "ext4", f"ext4 file system of {count} real files")


def _composed(staging: Path, image: Path, size_bytes: int, count: int) -> DiskImage:
    with image.open("wb") as out:
        for path in _files(staging):
            out.write(path.read_bytes())
            out.seek(-out.tell() % BLOCK_BYTES, os.SEEK_CUR)
        out.truncate(size_bytes)
    note = f"{count} real files end to end, because mkfs.ext4 (Debian package e2fsprogs) is not installed"
    return DiskImage(image, size_bytes // BLOCK_BYTES, count, "composed", note)


def file_system_faults(image: Path) -> str:
    """What `e2fsck -n` finds wrong with an ext4 image: empty when it is clean; a note when the tool is missing."""
    tool = shutil.which("e2fsck") or shutil.which("e2fsck", path="/usr/sbin:/sbin")
    if tool is None:
        return ""
    done = subprocess.run(  # noqa: S603  (a fixed command; the path is ours)
        [tool, "-n", "-f", str(image)], capture_output=True, timeout=MKFS_SECONDS_MAX, check=False, text=True
    )
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-2000:]


def free_blocks(image: DiskImage) -> list[int]:
    """Blocks that no file and no table of the image uses: stamps may be written there and e2fsck stays content."""
    tool = shutil.which("dumpe2fs") or shutil.which("dumpe2fs", path="/usr/sbin:/sbin")
    if image.kind != "ext4" or tool is None:
        return list(range(int(image.blocks * (FILES_PART + 0.05)), image.blocks))
    done = subprocess.run(  # noqa: S603  (a fixed command; the path is ours)
        [tool, str(image.path)], capture_output=True, timeout=MKFS_SECONDS_MAX, check=True, text=True
    )
    spans = re.findall(r"^  Free blocks: (.*)$", done.stdout, re.MULTILINE)
    return [block for line in spans for span in line.split(", ") if span for block in _span(span)]


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)
