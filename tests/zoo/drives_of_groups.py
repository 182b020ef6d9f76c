"""Drives of exhibits that are wrong with groups of machines.

Rule: see drives.py.
"""

from pathlib import Path

from siteproof.model.nouns.commands import Accepted, Command, Refusal
from siteproof.model.nouns.groups import GroupCommand
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import DiskAddress, During, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Site, Verb
from tests.reference.bench import MINUTE_MS, Bench
from tests.zoo.drives import shows

MEMBERS = ("web", "database")
GROUP = "shop"


def grouped(bench: Bench, members: tuple[str, ...] = MEMBERS) -> None:
    """Machines of one disk each, protected as members of one group, with a shared point."""
    bench.subject.reset(Scenario(tuple(MachineSpec(name, (DiskSpec("sda", 64),)) for name in members)))
    for name in members:
        bench.subject.do(Command(Verb.ENABLE, name, group=GROUP))
    bench.subject.settle()
    bench.subject.advance(5 * MINUTE_MS)


def write(bench: Bench, machine: str, block: int) -> None:
    """One block of a machine."""
    bench.sequence += 1
    bench.subject.write(DiskAddress(machine, "sda"), (Write(block, bench.sequence),))


def sites(bench: Bench) -> set[Site]:
    """Where the members run."""
    return {bench.subject.observe(name).regions.active for name in MEMBERS}


def shared(bench: Bench, machine: str) -> set[str]:
    """The shared points that a member lists."""
    return {point.name for point in bench.subject.observe(machine).points if point.shared}


@shows("G1")
def shares_without_one(bench: Bench) -> bool:
    """Cut one member off."""
    grouped(bench)
    bench.subject.fault(Fault(FaultKind.LINK_DOWN, "web"))
    write(bench, "web", 1)
    bench.subject.advance(5 * MINUTE_MS)
    return shared(bench, "web") != shared(bench, "database")


@shows("G2")
def answers_without_a_question(bench: Bench) -> bool:
    """While one member's part travels, it asks and the other one answers: the answer is in the point, alone."""
    grouped(bench)
    for name in MEMBERS:
        bench.subject.advance(5 * MINUTE_MS - 500)
        for each in MEMBERS:
            write(bench, each, 1)
        other = next(each for each in MEMBERS if each != name)
        asks = (During(name, after_bytes=0, address=DiskAddress(each, "sda"), writes=(Write(9, 99),))
                for each in (name, other))  # fmt: skip
        bench.subject.arrange(tuple(asks))
        bench.subject.advance(500)
        point = bench.subject.observe(name).points[-1].name
        held = [Path(bench.subject.restore(each, point)[0].location).read_bytes() for each in (name, other)]
        question, answer = (any(image[9 * 4096 : 10 * 4096]) for image in held)
        if answer and not question:
            return True
    return False


@shows("G3")
def takes_two_points(bench: Bench) -> bool:
    """One member has newer points of its own when the group fails over."""
    grouped(bench)
    bench.subject.fault(Fault(FaultKind.LINK_DOWN, "web"))
    write(bench, "web", 1)
    write(bench, "database", 1)
    bench.subject.advance(10 * MINUTE_MS)
    bench.subject.do_group(GroupCommand(Verb.FAIL_OVER, GROUP))
    bench.subject.settle()
    used = [{point.name for point in bench.subject.observe(name).points if point.pinned} for name in MEMBERS]
    return used[0] != used[1]


@shows("G4")
def moves_one(bench: Bench) -> bool:
    """Fail one member over."""
    grouped(bench)
    answer = bench.subject.do(Command(Verb.FAIL_OVER, "web"))
    bench.subject.settle()
    return isinstance(answer, Accepted) and len(sites(bench)) > 1


@shows("G5")
def moves_half(bench: Bench) -> bool:
    """The job of one member is to fail when the group fails over."""
    grouped(bench)
    bench.subject.fault(Fault(FaultKind.JOB_FAILS, "database"))
    bench.subject.do_group(GroupCommand(Verb.FAIL_OVER, GROUP))
    bench.subject.settle()
    return len(sites(bench)) > 1


@shows("G6")
def takes_everybody(bench: Bench) -> bool:
    """Enable seventeen machines as members."""
    names = tuple(f"m{number}" for number in range(17))
    grouped(bench, names)
    return all(bench.subject.observe(name).group for name in names)


@shows("G7")
def takes_late_members(bench: Bench) -> bool:
    """Name a group with a drill."""
    bench.protected()
    answer = bench.start(Verb.TEST_FAILOVER, group=GROUP)
    bench.subject.settle()
    return not isinstance(answer, Refusal) and bench.seen.group == GROUP
