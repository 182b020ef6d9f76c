"""The cut checker beside a bare hash of the same image: bytes of image judged per second, as a ratio of one run.

`python -m benchmarks cut_checker`. An image file of IMAGE_BYTES is a true cut of a history of WRITES writes (flushes in
between); it is read, digested and judged in chunks, from the page cache. Goal: at least 1 GB/s of image.
"""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xxhash

from siteproof import __version__
from siteproof.conformance import cuts, images
from siteproof.conformance.digests import block_digests, digest_of, zeros
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Image, ImageKind

IMAGE_BYTES = 1 << 30
WRITES = 200_000
KINDS = 512  # different contents, so that repeated contents occur
SEED = 7
ROUNDS = 3
GOAL_GB_PER_SECOND = 1.0


def history(image: Path) -> Ledger:
    """Write an image and the ledger whose last position it is."""
    source = random.Random(SEED)
    contents = [source.randbytes(BLOCK_BYTES) for _ in range(KINDS)]
    digests = [digest_of(content) for content in contents]
    ledger = Ledger("disk0", zeros(IMAGE_BYTES // BLOCK_BYTES))
    last: dict[int, int] = {}
    for position in range(1, WRITES + 1):
        block, kind = source.randrange(ledger.blocks), source.randrange(KINDS)
        ledger.record(position, block, digests[kind], position, position)
        last[block] = kind
        if position % 1000 == 0:
            ledger.barrier(position)
    _fill(image, last, contents)
    return ledger


def _fill(image: Path, last: dict[int, int], contents: list[bytes]) -> None:
    with image.open("wb") as file:
        file.write(bytes(IMAGE_BYTES))
        for block, kind in last.items():
            file.seek(block * BLOCK_BYTES)
            file.write(contents[kind])


def bare(image: Path) -> int:
    """Read every chunk and hash it whole."""
    whole = xxhash.xxh3_64()
    for chunk in images.chunks(Image("disk0", ImageKind.PATH, str(image)), image.parent):
        whole.update(chunk)
    return whole.intdigest()


def judge(image: Path, ledger: Ledger, *, by_flush: bool = False) -> cuts.CutPositions:
    """Read, digest and sweep chunk by chunk."""
    sweep = cuts.Sweep([ledger], ledger.epoch if by_flush else WRITES, by_flush)
    first = 0
    for chunk in images.chunks(Image("disk0", ImageKind.PATH, str(image)), image.parent):
        digests = block_digests(chunk)
        sweep.feed(0, first, digests)
        first += len(digests)
    return sweep.cut()


def best(work: Callable[[], object]) -> float:
    """Seconds of the best round."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print rates in GB of image per second and their ratio to the bare hash; then the alarm is proved."""
    with tempfile.TemporaryDirectory(prefix="siteproof-bench-") as folder:
        image = Path(folder) / "image.raw"
        ledger = history(image)
        print(f"siteproof {__version__} · seed {SEED} · {IMAGE_BYTES >> 20} MiB · {WRITES} writes · best of {ROUNDS}")
        prepared = best(lambda: _versions_anew(ledger))
        floor = best(lambda: bare(image))
        _row("bare xxh3 of the image", floor, 1.0)
        for name, by_flush in (("cut check, total order", False), ("cut check, flush order", True)):
            seconds = best(lambda by_flush=by_flush: judge(image, ledger, by_flush=by_flush))  # type: ignore[misc]
            _row(name, seconds, seconds / floor)
        print(f"  versions of the history, once: {prepared * 1000:.0f} ms")
        _prove_the_alarm(image, ledger)


def _versions_anew(ledger: Ledger) -> None:
    ledger.barrier(WRITES)
    ledger._versions = None  # noqa: SLF001  (the cache is what is measured)
    ledger.versions()


def _row(name: str, seconds: float, ratio: float) -> None:
    rate = IMAGE_BYTES / seconds / 1e9
    met = "" if name.startswith("bare") else f"   goal {GOAL_GB_PER_SECOND:g} GB/s: {rate >= GOAL_GB_PER_SECOND}"
    print(f"  {name:26} {rate:6.2f} GB/s   {ratio:5.2f} x the bare hash{met}")


def _prove_the_alarm(image: Path, ledger: Ledger) -> None:
    """The image is legal at its last position; with one block of an older time it is not."""
    assert judge(image, ledger).latest == WRITES
    versions = ledger.versions()
    block = int(versions.block[np.flatnonzero(versions.died < WRITES // 2)[0]])
    with image.open("r+b") as file:
        file.seek(block * BLOCK_BYTES)
        file.write(bytes(BLOCK_BYTES))
    assert not judge(image, ledger).spans
    print("  a block of an older time is found: True")
