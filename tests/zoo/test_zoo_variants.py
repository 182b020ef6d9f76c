"""Each honest variant differs from the reference in what it says it does, and brings every byte home."""

from pathlib import Path

import pytest

from siteproof.model.nouns.subject import DiskAddress, FaultKind, Image
from siteproof.model.nouns.vocabulary import Verb
from siteproof.reference.zoo.honest import HONEST
from tests.reference.bench import Bench
from tests.zoo.drives import compared, cut_and_mended, honest_bench, member_bench
from tests.zoo.drives_of_variants import TELLS, Tells

REFERENCE = "H0"
VARIANTS = [name for name in HONEST if name != REFERENCE]


@pytest.mark.parametrize(("variant", "drive"), TELLS.items(), ids=TELLS)
def test_a_variant_differs_from_the_reference(variant: str, drive: Tells, tmp_path: Path) -> None:
    """A drive through the contract tells them apart."""
    with member_bench(variant, tmp_path) as bench:
        told = drive(bench)
    with honest_bench(tmp_path) as bench:
        assert told != drive(bench)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_loses_nothing(variant: str, tmp_path: Path) -> None:
    """Points, a comparison, a failover and the way home: every image is what was written."""
    with member_bench(variant, tmp_path) as bench:
        bench.write(*range(40))
        bench.protected()
        assert newest_point(bench) == present(bench)
        cut_and_mended(bench, 3, 70)
        compared(bench)
        bench.subject.settle()
        assert newest_point(bench) == present(bench)
        before = present(bench)
        for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
            bench.do(verb)
        assert present(bench) == before
        bench.write(5, 90)
        bench.fault(FaultKind.TARGET_CRASH)
        bench.subject.settle()
        before = present(bench)
        if Verb.RESYNCHRONIZE in bench.seen.allowed:
            compared(bench)
        bench.do(Verb.FAIL_BACK)
        assert present(bench) == before


def present(bench: Bench) -> bytes:
    """The disk of the machine that runs."""
    return data_of(bench.subject.read(DiskAddress("web", "sda")))


def newest_point(bench: Bench) -> bytes:
    """The disk at the newest point, five minutes later."""
    points = bench.minutes(5).points
    newest = max(points, key=lambda point: point.sequence)
    return data_of(bench.subject.restore("web", newest.name)[0])


def data_of(image: Image) -> bytes:
    """The bytes of an image, whatever its form."""
    return image.data or Path(image.location).read_bytes()


def test_every_variant_is_tried_here() -> None:
    """There are at least 25, and each has a drive that tells it from the reference."""
    assert set(TELLS) == set(VARIANTS)
    assert len(VARIANTS) >= 25
