"""A check-up of an adapter: the calls one after another on one small machine, and what is wrong with the first bad one.

Rule: it judges the connection and never the product: it ends with the first answer that makes the next one meaningless.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from siteproof.conformance import images
from siteproof.conformance.carriers.broken import SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.model.nouns.commands import Command, Refusal
from siteproof.model.nouns.errors import Refused
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.stamp import BLOCK_BYTES, HEADER_BYTES, Stamp
from siteproof.model.nouns.subject import CONTRACT_VERSIONS, Capability, DiskAddress, Image, Unsupported, Write
from siteproof.model.nouns.vocabulary import Protection, Verb

BLOCK, BLOCKS, SEED = 5, 16, 7
MACHINE, DISK = "check-up", "disk0"
SCENARIO = Scenario((MachineSpec(MACHINE, (DiskSpec(DISK, BLOCKS),), identity="identity-check-up"),), seed=SEED)
ADDRESS = DiskAddress(MACHINE, DISK)
STAMP = Stamp(0, 0, BLOCK, 1, SCENARIO.start_ms, SEED)
WRITE = Write(BLOCK, 1, SCENARIO.start_ms, STAMP.noise, SEED)


@frozen
class CheckUpStep:
    """One step: what was asked, whether it went as it should, what was seen, and what to do."""

    step: str
    good: bool
    seen: str = ""
    hint: str = ""


class CheckUpFailed(Exception):  # noqa: N818  (it ends a check-up, and is a finding)
    """What was seen, and what to do about it."""

    def __init__(self, seen: str, hint: str) -> None:
        """Both are for people."""
        self.hint = hint
        super().__init__(seen)


def check_up(carrier: Carrier) -> Iterator[CheckUpStep]:
    """The steps, until one goes wrong; what a subject does not offer is said and passed over."""
    for name, step in STEPS:
        finding = _tried(name, step, carrier)
        yield finding
        if not finding.good:
            return


def _tried(name: str, step: Callable[[Carrier], str], carrier: Carrier) -> CheckUpStep:
    try:
        return CheckUpStep(name, good=True, seen=step(carrier))
    except CheckUpFailed as wrong:
        return CheckUpStep(name, good=False, seen=str(wrong), hint=wrong.hint)
    except SubjectFailed as error:
        return CheckUpStep(name, good=False, seen=str(error), hint="the adapter raised it: see its own log")
    except Refused as error:
        return CheckUpStep(name, good=False, seen=f"refused: {error}", hint="only `do` and `restore` may be refused")
    except Unsupported as error:
        return CheckUpStep(
            name, good=False, seen=f"unsupported {error}".strip(), hint="every adapter answers this call"
        )
    except Problem as error:
        return CheckUpStep(name, good=False, seen=f"{error.problem}: {error.cause}", hint=error.hint)


def _describe(carrier: Carrier) -> str:
    said = carrier.describe()
    if said.contract not in CONTRACT_VERSIONS:
        hint = f"leave `contract` out, or answer 1 to {CONTRACT_VERSIONS[-1]}"
        raise CheckUpFailed(f"it speaks version {said.contract} of the contract", hint)
    if not said.ours:
        hint = 'answer "ours": true when `reset` erases only what the adapter made; else judge with --i-own-this-target'
        raise CheckUpFailed(f"{said.name} does not call itself a throw-away subject; nothing is erased", hint)
    return f"{said.name} {said.version}, {len(said.capabilities)} capabilities, data as {said.data.value}"


def _reset(carrier: Carrier) -> str:
    carrier.reset(SCENARIO)
    return f"one machine, one disk of {BLOCKS} blocks"


def _observe(carrier: Carrier) -> str:
    seen = carrier.observe(MACHINE)
    if seen.machine != MACHINE:
        raise CheckUpFailed(
            f"it shows {seen.machine!r} when asked for {MACHINE!r}", "answer with the name that was asked for"
        )
    if seen.regions.protection is not Protection.UNPROTECTED:
        raise CheckUpFailed(f"the machine is {seen.regions.protection.value}", "after `reset` nothing is protected")
    return f"unprotected, allowed: {', '.join(verb.value for verb in seen.allowed) or 'nothing'}"


def _blank(carrier: Carrier) -> str:
    content = _content(carrier.read(ADDRESS))
    if any(content):
        raise CheckUpFailed("the new disk is not all zeros", "`reset` makes new disks: zeros, or the bytes of `image`")
    return f"{len(content)} bytes, all zeros"


def _write(carrier: Carrier) -> str:
    carrier.write(ADDRESS, (WRITE,))
    carrier.flush(ADDRESS)
    return f"one block, number {BLOCK}, and a flush"


def _read(carrier: Carrier) -> str:
    content = _content(carrier.read(ADDRESS))
    block = content[BLOCK * BLOCK_BYTES : (BLOCK + 1) * BLOCK_BYTES]
    if block != STAMP.to_bytes():
        raise CheckUpFailed(*_where(block, content))
    return "the judge finds its bytes in the block where it wrote them"


def _where(block: bytes, content: bytes) -> tuple[str, str]:
    wanted = STAMP.to_bytes()
    elsewhere = content.find(wanted)
    if elsewhere >= 0:
        return f"the bytes stand at byte {elsewhere}", f"block n begins at byte n * {BLOCK_BYTES}"
    if not any(content):
        return "the disk is still all zeros", "`write` returns when the bytes are there; is another file read?"
    first = next(place for place in range(BLOCK_BYTES) if block[place] != wanted[place])
    inline = 'answer "data": "inline" in describe, and the judge sends the bytes'
    if first < HEADER_BYTES:
        return f"the header differs from its byte {first} on", f"see the table of the header in the guide, or {inline}"
    return f"the header is right, byte {first} of the block is not", f"check the SHAKE-128 noise, or {inline}"


def _enable(carrier: Carrier) -> str:
    answer = carrier.do(Command(Verb.ENABLE, MACHINE))
    if isinstance(answer, Refusal):
        raise CheckUpFailed(f"refused: {answer.message}", "a machine that was just reset can be protected")
    carrier.settle()
    seen = carrier.observe(MACHINE)
    if seen.regions.protection is not Protection.PROTECTED:
        hint = "`settle` returns when the initial copy has ended"
        raise CheckUpFailed(f"after `settle` the machine is {seen.regions.protection.value}", hint)
    return f"protected, {len(seen.points)} points"


def _restore(carrier: Carrier) -> str:
    points = carrier.observe(MACHINE).points
    if not points and Capability.CRASH_POINTS in carrier.describe().capabilities:
        raise CheckUpFailed("no point is listed", "who declares crash_points lists one when the initial copy has ended")
    if not points:
        return "no point is listed, and none was promised"
    found = {image.disk: image for image in carrier.restore(MACHINE, points[-1].name)}
    if set(found) != {DISK}:
        raise CheckUpFailed(f"it restores {sorted(found)}", f"each disk of the machine once: {DISK}")
    if _content(found[DISK])[BLOCK * BLOCK_BYTES : (BLOCK + 1) * BLOCK_BYTES] != STAMP.to_bytes():
        raise CheckUpFailed(
            "the written block is not in the point", "what was written before the enable is in its first point"
        )
    return f"{points[-1].name} holds the written block"


def _unknown(carrier: Carrier) -> str:
    try:
        carrier.restore(MACHINE, "no such point")
    except Refused as refused:
        return f"refused with {refused.code.value}"
    except Unsupported:
        return "not offered"
    raise CheckUpFailed("a point that was never listed is restored", "refuse it with RecoveryPointUnavailable")


def _again(carrier: Carrier) -> str:
    carrier.reset(SCENARIO)
    _observe(carrier)
    return _blank(carrier)


def _content(image: Image) -> bytes:
    with tempfile.TemporaryDirectory(prefix="siteproof-image-") as folder:
        content = b"".join(bytes(part) for part in images.chunks(image, Path(folder)))
    if len(content) != BLOCKS * BLOCK_BYTES:
        raise CheckUpFailed(f"the disk has {len(content)} bytes", f"the scenario gave it {BLOCKS * BLOCK_BYTES}")
    return content


STEPS: tuple[tuple[str, Callable[[Carrier], str]], ...] = (
    ("describe", _describe),
    ("reset", _reset),
    ("observe", _observe),
    ("read a new disk", _blank),
    ("write and flush", _write),
    ("read it back", _read),
    ("enable and settle", _enable),
    ("restore", _restore),
    ("restore an unknown point", _unknown),
    ("reset again", _again),
)
