"""The benchmark's disk: an ext4 image of real files, made without root by `mkfs.ext4 -d`."""

import random
import shutil
import subprocess
import sysconfig
from pathlib import Path

BLOCK_BYTES = 4096
FILL = 0.75  # of the image; the rest is free space, mostly zeros


def make_image(folder: Path, size_bytes: int) -> Path:
    """An ext4 image of that size, filled with files of this interpreter's libraries and packages."""
    tree, image = folder / "tree", folder / "disk.img"
    _gather(tree, int(size_bytes * FILL))
    image.write_bytes(b"")
    with image.open("r+b") as file:
        file.truncate(size_bytes)
    mkfs = shutil.which("mkfs.ext4") or "/usr/sbin/mkfs.ext4"
    subprocess.run([mkfs, "-q", "-F", "-b", "4096", "-d", str(tree), str(image)], check=True)
    shutil.rmtree(tree)
    return image


def _gather(tree: Path, wanted_bytes: int) -> None:
    """Copy files in a fixed order until there is enough."""
    tree.mkdir(parents=True)
    have = 0
    for index, (root, path) in enumerate(_candidates()):
        if have >= wanted_bytes:
            return
        target = tree / str(index // 4000) / path.relative_to(root)
        have += 0 if target.parent.exists() else 2 * BLOCK_BYTES
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        have += -(-path.stat().st_size // BLOCK_BYTES) * BLOCK_BYTES


def _candidates() -> list[tuple[Path, Path]]:
    """Installed packages and the standard library, interleaved the same way on every run."""
    roots = [Path(sysconfig.get_path(name)) for name in ("purelib", "stdlib")]
    files = [(root, path) for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
    small = [pair for pair in files if not pair[1].is_symlink() and pair[1].stat().st_size < 16 << 20]
    random.Random(7).shuffle(small)
    return small


def overwrite_blocks(image: Path, share: float) -> list[int]:
    """Rewrite that share of the image's blocks with half-compressible bytes; returns the block numbers."""
    blocks = image.stat().st_size // BLOCK_BYTES
    source = random.Random(11)
    chosen = sorted(source.sample(range(blocks), int(blocks * share)))
    with image.open("r+b") as file:
        for block in chosen:
            file.seek(block * BLOCK_BYTES)
            file.write(source.randbytes(BLOCK_BYTES // 2) + bytes([block % 251]) * (BLOCK_BYTES // 2))
    return chosen
