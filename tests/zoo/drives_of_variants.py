"""Drives that show how an honest variant differs: each tells something of which the reference tells another thing.

Rule: a difference that no drive can tell is no variant.
"""

from collections.abc import Callable
from pathlib import Path

from siteproof.model.nouns.commands import Accepted, Refusal
from siteproof.model.nouns.policy import ReplicationPolicy
from siteproof.model.nouns.subject import DiskAddress, FaultKind
from siteproof.model.nouns.vocabulary import Consistency, Verb
from tests.reference.bench import Bench
from tests.zoo.drives import compared, cut_and_mended

Tells = Callable[[Bench], object]
TELLS: dict[str, Tells] = {}


def tells(*variants: str) -> Callable[[Tells], Tells]:
    """The decorated drive tells these variants from the reference."""

    def register(drive: Tells) -> Tells:
        TELLS.update(dict.fromkeys(variants, drive))
        return drive

    return register


@tells("H1", "H2")
def how_far_a_job_is(bench: Bench) -> object:
    """A second and a half after the command."""
    bench.start(Verb.ENABLE)
    bench.subject.advance(1500)
    return bench.seen.regions.protection


@tells("H3", "H4")
def what_has_arrived(bench: Bench) -> object:
    """At several instants after a write."""
    bench.protected()
    bench.write(1)
    marks = []
    for amount in (100, 1000, 1000):
        bench.subject.advance(amount)
        marks.append(bench.seen.disks[0].watermarks)
    return marks


@tells("H5")
def when_applications_are_asked(bench: Bench) -> object:
    """The times of the application-consistent points."""
    bench.reset(policy=ReplicationPolicy(app_consistent_minutes=60))
    bench.protected()
    points = bench.minutes(190).points
    return [point.taken_at_ms for point in points if point.consistency is Consistency.APP]


@tells("H6")
def the_mark_of_a_target_crash(bench: Bench) -> object:
    """Whether there is one."""
    bench.protected()
    bench.fault(FaultKind.TARGET_CRASH)
    return bench.seen.regions.resync


@tells("H7")
def the_mark_of_a_broken_link(bench: Bench) -> object:
    """Whether there is one before anything was sent."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    return bench.seen.regions.resync


@tells("H8")
def the_mark_of_a_link_that_returned(bench: Bench) -> object:
    """Whether there is one though nothing was written."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.fault(FaultKind.LINK_UP)
    return bench.seen.regions.resync


@tells("H9")
def what_a_power_failure_leaves(bench: Bench) -> object:
    """Of a flushed write and of one that was not."""
    bench.write(1)
    bench.subject.flush(DiskAddress("web", "sda"))
    bench.write(2)
    bench.fault(FaultKind.FORCED_SHUTDOWN)
    return bench.image()


@tells("H10", "H11")
def the_list_of_points(bench: Bench) -> object:
    """Names, in the order in which they are shown."""
    bench.protected()
    return [point.name for point in bench.minutes(10).points]


@tells("H12")
def points_behind_a_comparison(bench: Bench) -> object:
    """How many there are when it has ended."""
    bench.protected()
    cut_and_mended(bench, 1)
    return len(compared(bench).points)


@tells("H13", "H14", "H15")
def what_thinning_leaves(bench: Bench) -> object:
    """The times of the points after half a day."""
    bench.protected()
    return [point.taken_at_ms for point in bench.minutes(12 * 60).points]


@tells("H16", "H17")
def the_form_of_an_image(bench: Bench) -> object:
    """Its kind, and the space that its file takes."""
    bench.write(1)
    bench.protected()
    image = bench.subject.read(DiskAddress("web", "sda"))
    return image.kind, Path(image.location).stat().st_blocks if image.location else 0


@tells("H18", "H19", "H20", "H21")
def the_bytes_of_a_copy(bench: Bench) -> object:
    """How many were counted."""
    bench.write(*range(200))
    return bench.protected().bytes_sent


@tells("H22")
def the_bytes_of_a_comparison(bench: Bench) -> object:
    """How many a single block costs."""
    bench.write(*range(64))
    bench.protected()
    cut_and_mended(bench, 20)
    return compared(bench).bytes_sent


@tells("H23")
def the_bytes_of_a_change(bench: Bench) -> object:
    """How many a single block costs."""
    bench.write(*range(64))
    bench.protected()
    bench.write(20)
    bench.subject.settle()
    return bench.seen.bytes_sent


@tells("H24")
def the_rpo(bench: Bench) -> object:
    """After an odd number of milliseconds."""
    bench.protected()
    bench.subject.advance(1234)
    return bench.seen.rpo_ms


@tells("H25")
def the_name_of_a_job(bench: Bench) -> object:
    """In the answer, and while it runs."""
    answer = bench.start(Verb.ENABLE)
    assert isinstance(answer, Accepted)
    return answer.job, bench.seen.running_job


@tells("H26")
def the_health_of_a_busy_machine(bench: Bench) -> object:
    """With a write on its way."""
    bench.protected()
    bench.write(1)
    return bench.seen.health


@tells("H27")
def the_events_of_a_cut(bench: Bench) -> object:
    """Their codes."""
    bench.protected()
    return [event.code for event in cut_and_mended(bench, 1).events]


@tells("H28")
def the_words_of_a_refusal(bench: Bench) -> object:
    """What is said beside the code."""
    answer = bench.start(Verb.COMMIT)
    assert isinstance(answer, Refusal)
    return answer.detail


@tells("H29")
def the_generation(bench: Bench) -> object:
    """After a failover."""
    return bench.failed_over().generation


@tells("H30")
def the_order_of_disks(bench: Bench) -> object:
    """As they are shown."""
    bench.reset(disks=2)
    return [disk.name for disk in bench.protected().disks]


@tells("H31")
def the_number_of_dirty_blocks(bench: Bench) -> object:
    """With one write on its way."""
    bench.protected()
    bench.write(1)
    return bench.seen.disks[0].dirty_blocks
