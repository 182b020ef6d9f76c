"""Bytes from outside: decoding takes back what encoding made, tampered bytes never decode, only named errors come out.

Each property is an equation or a set of exceptions; hypothesis draws what is encoded and how it is tampered with.
"""

import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteproof.cli.fuzz_options import known_findings
from siteproof.cli.policy_files import request_in, settings_in
from siteproof.conformance import wire
from siteproof.conformance.coverage.events import Do, Event, Head, ShownState, line
from siteproof.conformance.coverage.record import read as read_history
from siteproof.fuzz.actions import WalkRecord, read_record
from siteproof.fuzz.canary import WALK
from siteproof.fuzz.scenes import PLAIN
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import DiskAddress, Fault, FaultKind, Write
from siteproof.model.nouns.vocabulary import Direction, Protection, Site, Verb
from siteproof.reference.datapath.blocks import blocks_of, run_table
from siteproof.reference.datapath.corruption import CorruptLog
from siteproof.reference.datapath.keys import DiskKeys
from siteproof.reference.datapath.sealer import Sealer
from siteproof.reference.datapath.segment import Role, SegmentHeader, new_header, open_header
from siteproof.reference.datapath.stream import StreamReader
from siteproof.reference.datapath.tracker import SourceDisk
from tests.datapath.lab import MemoryExecutor

BLOCK, BLOCKS = 4096, 24
SETTINGS = settings(
    deadline=None, derandomize=True, database=None, max_examples=150, suppress_health_check=tuple(HealthCheck)
)
CONTENTS = st.dictionaries(st.integers(0, BLOCKS - 1), st.binary(min_size=0, max_size=9), max_size=8)
TAMPERING = st.tuples(st.sampled_from(("flip", "cut", "more", "swap")), st.integers(0, 2**30), st.integers(1, 255))
Tampering = tuple[str, int, int]


def keys() -> DiskKeys:
    """The keys of a disk whose every random choice is the same in each run."""
    return DiskKeys("web/sda", bytes(range(32)), random=random.Random(7).randbytes)


def filled(content: bytes) -> bytes:
    """A block that repeats these bytes; zeros for none."""
    return (content * BLOCK)[:BLOCK] or bytes(BLOCK)


def tampered(data: bytes, how: Tampering) -> bytes:
    """The bytes with one of them changed, without their end, with more behind, or with two of them swapped."""
    kind, place, value = how
    at = place % len(data)
    if kind == "flip":
        return data[:at] + bytes([data[at] ^ value]) + data[at + 1 :]
    if kind == "cut":
        return data[:at]
    if kind == "more":
        return data + bytes([value]) * (1 + place % 90)
    other = place // len(data) % len(data)
    changed = bytearray(data)
    changed[at], changed[other] = changed[other], changed[at]
    return bytes(changed)


def streamed(contents: dict[int, bytes]) -> tuple[StreamReader, bytes]:
    """A reader, and the stream that it invited with these blocks."""
    reader = StreamReader(keys())
    disk = SourceDisk.create(MemoryExecutor(), "a.raw", "a.bitmap", BLOCKS)
    disk.start_capture()
    for block, content in sorted(contents.items()):
        disk.write(block, filled(content))
    cut = disk.take()
    stream = b"".join(bytes(part) for part in Sealer(keys(), reader.invite()).seal(cut))
    cut.done()
    return reader, stream


def taken(reader: StreamReader, stream: bytes) -> dict[int, bytes]:
    """The blocks that a reader takes from a stream."""
    found: dict[int, bytes] = {}
    for plain in reader.read(stream, BLOCKS, 0):
        raw = bytes(plain.raw())
        parts = iter(raw[at : at + BLOCK] for at in range(0, len(raw), BLOCK))
        blocks, zero = plain.blocks()
        found |= {
            block: bytes(BLOCK) if is_zero else next(parts)
            for block, is_zero in zip(blocks.tolist(), zero.tolist(), strict=True)
        }
    return found


@given(CONTENTS)
@SETTINGS
def test_a_stream_gives_back_the_blocks_that_were_sealed(contents: dict[int, bytes]) -> None:
    """Read ∘ seal = id, zeros among them."""
    reader, stream = streamed(contents)
    assert taken(reader, stream) == {block: filled(content) for block, content in contents.items()}


@given(CONTENTS.filter(bool), TAMPERING)
@SETTINGS
def test_a_tampered_stream_gives_nothing_that_was_not_sealed(contents: dict[int, bytes], how: Tampering) -> None:
    """Every byte changed, cut, added or swapped is CorruptLog; what was taken before it is what was sealed."""
    reader, stream = streamed(contents)
    bad = tampered(stream, how)
    if bad == stream:
        return
    right = {block: filled(content) for block, content in contents.items()}
    found: dict[int, bytes] = {}
    try:
        found = taken(reader, bad)
    except CorruptLog:
        return
    assert how[0] == "cut"  # whole frames, or nothing: what is missing is told by the commit that never comes
    assert found.items() <= right.items()


@given(st.binary(max_size=2000))
@SETTINGS
def test_noise_is_no_stream(noise: bytes) -> None:
    """Nothing but CorruptLog comes of bytes that nobody sealed."""
    reader = StreamReader(keys())
    reader.invite()
    with pytest.raises(CorruptLog):
        list(reader.read(noise, BLOCKS, 0))


@given(st.integers(0, 2**63), st.integers(0, 2**31), st.integers(0, 2**40), TAMPERING)
@SETTINGS
def test_a_segment_header_is_read_back_and_no_other(epoch: int, number: int, lsn: int, how: Tampering) -> None:
    """Open ∘ pack = id; a changed byte is CorruptLog."""
    made, _ = new_header(keys(), SegmentHeader(Role.CACHE, "web/sda", epoch, number, lsn))
    data = made.pack()
    assert open_header(keys(), data, Role.CACHE, "f")[0] == made
    bad = tampered(data, how)
    if bad[: len(data)] != data:
        with pytest.raises(CorruptLog):
            open_header(keys(), bad, Role.CACHE, "f")


@given(st.dictionaries(st.integers(0, 5000), st.booleans(), min_size=1, max_size=60))
@SETTINGS
def test_a_run_table_gives_back_its_blocks(marked: dict[int, bool]) -> None:
    """blocks_of ∘ run_table = id, for blocks and for which of them are zero."""
    blocks = np.array(sorted(marked), np.int64)
    zero = np.array([marked[block] for block in sorted(marked)])
    found, is_zero = blocks_of(int(blocks[0]), run_table(blocks, zero))
    assert found.tolist() == blocks.tolist()
    assert is_zero.tolist() == zero.tolist()


CALLS = st.one_of(
    st.tuples(st.just("advance"), st.tuples(st.integers(0, 2**40))),
    st.tuples(st.just("observe"), st.tuples(st.text(max_size=20))),
    st.tuples(
        st.just("fault"),
        st.tuples(st.builds(Fault, st.sampled_from(FaultKind), st.text(max_size=9), st.just(""), st.integers(0, 99))),
    ),
    st.tuples(
        st.just("write"),
        st.tuples(
            st.builds(DiskAddress, st.text(max_size=9), st.text(max_size=9)),
            st.lists(st.builds(Write, st.integers(0, 2**31), st.integers(0, 2**31)), max_size=4).map(tuple),
        ),
    ),
)


@given(st.integers(0, 2**31), CALLS)
@SETTINGS
def test_a_message_is_read_back(number: int, call: tuple[str, tuple[object, ...]]) -> None:
    """Decode ∘ encode = id for every call of the contract that is drawn, on exactly one line."""
    message = wire.encode_call(number, *call)
    assert message.count(b"\n") == 1
    found = wire.decode_call(message)
    assert (found.id, found.operation.name, found.arguments) == (number, *call)


@given(st.integers(0, 2**31), CALLS, TAMPERING)
@SETTINGS
def test_a_tampered_message_is_another_message_or_none(number: int, call: tuple[str, tuple[object, ...]],
                                                       how: Tampering) -> None:  # fmt: skip
    """Nothing but WireError comes of it; and noise is no reply."""
    bad = tampered(wire.encode_call(number, *call), how)
    for read in (wire.decode_call, wire.request_id, lambda data: wire.decode_reply(data, "observe")):
        _named(read, bad, wire.WireError)


EVENTS = st.lists(
    st.one_of(
        st.builds(Do, st.sampled_from(Verb), st.just("vm1"), st.sampled_from(("", "OperationConflict"))),
        st.builds(
            ShownState,
            st.just("vm1"),
            *map(st.sampled_from, (Protection, Direction, Site)),
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(EVENTS, TAMPERING)
@SETTINGS
def test_a_trace_log_is_read_back(events: list[Event], how: Tampering) -> None:
    """Read ∘ write = id for recorded histories; a tampered one is another history or a Problem that names the file."""
    text = "".join(map(line, (Head(1, "a test"), *events))).encode()
    assert [event for _, event in read_history(text, "log").events] == events
    _named(lambda data: read_history(data, "log"), tampered(text, how), Problem)


@given(TAMPERING)
@SETTINGS
def test_a_recorded_walk_is_read_back(how: Tampering) -> None:
    """Read ∘ write = id; a tampered record is another walk or a Problem."""
    record = WalkRecord("python:a:b", PLAIN, WALK, 3, 4, "this", "that", rule="SP-RES-24", why="because")
    text = record.to_json()
    assert read_record(text, "walk") == record
    assert read_record(msgspec.json.decode(text), "walk") == record
    _named(lambda data: read_record(data, "walk"), tampered(text, how), Problem)


POLICY = Path(__file__).parents[2] / "docs" / "examples" / "policy.toml"
FILES: dict[str, tuple[Callable[[Path], object], bytes]] = {
    "known": (known_findings, b'[[known]]\nfingerprint = "SP-RES-24-00000000"\nreason = "ticket"\n'),
    "policy": (
        lambda path: request_in(settings_in(str(path), {}), {}),
        POLICY.read_bytes(),
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_tampered_file_is_a_problem_or_another_file(kind: str, tmp_path: Path) -> None:
    """Policies and known findings: whatever is wrong with the file, one Problem says so."""
    read, right = FILES[kind]
    path = tmp_path / "file.toml"
    path.write_bytes(right)
    read(path)

    @given(st.one_of(TAMPERING.map(lambda how: tampered(right, how)), st.binary(max_size=300)))
    @SETTINGS
    def reads(data: bytes) -> None:
        path.write_bytes(data)
        _named(read, path, Problem)

    reads()


def _named(read: Callable[..., object], data: object, *errors: type[Exception]) -> None:
    """Reading gives something, or one of the errors that it names; any other exception is ours and fails the test."""
    with contextlib.suppress(*errors):
        read(data)
