"""Takeovers: a failover that begins while changes still travel, and meets trouble on the way (domain §1.4, §7).

Rule: nothing here waits for replication first. What took over is one past state of the whole machine, or the failover
says that it failed; which of the two is the product's choice. Trouble inside a copy needs luck, so it comes repeatedly.
"""

from functools import partial

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.repeats import repeated
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Protection, Verb

C = Capability
TAKEN = (C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.FAILOVER, C.BYTE_COUNTS, C.DURING)
DISK = "1 MiB"
FILLED = 192  # blocks of noise, so that bytes that travel are blocks that travel
WRITTEN = 80
SHARES = (0, 20, 40, 60, 80)  # percent of the bytes that have to travel


def _bytes(share: int) -> int:
    return share * WRITTEN * BLOCK_BYTES // 100


def _scattered(number: int) -> int:
    """A block of its own for each write, in no order in which anybody would copy them."""
    return 1 + 2 * (number * 31 % WRITTEN)


def _laden(lab: Lab, disks: int = 1) -> Machine:
    """A protected machine whose disks have just been written, with all of it still to travel."""
    machine = lab.protected_machine(disk=DISK, disks=disks, filled=FILLED)
    for first in range(0, WRITTEN // disks, 10):  # each disk in turn, so that one that lags behind is seen
        for number in range(disks):
            lab.write(machine, map(_scattered, range(first, first + 10)), disk=f"disk{number}", noise=BLOCK_BYTES)
            lab.flush(machine, f"disk{number}")
    return machine


def _took_over(lab: Lab, machine: Machine) -> None:
    """The failover is given once more when it said that it failed; then the machine that took over is whole."""
    verify.serves("SP-FO-14")
    if lab.observe(machine).regions.protection is Protection.FAILOVER_FAILED:
        lab.run(machine, Verb.FAIL_OVER)
    verify.equal(lab.observe(machine).regions.protection, Protection.FAILED_OVER, "protection after the failover")
    verify.serves("SP-FO-22", "SP-FO-20")
    landing = lab.landing(machine)
    verify_bytes.true_landing(lab, landing, landing.sure)


def _failover_is_struck(lab: Lab, fault: FaultKind, share: int) -> None:
    machine = _laden(lab)
    with lab.inside(machine) as inside:
        inside.fault(fault, after_bytes=_bytes(share))
        inside.armed()
        lab.run(machine, Verb.FAIL_OVER)
    _took_over(lab, machine)


@case("C-TKO-1", ["SP-FO-22", "SP-FO-20"], needs=(*TAKEN, C.TARGET_FAULTS), on_bytes=True, fixes=SIZED)
def a_crash_inside_a_failover_tears_no_disk(lab: Lab) -> None:
    """The replication service dies while the last changes travel for a failover: what takes over is one moment."""
    kills = (partial(_failover_is_struck, lab, FaultKind.TARGET_CRASH, share) for share in SHARES)
    repeated(kills, "kills in flight")


@case("C-TKO-2", ["SP-FO-22", "SP-FO-20"], needs=(*TAKEN, C.LINK_FAULTS), on_bytes=True, fixes=SIZED)
def a_cut_inside_a_failover_tears_no_disk(lab: Lab) -> None:
    """The link dies while the last changes travel for a failover: what takes over is one moment."""
    cuts = (partial(_failover_is_struck, lab, FaultKind.LINK_DOWN, share) for share in SHARES)
    repeated(cuts, "cuts in flight")


def _disaster_strikes(lab: Lab, share: int, disks: int) -> None:
    """The link dies while a batch travels, and the site is gone with it."""
    machine = _laden(lab, disks)
    with lab.inside(machine) as inside:
        inside.fault(FaultKind.LINK_DOWN, after_bytes=_bytes(share))
        inside.armed()
        lab.advance(milliseconds=1_000)
        lab.settle()
        verify.given(not lab.observe(machine).link_up, f"the link was not cut at {share} %")
    lab.fault(FaultKind.SITE_DOWN, machine)
    verify.serves("SP-FO-12")
    lab.run(machine, Verb.FAIL_OVER)
    verify.equal(lab.observe(machine).regions.protection, Protection.FAILED_OVER, "protection after the failover")
    verify.serves("SP-FO-22", "SP-FO-20")
    landing = lab.landing(machine)
    verify_bytes.true_landing(lab, landing, landing.sure)
    lab.settle()
    verify_bytes.same_image(lab.read(machine), landing.picture, "the machine that took over, a moment later")


@case("C-TKO-3", ["SP-FO-22", "SP-FO-20"], needs=(*TAKEN, C.LINK_FAULTS), on_bytes=True, fixes=SIZED)
def a_disaster_inside_a_batch_leaves_one_moment(lab: Lab) -> None:
    """The site dies while a batch travels: the failover succeeds with an exact earlier state, which then stays."""
    repeated((partial(_disaster_strikes, lab, share, 1) for share in SHARES), "disasters in flight")


@case("C-TKO-4", ["SP-FO-22", "SP-FO-20"], needs=(*TAKEN, C.LINK_FAULTS), on_bytes=True, fixes=SIZED)
def a_disaster_leaves_the_disks_of_a_machine_at_one_moment(lab: Lab) -> None:
    """The site dies while the batches of two disks travel: what takes over shows both disks at one moment."""
    repeated((partial(_disaster_strikes, lab, share, 2) for share in SHARES), "disasters in flight")
