"""Drives of exhibits that say, allow or run the wrong thing.

Rule: see drives.py.
"""

from siteproof.model.nouns.commands import Accepted, Command
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import FaultKind
from siteproof.model.nouns.vocabulary import Place, Resync, Selection, Verb
from tests.reference.bench import Bench
from tests.zoo.drives import shows


@shows("B6")
def waits_for_ever(bench: Bench) -> bool:
    """Ask for a comparison while the link is down, and mend the link."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    bench.write(1)
    bench.minutes(1)
    bench.start(Verb.RESYNCHRONIZE)
    bench.fault(FaultKind.LINK_UP)
    bench.subject.settle()
    return bench.minutes(60).regions.resync is Resync.QUEUED


@shows("B15")
def hides_a_machine_that_runs(bench: Bench) -> bool:
    """Force a failover without a link, and write at the old side."""
    bench.protected()
    bench.fault(FaultKind.LINK_DOWN)
    seen = bench.do(Verb.FAIL_OVER)
    bench.write(1, place=Place.PRIMARY)
    told = ErrorCode.STALE_GENERATION in {event.code for event in seen.events}
    return Place.PRIMARY not in seen.running and not told


@shows("B18")
def cannot_be_written(bench: Bench) -> bool:
    """Fail over without a link, and write."""
    bench.protected()
    bench.fault(FaultKind.SITE_DOWN)
    bench.do(Verb.FAIL_OVER)
    try:
        bench.write(1)
    except Refused:
        return True
    return False


@shows("B29")
def runs_twice(bench: Bench) -> bool:
    """Lose the site, fail over, commit, and let the site come back."""
    bench.protected()
    bench.fault(FaultKind.SITE_DOWN)
    bench.do(Verb.FAIL_OVER)
    bench.do(Verb.COMMIT)
    bench.fault(FaultKind.SITE_UP)
    return Place.PRIMARY in bench.seen.running


@shows("B31")
def takes_what_it_does_not_list(bench: Bench) -> bool:
    """Let a commit fail and choose another point."""
    bench.failed_over()
    bench.fault(FaultKind.JOB_FAILS)
    bench.start(Verb.COMMIT)
    bench.subject.settle()
    listed = bench.seen.allowed
    answer = bench.start(Verb.CHANGE_RECOVERY_POINT, selection=Selection.LATEST_PROCESSED)
    return isinstance(answer, Accepted) and Verb.CHANGE_RECOVERY_POINT not in listed


@shows("B33")
def accepts_a_clone(bench: Bench) -> bool:
    """Fail a machine over and protect its clone."""
    disks = (DiskSpec("sda", 64),)
    twins = tuple(MachineSpec(name, disks, identity="one") for name in ("web", "clone"))
    bench.subject.reset(Scenario(twins))
    bench.failed_over()
    point = bench.seen.points[0].name
    before = bench.restored(point)
    answer = bench.subject.do(Command(Verb.ENABLE, "clone"))
    bench.subject.settle()
    assert bench.restored(point) == before
    return isinstance(answer, Accepted)
