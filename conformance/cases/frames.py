"""Frames: what travels is sealed under a nonce that is used once, packed, and taken only from the sender that is meant.

Rule: the judge knows the bytes that the workload wrote and looks for them; it needs no key and is given none (§7 B41).
"""

import itertools
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from siteproof.conformance import verify, verify_bytes
from siteproof.conformance.case import case
from siteproof.conformance.history import content
from siteproof.conformance.lab import Lab, Machine
from siteproof.conformance.worlds.world import SIZED
from siteproof.model.nouns.frames import TappedFrame
from siteproof.model.nouns.stamp import BLOCK_BYTES
from siteproof.model.nouns.subject import Capability, FaultKind
from siteproof.model.nouns.vocabulary import Resync, Verb

C = Capability
TAPPED = (C.FRAME_TAP, C.INITIAL_REPLICATION, C.DELTA, C.CRASH_POINTS, C.VIRTUAL_CLOCK)
AROUND = (*TAPPED, C.RESYNC, C.LINK_FAULTS, C.TARGET_FAULTS, C.FAILOVER, C.COMMIT, C.REPROTECT, C.FAILBACK)
CHEAP = ("past", "trouble", "policy", *SIZED)  # the tap listens from the enable on
PIECE_BYTES = 32
PIECES_AT = (128, 1024, 4000)  # within a block's noise
PACKED_SHARE = 0.5
TORN = (0, 1, 17)  # bytes that are left of a message that was cut short
HOSTILE_AT = range(0, 48, 8)  # where lengths and counts usually stand in the head of a message
INJECTED_MAX = 24


def _tap(lab: Lab, machine: Machine) -> tuple[TappedFrame, ...]:
    found = lab.subject.tap(machine.name)
    lab.note(f"{len(found)} messages of {machine.name} were heard")
    return found


def _listened_to(lab: Lab) -> Machine:
    """A protected machine that was listened to from its enable on."""
    machine = lab.machine(disk="256 KiB")
    _tap(lab, machine)
    lab.protect(machine)
    return machine


def _heard(lab: Lab, machine: Machine, blocks: int, noise: int) -> tuple[TappedFrame, ...]:
    """What has left when so many blocks were written."""
    lab.write(machine, range(blocks), noise=noise)
    lab.settle()
    found = _tap(lab, machine)
    verify.given(bool(found), "nothing was heard of what was written")
    return found


@case("C-FRM-1", ["SP-SEC-1"], needs=TAPPED, fixes=(*CHEAP, "pattern"))
def nothing_travels_in_the_clear(lab: Lab) -> None:
    """Bytes that the workload wrote occur in nothing that leaves: not in the initial copy, and not in a change."""
    machine = lab.machine(disk="256 KiB")
    _tap(lab, machine)
    written = list(lab.write(machine, range(16), noise=BLOCK_BYTES))
    lab.protect(machine)
    written += lab.write(machine, range(8, 24), noise=BLOCK_BYTES)
    lab.settle()
    heard = _tap(lab, machine)
    verify.given(len(heard) > 1, "nothing was heard of copy and change")
    wire = b"".join(each.sealed for each in heard)
    for write in written:
        block = content(write)
        clear = [at for at in PIECES_AT if block[at : at + PIECE_BYTES] in wire]
        verify.equal(clear, [], f"pieces of block {write.block} that travelled as they were written, by offset")


@case("C-FRM-2", ["SP-APP-7"], needs=TAPPED, fixes=(*CHEAP, "pattern"))
def what_travels_is_packed(lab: Lab) -> None:
    """Blocks that compress well leave in less than half of their size, and what leaves cannot be packed any more."""
    machine = _listened_to(lab)
    _tap(lab, machine)
    wire = b"".join(each.sealed for each in _heard(lab, machine, 32, noise=64))
    verify.at_most(len(wire), int(32 * BLOCK_BYTES * PACKED_SHARE), "bytes that left for 32 blocks that compress well")
    verify.at_least(len(zlib.compress(wire, 9)), int(len(wire) * PACKED_SHARE), "what left, packed once more, in bytes")


@case("C-FRM-3", ["SP-SEC-2"], needs=AROUND, fixes=CHEAP)
def no_nonce_is_used_twice(lab: Lab) -> None:
    """Through reconnect, restart, resynchronisation, reprotect and failback no two messages share key and nonce."""
    machine = lab.machine(disk="128 KiB")
    used: dict[tuple[str, str, bytes], bytes] = {}
    _tap(lab, machine)
    lab.write(machine, 8)
    lab.protect(machine)
    for done in _ways_of_ending_a_stream(lab, machine):
        lab.write(machine, 4)
        lab.settle()
        sealed = [each for each in _tap(lab, machine) if each.nonce]
        verify.given(bool(sealed), f"nothing sealed was heard after {done}")
        for each in sealed:
            before = used.setdefault((each.disk, each.key, each.nonce), each.sealed)
            verify.that(before == each.sealed, f"a fresh nonce after {done}", f"{each.nonce.hex()} of {each.key} again")


def _ways_of_ending_a_stream(lab: Lab, machine: Machine) -> Iterator[str]:
    yield "the initial copy"
    with lab.link_down(machine):
        lab.write(machine, 2)
        lab.advance(minutes=1)
    lab.resynchronise(machine)
    yield "a reconnect and its comparison"
    lab.fault(FaultKind.TARGET_CRASH, machine)
    if lab.observe(machine).regions.resync is not Resync.NONE:
        lab.resynchronise(machine)
    yield "a restart of the receiver"
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        lab.run(machine, verb)
    yield "a reprotect"
    for verb in (Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT):
        lab.run(machine, verb)
    yield "a failback"


def _inject(lab: Lab, machine: Machine, disk: str, sealed: bytes) -> None:
    """Whether it is taken is the receiver's word; what counts is what comes of it."""
    taken = lab.subject.inject(machine.name, disk, sealed)
    lab.note(f"{len(sealed)} bytes were sent to {machine.name}/{disk} by somebody else{' and taken' if taken else ''}")


def _replayed(heard: Sequence[TappedFrame]) -> Iterator[tuple[str, bytes]]:
    """Every stream again from its beginning, then its messages one by one."""
    streams: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for each in heard:
        streams[each.disk, each.key].append(each.sealed)
    for (disk, _), sealed in streams.items():
        yield disk, b"".join(sealed)
    for each in heard:
        yield each.disk, each.sealed


def _spoilt(heard: Sequence[TappedFrame]) -> Iterator[tuple[str, bytes]]:
    """Cut short, with one bit another, and with the largest number wherever a length may stand."""
    longest = max(heard, key=lambda each: len(each.sealed))
    disk, sealed = longest.disk, longest.sealed
    yield from ((disk, sealed[:left]) for left in (*TORN, len(sealed) // 2, len(sealed) - 1))
    yield disk, bytes((sealed[0] ^ 1, *sealed[1:]))
    yield disk, bytes((*sealed[:-1], sealed[-1] ^ 1))
    yield from ((disk, sealed[:at] + b"\xff" * 8 + sealed[at + 8 :]) for at in HOSTILE_AT)


@case("C-FRM-4", ["SP-REP-25"], needs=TAPPED, on_bytes=True, fixes=CHEAP)
def a_message_that_arrives_again_changes_nothing(lab: Lab) -> None:
    """Old messages are sent again over newer data, as streams and one by one: the next point holds what is newest."""
    machine = _listened_to(lab)
    heard = _heard(lab, machine, 8, noise=512)
    lab.write(machine, range(8))
    lab.settle()
    for disk, sealed in itertools.islice(_replayed(heard), INJECTED_MAX):
        _inject(lab, machine, disk, sealed)
    _as_if_nothing_had_come(lab, machine)


@case("C-FRM-5", ["SP-REP-26", "SP-SEC-3"], needs=TAPPED, on_bytes=True, fixes=CHEAP)
def a_message_that_is_spoilt_changes_nothing(lab: Lab) -> None:
    """Torn, flipped and boastful messages arrive between good ones: none counts, and everything written arrives."""
    machine = _listened_to(lab)
    heard = _heard(lab, machine, 8, noise=512)
    for disk, sealed in _spoilt(heard):
        lab.write(machine, 1)
        _inject(lab, machine, disk, sealed)
    _as_if_nothing_had_come(lab, machine)


@case("C-FRM-6", ["SP-REP-27"], needs=AROUND, on_bytes=True, fixes=CHEAP)
def an_ended_history_does_not_come_back(lab: Lab) -> None:
    """Messages of before a failover are sent again after it and after the failback: nothing of them counts any more."""
    machine = _listened_to(lab)
    heard = _heard(lab, machine, 8, noise=512)
    for verb in (Verb.FAIL_OVER, Verb.COMMIT, Verb.REPROTECT):
        lab.run(machine, verb)
    lab.write(machine, range(8))
    for disk, sealed in itertools.islice(_replayed(heard), INJECTED_MAX):
        _inject(lab, machine, disk, sealed)
    for verb in (Verb.FAIL_BACK, Verb.COMMIT, Verb.REPROTECT):
        lab.run(machine, verb)
    lab.write(machine, range(8))
    for disk, sealed in itertools.islice(_replayed(heard), INJECTED_MAX):
        _inject(lab, machine, disk, sealed)
    _as_if_nothing_had_come(lab, machine)


def _as_if_nothing_had_come(lab: Lab, machine: Machine) -> None:
    lab.settle()
    if lab.observe(machine).regions.resync is not Resync.NONE:
        verify.accepted(lab.resynchronise(machine).answer, "resynchronize")
    verify_bytes.true_point(lab, machine, lab.crash_point(machine))
