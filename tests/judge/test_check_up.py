"""`siteproof doctor`: the first wrong answer of an adapter is named, with what to do; data comes inline on request."""

# ruff: noqa: D102  (the methods are documented by the contract)

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve

from siteproof.cli import main
from siteproof.conformance.carriers.in_process import InProcess
from siteproof.conformance.check_up import STEPS, check_up
from siteproof.model.nouns.errors import ErrorCode, Refused
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.stamp import BLOCK_BYTES, Stamp
from siteproof.model.nouns.subject import (
    DataMode,
    Description,
    DiskAddress,
    During,
    Image,
    ImageKind,
    Write,
)
from tests.judge.adapters.tiny import Tiny


class Inline(Tiny):
    """Asks for the bytes and keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Write] = []

    def describe(self) -> Description:
        return evolve(super().describe(), data=DataMode.INLINE)

    def write(self, address: DiskAddress, writes: tuple[Write, ...]) -> None:
        self.given += writes
        super().write(address, writes)

    def arrange(self, during: tuple[During, ...]) -> None:
        self.given += [write for each in during for write in each.writes]


def answering(name: str, answer: Callable[..., Any]) -> Tiny:
    """The honest little subject with another answer to one call."""
    subject = Tiny()
    setattr(subject, name, answer)
    return subject


def image(data: bytes) -> Image:
    """The disk, inline."""
    return Image("disk0", ImageKind.INLINE, data=data)


def shifted(tiny: Tiny) -> Callable[[DiskAddress, tuple[Write, ...]], None]:
    """A write that is one block off."""

    def write(address: DiskAddress, writes: tuple[Write, ...]) -> None:
        Tiny.write(tiny, address, tuple(evolve(each, block=each.block + 1, data=stamp(each)) for each in writes))

    return write


def stamp(w: Write) -> bytes:
    """The bytes that the numbers mean."""
    return Stamp(w.machine_index, w.disk_index, w.block, w.sequence, w.time_ms, w.seed, w.noise).to_bytes()


def test_an_honest_adapter_passes_every_step() -> None:
    """Nothing is found where nothing is wrong."""
    findings = list(check_up(InProcess(Tiny())))
    assert [each.good for each in findings] == [True] * len(STEPS), findings


def lost(_: DiskAddress, __: tuple[Write, ...]) -> None:
    """Acknowledges and forgets."""


@pytest.mark.parametrize(
    ("name", "answer", "step", "says"),
    [
        ("describe", lambda: evolve(Tiny().describe(), contract=99), "describe", "speaks version 99"),
        ("describe", lambda: evolve(Tiny().describe(), ours=False), "describe", "throw-away"),
        ("read", lambda _: image(b"\1" * 16 * BLOCK_BYTES), "read a new disk", "not all zeros"),
        ("read", lambda _: image(bytes(BLOCK_BYTES)), "read a new disk", "has 4096 bytes"),
        ("write", lost, "read it back", "still all zeros"),
        ("flush", lambda _: 1 / 0, "write and flush", "ZeroDivisionError"),
        (
            "settle",
            lambda: (_ for _ in ()).throw(Refused(ErrorCode.OPERATION_CONFLICT)),
            "enable and settle",
            "refused",
        ),
    ],
)
def test_what_is_wrong_is_named(name: str, answer: Callable[..., Any], step: str, says: str) -> None:
    """The check-up ends with the first bad step, says what was seen and what to do."""
    *before, last = check_up(InProcess(answering(name, answer)))
    assert all(each.good for each in before)
    assert (last.good, last.step) == (False, step)
    assert says in last.seen
    assert last.hint


def test_bytes_in_the_wrong_place_are_found_there() -> None:
    """Who confuses blocks with something else is told where the bytes stand."""
    tiny = Tiny()
    setattr(tiny, "write", shifted(tiny))  # noqa: B010  (mypy knows no other way)
    *_, last = check_up(InProcess(tiny))
    assert last.seen == f"the bytes stand at byte {6 * BLOCK_BYTES}"


@pytest.mark.parametrize(("changed", "says"), [(56, "the header differs from its byte 56"), (100, "byte 100 of the")])
def test_a_wrong_stamp_is_told_by_its_first_wrong_byte(changed: int, says: str) -> None:
    """A digest that differs and a noise that differs have other words, and both name the inline mode."""
    tiny = Tiny()

    def write(address: DiskAddress, writes: tuple[Write, ...]) -> None:
        for each in writes:
            data = bytearray(stamp(each))
            data[changed] ^= 255
            Tiny.write(tiny, address, (evolve(each, data=bytes(data)),))

    tiny.write = write  # type: ignore[method-assign]
    *_, last = check_up(InProcess(tiny))
    assert says in last.seen
    assert '"data": "inline"' in last.hint


def test_inline_data_carries_the_bytes_of_every_write() -> None:
    """A subject that asked for its bytes gets exactly those that the numbers mean, in write and in arrange."""
    subject = Inline()
    carrier = InProcess(subject)
    assert carrier.describe().data is DataMode.INLINE
    wanted = Write(3, 9, 5, 100, 7, 1, 2)
    given = Write(4, 0, data=b"\5" * BLOCK_BYTES)
    subject.disks["m", "d"] = bytearray(8 * BLOCK_BYTES)
    carrier.write(DiskAddress("m", "d"), (wanted, given))
    carrier.arrange((During("m", after_ms=1, address=DiskAddress("m", "d"), writes=(wanted,)),))
    assert subject.given == [evolve(wanted, data=stamp(wanted)), given, evolve(wanted, data=stamp(wanted))]


def test_who_did_not_ask_gets_numbers_only() -> None:
    """Stamped writes stay numbers for everybody else."""
    subject = Inline()
    subject.describe = Tiny().describe  # type: ignore[method-assign]
    subject.disks["m", "d"] = bytearray(8 * BLOCK_BYTES)
    carrier = InProcess(subject)
    carrier.describe()
    carrier.write(DiskAddress("m", "d"), (Write(3, 9),))
    assert subject.given == [Write(3, 9)]


def test_the_doctor_ends_with_cannot_judge(capsys: pytest.CaptureFixture[str]) -> None:
    """A sick adapter is exit code 3, and one that breaks the connection is told like any other."""
    assert main(["doctor", "--cmd", "cat"]) == ExitCode.CANNOT_JUDGE
    shown = capsys.readouterr().out
    assert "WRONG" in shown
    assert "mend this first" in shown
