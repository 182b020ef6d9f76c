"""Tampering: right bytes made wrong, in ways that readers stumble over; the same seed and number make the same bytes.

Rule: pure; whoever wants a failing input again needs target, seed and number.
"""

import random
from collections.abc import Callable, Sequence

BYTES_MAX = 1 << 16
CHANGES_MAX = 6
ODD = (
    *(b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff\xff\xff\xff\xff"),
    *(b"\n", b"\r\n", b'"', b"{", b"[", b"}", b"]", b",", b":", b"=", b"[[", b"'" * 3, b"\\u0000"),
    *(b"null", b"-1", b"1e999", b"9" * 40, b"\xc3\x28", b"\xed\xa0\x80", b"\xc3\xbc", b"\xef\xbb\xbf"),
    *(b"[" * 300, b'{"a":' * 300),
)
Change = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def tampered(seeds: Sequence[bytes], seed: int, number: int) -> bytes:
    """Input `number` of a seed: one of the right ones, changed a few times, or noise."""
    dice = random.Random(f"bytes {seed} {number}")  # noqa: S311  (repeatable, not secret)
    if dice.random() < 0.03:
        return dice.randbytes(dice.randrange(1, 400))
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, CHANGES_MAX)):
        dice.choice(CHANGES)(dice, data, seeds)
    return bytes(data[:BYTES_MAX])


def _place(dice: random.Random, data: bytearray) -> int:
    return dice.randrange(len(data) + 1)


def _flip(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def _set(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)


def _odd(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Something that readers stumble over, instead of what stands there or before it."""
    odd, at = dice.choice(ODD), _place(dice, data)
    data[at : at + dice.choice((0, len(odd)))] = odd


def _cut(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    del data[_place(dice, data) :]


def _drop(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(dice, data)
    del data[at : at + dice.choice((1, 2, 8, 64))]


def _twice(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    at = _place(dice, data)
    data[at:at] = data[at : at + dice.choice((1, 4, 32, 4096))]


def _number(dice: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """A length or an offset as large or as small as its field is wide."""
    wide = dice.choice((1, 2, 4, 8))
    value = dice.choice((0, 1, (1 << 8 * wide) - 1, 1 << (8 * wide - 1), (1 << (8 * wide - 1)) - 1, len(data)))
    at = _place(dice, data)
    data[at : at + wide] = (value % (1 << 8 * wide)).to_bytes(wide, dice.choice(("big", "little")))


def _splice(dice: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    other = dice.choice(seeds)
    at = dice.randrange(len(other) + 1)
    data[_place(dice, data) :] = other[at:]


CHANGES: tuple[Change, ...] = (_flip, _flip, _set, _odd, _odd, _cut, _drop, _twice, _number, _splice)
