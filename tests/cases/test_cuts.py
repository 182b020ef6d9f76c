"""The cut checker: which images are past states, and which two writes show that an image is none."""

import shutil
import subprocess
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest

from siteproof.conformance import cuts, images
from siteproof.conformance.digests import ZERO, block_digests, digest_of, zeros
from siteproof.conformance.images import DiskPicture
from siteproof.conformance.ledger import Ledger
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import Image, ImageKind


def ledger_of(blocks: int, writes: list[tuple[int, int]], name: str = "disk0") -> Ledger:
    """A zero-filled disk and writes of (block, content) at positions 1, 2, …; -1 is a flush."""
    ledger = Ledger(name, zeros(blocks))
    position = 0
    for block, content in writes:
        if block < 0:
            ledger.barrier(position)
            continue
        position += 1
        ledger.record(position, block, content, position, 1000 * position)
    return ledger


def picture(*contents: int) -> DiskPicture:
    """A disk whose blocks hold these contents (0: zeros)."""
    return DiskPicture("disk0", np.array([content or ZERO for content in contents], dtype=np.uint64))


def brute_force(ledger: Ledger, seen: DiskPicture, end: int) -> list[int]:
    """Every position whose image equals the picture, found by comparing all of them."""
    return [p for p in range(end + 1) if np.array_equal(ledger.digests_at(p), seen.digests)]


def positions(cut: cuts.CutPositions) -> list[int]:
    """The legal positions one by one."""
    return [position for start, end in cut.spans for position in range(start, end)]


def test_an_image_between_two_writes_is_legal_exactly_there() -> None:
    """After write 1 and before write 2 there is one legal position."""
    ledger = ledger_of(2, [(0, 11), (1, 12)])
    assert positions(cuts.check([ledger], [picture(11, 0)], 2)) == [1]


def test_a_newer_write_without_an_older_one_is_named_as_a_pair() -> None:
    """Block 0 still holds write 1, block 1 holds write 3, and write 1 was overwritten by write 2 before."""
    ledger = ledger_of(2, [(0, 11), (0, 12), (1, 13)])
    found = cuts.check([ledger], [picture(11, 13)], 3)
    assert found.spans == ()
    assert found.contradiction == (
        "block 0 holds write #1 but block 1 already holds write #3, and write #1 was overwritten by write #2 before "
        "write #3"
    )


def test_the_pair_with_the_shortest_history_is_named() -> None:
    """Of two contradictions the one that shows in the shorter history is told."""
    ledger = ledger_of(3, [(0, 11), (1, 12), (0, 13), (2, 14), (1, 15), (2, 16)])
    found = cuts.check([ledger], [picture(0, 12, 16)], 6)
    assert found.contradiction.startswith("block 0 holds its initial content but block 1 already holds write #2")


def test_repeated_contents_are_legal_wherever_they_stood() -> None:
    """A block that went a, b, a is legal in both places."""
    ledger = ledger_of(1, [(0, 7), (0, 8), (0, 7), (0, 9)])
    assert positions(cuts.check([ledger], [picture(7)], 4)) == [1, 3]


def test_the_sweep_agrees_with_brute_force() -> None:
    """Random histories with few contents, random images: the same legal positions as by comparing all states."""
    random = Random(5)
    for _ in range(300):
        writes = [(random.randrange(3), random.choice([1, 2, 3])) for _ in range(random.randrange(12))]
        ledger = ledger_of(3, writes)
        seen = picture(*(random.choice([0, 1, 2, 3]) for _ in range(3)))
        assert positions(cuts.check([ledger], [seen], len(writes))) == brute_force(ledger, seen, len(writes))


def test_two_disks_have_to_share_one_position() -> None:
    """Each disk is a past state alone, but of different times."""
    one, two = Ledger("disk0", zeros(1)), Ledger("disk1", zeros(1))
    one.record(1, 0, 11, 1, 0)
    two.record(2, 0, 12, 1, 0)
    late, early = picture(0), DiskPicture("disk1", np.array([12], dtype=np.uint64))
    assert positions(cuts.check([one], [late], 2))
    assert positions(cuts.check([two], [early], 2))
    assert cuts.check([one, two], [late, early], 2).spans == ()


def test_bytes_that_nobody_wrote_are_named_by_their_block() -> None:
    """A content that the block never had is a contradiction by itself."""
    assert (
        "block 1 holds bytes that nobody wrote"
        in cuts.check([ledger_of(2, [(0, 5)])], [picture(5, 99)], 1).contradiction
    )


def test_a_torn_block_says_which_write_it_came_from() -> None:
    """Header of write 9, tail of something else: the failure names write 9 and calls the block torn."""
    whole = Stamp(0, 0, 0, 9).to_bytes()
    torn = whole[:2048] + bytes(2048)
    ledger = ledger_of(1, [(0, digest_of(whole))])
    seen = DiskPicture("disk0", block_digests(torn), {0: torn})
    assert "torn: its header is of write #9" in cuts.check([ledger], [seen], 1).contradiction


def test_a_misplaced_block_says_whose_it_is() -> None:
    """A stamp of block 5 found in block 0 is told as such."""
    other = Stamp(0, 0, 5, 3).to_bytes()
    seen = DiskPicture("disk0", block_digests(other), {0: other})
    assert "write #3 of machine 0 disk 0 block 5" in cuts.check([ledger_of(1, [(0, 1)])], [seen], 1).contradiction


def test_a_smaller_image_is_refused() -> None:
    """A replica of half the blocks is no state of the disk, whatever it holds (bug class B7)."""
    assert "has 1 blocks, not 2" in cuts.check([ledger_of(2, [])], [picture(0)], 0).contradiction


def test_the_old_size_is_legal_only_before_the_resize() -> None:
    """An image of the size before a resize fits only positions up to it."""
    ledger = ledger_of(1, [(0, 5)])
    ledger.resize(1, 2)
    ledger.record(2, 1, 6, 2, 0)
    assert positions(cuts.check([ledger], [picture(5)], 2)) == [1]
    assert positions(cuts.check([ledger], [picture(5, 6)], 2)) == [2]


def test_between_two_flushes_any_subset_is_legal_for_a_flush_ordered_subject() -> None:
    """Write 2 without write 1 is legal in one epoch, and illegal for a subject with total order."""
    ledger = ledger_of(2, [(0, 11), (1, 12)])
    seen = picture(0, 12)
    assert cuts.check([ledger], [seen], 2, by_flush=True).spans
    assert not cuts.check([ledger], [seen], 2).spans


def test_a_write_after_a_flush_needs_everything_before_it() -> None:
    """Write 2 came after the barrier; without write 1 the image is illegal and both epochs are named."""
    ledger = ledger_of(2, [(0, 11), (-1, 0), (1, 12)])
    found = cuts.check([ledger], [picture(0, 12)], 2, by_flush=True)
    assert found.spans == ()
    assert "block 0 lacks a write of flush epoch 0" in found.contradiction
    assert cuts.check([ledger], [picture(11, 12)], 2, by_flush=True).spans


def test_flush_epochs_agree_with_brute_force() -> None:
    """Random histories with barriers: legal exactly when some epoch explains every block."""
    random = Random(6)
    for _ in range(300):
        writes = [random.choice([(0, 1), (0, 2), (1, 1), (1, 2), (-1, 0)]) for _ in range(random.randrange(10))]
        ledger, seen = ledger_of(2, writes), picture(random.choice([0, 1, 2]), random.choice([0, 1, 2]))
        found = bool(cuts.check([ledger], [seen], len(writes), by_flush=True).spans)
        assert found == any(explains(writes, epoch, seen) for epoch in range(ledger.epoch + 1))


def explains(writes: list[tuple[int, int]], epoch: int, seen: DiskPicture) -> bool:
    """Everything before the epoch is there, nothing after it, and in it every block is free."""
    allowed: list[set[int]] = [{ZERO}, {ZERO}]
    now = 0
    for block, content in writes:
        if block < 0:
            now += 1
        elif now < epoch:
            allowed[block] = {content}
        elif now == epoch:
            allowed[block].add(content)
    return all(int(seen.digests[block]) in allowed[block] for block in range(2))


def test_feeding_chunks_gives_the_same_cut_as_feeding_the_whole() -> None:
    """The checker never needs the whole image at once."""
    ledger = ledger_of(6, [(0, 1), (3, 2), (5, 3), (3, 4)])
    digests = picture(1, 0, 0, 2, 0, 3).digests
    sweep = cuts.Sweep([ledger], 4)
    for first in (0, 2, 4):
        sweep.feed(0, first, digests[first : first + 2])
    assert positions(sweep.cut()) == [3]


def test_a_stale_image_names_the_missing_write() -> None:
    """A legal but too old image: the first replicated write that it lacks is told."""
    ledger = ledger_of(2, [(0, 11), (1, 12)])
    assert cuts.stale([ledger], [picture(11, 0)], 2) == "block 1 does not hold write #2"


@pytest.mark.parametrize("kind", ["path", "inline"])
def test_files_and_inline_bytes_read_alike(kind: str, tmp_path: Path) -> None:
    """The same bytes give the same digests from a file and from the wire, the short last block padded with zeros."""
    data = Stamp(0, 0, 0, 1).to_bytes() + b"end"
    (tmp_path / "raw").write_bytes(data)
    given = {
        "path": Image("disk0", ImageKind.PATH, str(tmp_path / "raw")),
        "inline": Image("disk0", ImageKind.INLINE, data=data),
    }[kind]
    expected = [digest_of(data[:BLOCK_BYTES]), digest_of(b"end".ljust(BLOCK_BYTES, b"\0"))]
    assert images.take(given).digests.tolist() == expected


def test_a_file_that_is_not_there_is_a_problem_with_exit_code_3(tmp_path: Path) -> None:
    """The judge cannot judge an image that it cannot read, and says so."""
    with pytest.raises(Problem) as told:
        images.take(Image("disk0", ImageKind.PATH, str(tmp_path / "nothing")))
    assert told.value.code == 3


@pytest.mark.skipif(not shutil.which("qemu-nbd"), reason="qemu-nbd is not installed")
def test_an_nbd_export_reads_like_its_file(tmp_path: Path) -> None:
    """The judge copies an export itself and finds the bytes of the file behind it."""
    raw, socket = tmp_path / "raw", tmp_path / "socket"
    raw.write_bytes(b"".join(Stamp(0, 0, block, block + 1).to_bytes() for block in range(64)))
    server = subprocess.Popen(["qemu-nbd", "--persistent", "--read-only", "-f", "raw", "-k", str(socket), str(raw)])
    try:
        wait_for(socket)
        found = images.take(Image("disk0", ImageKind.NBD, f"nbd+unix:///?socket={socket}"))
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert found.digests.tolist() == images.read_file(str(raw)).tolist()


def wait_for(socket: Path) -> None:
    """The server listens; it has a minute for it, for the machine may be busy."""
    for _ in range(1200):
        if socket.exists():
            return
        time.sleep(0.05)
    raise TimeoutError(socket)


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "nbd+unix:///?socket=/nowhere"])
def test_an_nbd_export_that_cannot_be_copied_is_a_problem(uri: str) -> None:
    """A wrong scheme and an absent server are each one clear error."""
    with pytest.raises(Problem):
        images.take(Image("disk0", ImageKind.NBD, uri))
