"""Drives of exhibits that are wrong on the wire.

Rule: see drives.py.
"""

from siteproof.model.nouns.frames import TappedFrame
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Verb
from tests.reference.bench import Bench
from tests.zoo.drives import cut_and_mended, next_point_differs, shows

NOISE = 2048
PIECE = slice(128, 160)


def _heard(bench: Bench, *blocks: int) -> tuple[TappedFrame, ...]:
    """What leaves of a machine when it is enabled and these blocks are written."""
    bench.subject.tap("web")
    bench.protected()
    bench.write(*blocks)
    bench.subject.settle()
    return bench.subject.tap("web")


def _stream(frames: tuple[TappedFrame, ...]) -> bytes:
    return b"".join(each.sealed for each in frames)


@shows("V1")
def shows_what_was_written(bench: Bench) -> bool:
    """Look for a piece of a block among what leaves."""
    wire = _stream(_heard(bench, 3))
    return Stamp(0, 0, 3, 1, 0, 0, NOISE).to_bytes()[PIECE] in wire


@shows("V2")
def takes_what_was_recorded(bench: Bench) -> bool:
    """Record a stream, write the block again, and send the record."""
    heard = _heard(bench, 3)
    bench.fault(FaultKind.TARGET_CRASH)
    bench.write(3)
    bench.subject.settle()
    first = heard[0].key
    return bench.subject.inject("web", "sda", _stream(tuple(each for each in heard if each.key == first)))


@shows("V3")
def sends_as_much_as_was_written(bench: Bench) -> bool:
    """Write sixteen blocks, half of each of which is one byte again and again."""
    return len(_stream(_heard(bench, *range(16)))) > 14 * BLOCK_BYTES


@shows("V4")
def loses_what_was_on_its_way(bench: Bench) -> bool:
    """Send nonsense while a change waits."""
    _heard(bench, 3)
    bench.write(4)
    bench.subject.inject("web", "sda", b"nonsense")
    return next_point_differs(bench)


@shows("B41")
def seals_twice_under_one_nonce(bench: Bench) -> bool:
    """Break the stream, and compare what was sealed before and after."""
    heard = [*_heard(bench, 3)]
    cut_and_mended(bench, 4)
    bench.do(Verb.RESYNCHRONIZE)
    heard += bench.subject.tap("web")
    used: dict[tuple[str, bytes], bytes] = {}
    sealed = [each for each in heard if each.nonce]
    return any(used.setdefault((each.key, each.nonce), each.sealed) != each.sealed for each in sealed)
