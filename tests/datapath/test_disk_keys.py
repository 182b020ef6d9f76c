"""Keys: bound to their purpose, never shown, never used twice with one nonce."""

from pathlib import Path

import pytest

from siteproof.model.nouns.problem import Problem
from siteproof.reference.datapath.keys import DiskKeys, KeyEncryptionKey, SegmentIdentity
from tests.datapath.lab import KEK, MemoryExecutor, World


def test_no_nonce_meets_a_key_twice_over_reopening_abandoning_and_rolling_the_store_back() -> None:
    """Every (key, nonce) of a long life is unique, even after the store was put back to an earlier state."""
    store = MemoryExecutor()
    world = World(store).create()
    backup: dict[str, bytearray] = {}
    for number in range(6):
        world.work()
        world.ship()
        world.point(f"p{number}")
        world.replica.apply()
        if number == 2:
            backup = {name: bytearray(data) for name, data in store.files.items()}
        cut = world.disk.take_all()
        for frame in world.sealer.seal(cut):
            world.replica.receive(frame)
        cut.failed()
        world.connect()
    store.files = {name: bytearray(data) for name, data in backup.items()}
    world.reopen()
    world.connect()
    for _ in range(3):
        world.work()
        world.ship(everything=True)
        world.replica.apply()
        world.reopen()
        world.connect()
    assert len(world.sealed) > 70
    assert len(set(world.sealed)) == len(world.sealed)


def test_a_stuck_random_source_would_be_noticed_by_the_test_above() -> None:
    """The alarm works: with a constant salt the same (key, nonce) does come twice."""
    world = World(MemoryExecutor(), secret=bytes).create()
    for _ in range(2):
        world.work()
        world.ship(everything=True)
        world.connect()
    assert len(set(world.sealed)) < len(world.sealed)


def test_secrets_have_no_repr() -> None:
    """Neither the key-encryption key nor a disk's key appears when it is printed."""
    kek, keys = KeyEncryptionKey(b"S" * 32), DiskKeys("web/sda", b"S" * 32)
    key = keys.segment_key(bytes(32), SegmentIdentity(1, "web/sda", 1, 1))
    for text in (repr(kek), repr(keys), repr(key)):
        assert "S" * 8 not in text
        assert "0x53" not in text


def test_a_segment_key_is_bound_to_everything_that_names_it() -> None:
    """Another salt, format, disk, epoch, role or header gives another key and another commitment."""
    keys = DiskKeys("web/sda", bytes(32))
    parts = (
        (1, "web/sda", 1, 1),
        (2, "web/sda", 1, 1),
        (1, "web/sdb", 1, 1),
        (1, "web/sda", 2, 1),
        (1, "web/sda", 1, 2),
    )
    names = [SegmentIdentity(*each) for each in parts]
    commitments = [keys.segment_key(salt, name, head).commitment
                   for salt in (bytes(32), bytes(31) + b"1") for head in (b"", b"x") for name in names]  # fmt: skip
    assert len(set(commitments)) == 20


def test_a_wrapped_key_opens_only_with_its_key_and_in_its_context() -> None:
    """Another key-encryption key, another context or one changed bit is a Problem."""
    wrapped = KEK.wrap(b"D" * 32, b"web/sda")
    assert KEK.unwrap(wrapped, b"web/sda") == b"D" * 32
    changed = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    wrong = KeyEncryptionKey(bytes(32))
    for kek, data, context in ((wrong, wrapped, b"web/sda"), (KEK, wrapped, b"b"), (KEK, changed, b"web/sda")):
        with pytest.raises(Problem, match="cannot be unwrapped"):
            kek.unwrap(data, context)


@pytest.mark.parametrize("content", [b"", b"short", b"zz" * 32, b"00" * 31, None])
def test_an_unusable_key_file_is_a_problem(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, short or not hexadecimal: problem, cause and hint."""
    path = tmp_path / "kek"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem, match="no usable key"):
        KeyEncryptionKey.from_file(path)


def test_a_key_file_holds_bytes_or_hexadecimal(tmp_path: Path) -> None:
    """Both forms give the same key."""
    (tmp_path / "raw").write_bytes(bytes(range(32)))
    (tmp_path / "hex").write_text(bytes(range(32)).hex() + "\n")
    assert KeyEncryptionKey.from_file(tmp_path / "raw") == KeyEncryptionKey.from_file(tmp_path / "hex")
