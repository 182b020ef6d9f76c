"""The compiled inner loops over rows of bits; they know numbers and masks, and nothing of any model.

Rule: compiled once for all systems and kept in numba's cache. A row is a run of 64-bit words; `world * outer + o`
belongs to a shared state and to the outer parts' local states, which are the digits of `o` in the given strides.
"""

# Theory of operation. A set of states is a tensor of bits with one axis for each part; the last (inner) part's axis is
# packed into 64-bit words and is the *row*, all other parts and the shared state choose which row. Then a move of an
# outer part does not touch the row's contents at all: every state in it makes the same move, so the whole row is ORed
# into the target's row (`row_moves`), 64 states a word. Only the inner part's own moves look at single bits, and they
# stay within their row (`learn`); most rows of a level are equal, so what a row becomes is remembered (`Memo`), keyed
# by the row's words themselves, because a hash alone could lie. A joint move is a row move under a mask
# (`joint_move`).
#
# Invariants. A level's rows are empty outside `low[row] .. high[row]`; these spans may be too wide while a level is
# written and are made exact by `visit`, and every loop trusts them. A state is in `visited` exactly when it has been
# in a level, and `visit` leaves only new bits, so each state is expanded once and its level is its depth. Transitions
# are counted, never enumerated: `degrees` for outer moves, bit planes of degrees for inner ones, a popcount under the
# mask for joint ones; they come to exactly what an enumeration gives, because `split` made pieces that exclude each
# other.
#
# Why the code looks as it does. Everything is arrays and integers, so numba compiles it once for all models and keeps
# the result on disk; a model-specific kernel would cost its compilation each time. Bounds are unchecked: `Tables` is
# built by `product`, which is where sizes are asserted. Unsigned and signed words are never mixed in one expression
# (numba would make floats of them), hence WORD(...) and np.int64(...) around shifts. Memory is two levels, the visited
# set and the depth planes: bits times the product of the parts' sizes. Time is rows times moves, whatever is in the
# rows.

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from siteproof.model.engines.explore.findings import CHANGED, FIRED

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Marks = NDArray[np.uint8]
Spans = NDArray[np.int32]
WORD = np.uint64
ONE = np.uint64(1)
PARTS_MAX = 16
MEMO_ROWS = 64

_M1, _M2, _M4 = WORD(0x5555555555555555), WORD(0x3333333333333333), WORD(0x0F0F0F0F0F0F0F0F)
_SUM = WORD(0x0101010101010101)
_MIX = WORD(0x9E3779B97F4A7C15)
_S1, _S2, _S4, _S56 = WORD(1), WORD(2), WORD(4), WORD(56)

F = TypeVar("F", bound=Callable[..., Any])


class Tables(NamedTuple):
    """The moves. Entry `offsets[part] + world * sizes[part] + local` stands for a part's local state in a shared one.

    A part's own moves: `targets[starts[entry]:starts[entry + 1]]`; `degrees` counts its transitions, `planes` holds the
    bits of the inner part's degrees. Joint pieces: `jumps[piece, world]` is the shared state after it or -1;
    `follows[follow[piece, part] + ...]` the local state after it or -1, and `follow` is -1 where the part stays;
    `shapes[piece]` is the inner part's mask (0: everything) and where its followers start (-1: it stays).
    """

    outer: int
    sizes: Numbers
    strides: Numbers
    offsets: Numbers
    starts: Numbers
    targets: Numbers
    degrees: Numbers
    planes: Words
    jumps: Numbers
    follow: Numbers
    follows: NDArray[np.int32]
    shapes: Numbers
    masks: Words


class LevelRows(NamedTuple):
    """Rows of one level; outside the words `low[row]` .. `high[row]` a row is empty, and an empty row has `high` 0."""

    rows: Words
    low: Spans
    high: Spans


class Memo(NamedTuple):
    """What the inner part makes of rows that have been seen: in one level most rows are equal.

    Place `n` holds a row `keys[n]` and the row `made[n]` that its inner moves lead to; `facts[n]` holds the shared
    state or -1, the row's span, the span of `made`, the transitions and the states of the row.
    """

    keys: Words
    made: Words
    facts: Numbers


def compiled(function: F) -> F:
    """Compile at the first call and keep the result beside this file."""
    return cast(F, numba.njit(cache=True, nogil=True, boundscheck=False)(function))


def inlined(function: F) -> F:
    """Compile into its callers."""
    return cast(F, numba.njit(inline="always")(function))


@inlined
def count(word: Any) -> Any:
    """How many bits are set."""
    word = word - ((word >> _S1) & _M1)
    word = (word & _M2) + ((word >> _S2) & _M2)
    return np.int64((((word + (word >> _S4)) & _M4) * _SUM) >> _S56)


@inlined
def lowest(word: Any) -> Any:
    """The place of the lowest bit that is set."""
    return count((word & (~word + ONE)) - ONE)


@compiled
def split_row(t: Tables, row: int, digits: Numbers) -> int:
    """Write the outer parts' local states into `digits`; returns the shared state."""
    world = row // t.outer
    rest = row - world * t.outer
    for part in range(t.strides.size):
        digits[part] = rest // t.strides[part]
        rest -= digits[part] * t.strides[part]
    return world


@inlined
def widen(level: LevelRows, row: int, low: Any, high: Any) -> None:
    """The row may have something in the words `low` .. `high`."""
    level.low[row] = min(level.low[row], low)
    level.high[row] = max(level.high[row], high)


@compiled
def row_moves(t: Tables, row: int, world: int, digits: Numbers, now: LevelRows, then: LevelRows) -> int:
    """Moves of the outer parts: the whole row goes into others. Returns the transitions of each of its states."""
    rows, fresh, low, high = now.rows, then.rows, now.low[row], now.high[row]
    moves = 0
    for part in range(t.strides.size):
        entry = t.offsets[part] + world * t.sizes[part] + digits[part]
        moves += t.degrees[entry]
        for j in range(t.starts[entry], t.starts[entry + 1]):
            target = row + (t.targets[j] - digits[part]) * t.strides[part]
            widen(then, target, low, high)
            for w in range(low, high):
                fresh[target, w] |= rows[row, w]
    return moves


@compiled
def place_of(row: int, world: int, now: LevelRows, memo: Memo) -> Any:
    """Where the memo keeps this row, and whether it does."""
    low, high = now.low[row], now.high[row]
    mixed = WORD(world * 64 + low)
    for w in range(low, high):
        mixed = (mixed ^ now.rows[row, w]) * _MIX
    place = np.int64(mixed >> WORD(32)) % MEMO_ROWS
    facts = memo.facts[place]
    known = facts[0] == world and facts[1] == low and facts[2] == high
    for w in range(low, high):
        known = known and memo.keys[place, w] == now.rows[row, w]
    return place, known


@compiled
def learn(t: Tables, row: int, world: int, now: LevelRows, memo: Memo, place: int) -> None:
    """Make the moves of the inner part, bit by bit, and keep what they lead to."""
    rows, inner, facts, made = now.rows, t.strides.size, memo.facts[place], memo.made[place]
    low, high = now.low[row], now.high[row]
    first, last, moves, bits = rows.shape[1], 0, 0, 0
    made[:] = 0
    for p in range(t.planes.shape[0]):
        weight = 0
        for w in range(low, high):
            weight += count(rows[row, w] & t.planes[p, world, w])
        moves += weight << p
    base = t.offsets[inner] + world * t.sizes[inner]
    for w in range(low, high):
        left = memo.keys[place, w] = rows[row, w]
        bits += count(left)
        while left:
            entry = base + w * 64 + lowest(left)
            left &= left - ONE
            for j in range(t.starts[entry], t.starts[entry + 1]):
                word = t.targets[j] >> 6
                made[word] |= ONE << WORD(t.targets[j] & 63)
                first, last = min(first, word), max(last, word + 1)
    facts[0], facts[1], facts[2], facts[3], facts[4], facts[5], facts[6] = world, low, high, first, last, moves, bits


@compiled
def bit_moves(t: Tables, row: int, world: int, now: LevelRows, then: LevelRows, memo: Memo) -> Any:
    """Moves of the inner part: bits go to other bits of the same row. Returns the transitions, and the row's states."""
    place, known = place_of(row, world, now, memo)
    if not known:
        learn(t, row, world, now, memo, place)
    facts = memo.facts[place]
    if facts[4] > 0:
        widen(then, row, facts[3], facts[4])
        for w in range(facts[3], facts[4]):
            then.rows[row, w] |= memo.made[place, w]
    return facts[5], facts[6]


@compiled
def target_row(t: Tables, piece: int, world: int, digits: Numbers) -> Any:
    """The row that a joint piece leads to, or -1 when the shared state or an outer part refuses."""
    jump = t.jumps[piece, world]
    if jump < 0:
        return -1
    target = jump * t.outer
    for part in range(t.strides.size):
        after = digits[part]
        if t.follow[piece, part] >= 0:
            after = np.int64(t.follows[t.follow[piece, part] + world * t.sizes[part] + digits[part]])
            if after < 0:
                return -1
        target += after * t.strides[part]
    return target


@compiled
def joint_move(
    t: Tables, piece: int, row: int, target: int, world: int, now: LevelRows, then: LevelRows, fired: Numbers
) -> int:
    """A joint piece that the shared state and all outer parts allow. Returns the transitions."""
    rows, fresh, inner, low, high = now.rows, then.rows, t.strides.size, now.low[row], now.high[row]
    mask, followers = t.shapes[piece, 0], t.shapes[piece, 1]
    moves = 0
    for w in range(low, high):
        moves += count(rows[row, w] & t.masks[mask, world, w])
    if moves == 0:
        return 0
    fired[piece] |= FIRED if target == row else FIRED | CHANGED
    if followers < 0:
        widen(then, target, low, high)
    for w in range(low, high):
        allowed = rows[row, w] & t.masks[mask, world, w]
        if followers < 0:
            fresh[target, w] |= allowed
            continue
        while allowed:
            bit = w * 64 + lowest(allowed)
            allowed &= allowed - ONE
            after = np.int64(t.follows[followers + world * t.sizes[inner] + bit])
            if after != bit:
                fired[piece] |= CHANGED
            fresh[target, after >> 6] |= ONE << WORD(after & 63)
            widen(then, target, after >> 6, (after >> 6) + 1)
    return moves


@compiled
def expand(t: Tables, begin: int, end: int, now: LevelRows, then: LevelRows, memo: Memo, fired: Numbers) -> int:
    """Every move from the rows `begin` .. `end`. Returns the transitions."""
    digits = np.zeros(PARTS_MAX, np.int64)
    total = 0
    for row in range(begin, end):
        if not now.high[row]:
            continue
        world = split_row(t, row, digits)
        moves, bits = bit_moves(t, row, world, now, then, memo)
        total += moves + bits * row_moves(t, row, world, digits, now, then)
        for piece in range(t.jumps.shape[0]):
            target = target_row(t, piece, world, digits)
            if target >= 0:
                total += joint_move(t, piece, row, target, world, now, then, fired)
    return total


@compiled
def visit(row: int, then: LevelRows, visited: Words) -> int:
    """What is new in the row stays there and is visited; its span becomes exact. Returns how many states are new."""
    rows = then.rows
    first, last, total = rows.shape[1], 0, 0
    for w in range(then.low[row], then.high[row]):
        new = rows[row, w] & ~visited[row, w]
        rows[row, w] = new
        if new:
            visited[row, w] |= new
            total += count(new)
            first, last = min(first, w), w + 1
    then.low[row], then.high[row] = first, last
    return total


@compiled
def commit(
    t: Tables, stamp: int, then: LevelRows, visited: Words, depths: Words, shown: Marks, inner_shown: Words
) -> int:
    """What is new in a level stays there and is visited; `stamp` goes into the planes `depths`, bit by bit.

    `shown` marks entries of outer parts that occur, `inner_shown` collects the bits. Returns how many states are new.
    """
    digits = np.zeros(PARTS_MAX, np.int64)
    rows = then.rows
    total = 0
    for row in range(rows.shape[0]):
        if not then.high[row]:
            continue
        new = visit(row, then, visited)
        if new == 0:
            continue
        total += new
        world = split_row(t, row, digits)
        for w in range(then.low[row], then.high[row]):
            inner_shown[world, w] |= rows[row, w]
        for p in range(depths.shape[0]):
            if (stamp >> p) & 1:
                for w in range(then.low[row], then.high[row]):
                    depths[p, row, w] |= rows[row, w]
        for part in range(t.strides.size):
            shown[t.offsets[part] + world * t.sizes[part] + digits[part]] = 1
    return total


@compiled
def clear(now: LevelRows) -> None:
    """Empty every row."""
    for row in range(now.rows.shape[0]):
        for w in range(now.low[row], now.high[row]):
            now.rows[row, w] = 0
        now.low[row], now.high[row] = now.rows.shape[1], 0


@compiled
def match(t: Tables, dead_ends: bool, allowed: Marks, inner_allowed: Words, now: LevelRows, found: Numbers) -> int:
    """How many states of a level every part allows; row and bit of the first go to `found`.

    With `dead_ends`, states that a joint piece moves are left out.
    """
    digits = np.zeros(PARTS_MAX, np.int64)
    total = 0
    for row in range(now.rows.shape[0]):
        if not now.high[row]:
            continue
        world = split_row(t, row, digits)
        fits = True
        for part in range(t.strides.size):
            fits = fits and allowed[t.offsets[part] + world * t.sizes[part] + digits[part]] != 0
        if not fits:
            continue
        for w in range(now.low[row], now.high[row]):
            bits = now.rows[row, w] & inner_allowed[world, w]
            if dead_ends and bits:
                for piece in range(t.jumps.shape[0]):
                    if target_row(t, piece, world, digits) >= 0:
                        bits &= ~t.masks[t.shapes[piece, 0], world, w]
            if bits and total == 0:
                found[0], found[1] = row, w * 64 + lowest(bits)
            total += count(bits)
    return total


@compiled
def in_order(t: Tables, rows: Words) -> int:
    """How many states have the local states of their parts in ascending order (equal ones allowed)."""
    digits = np.zeros(PARTS_MAX, np.int64)
    total = 0
    for row in range(rows.shape[0]):
        split_row(t, row, digits)
        ordered = True
        for part in range(1, t.strides.size):
            ordered = ordered and digits[part - 1] <= digits[part]
        if not ordered:
            continue
        least = digits[t.strides.size - 1] if t.strides.size else 0
        for w in range(least >> 6, rows.shape[1]):
            bits = rows[row, w]
            if w == least >> 6:
                bits &= ~WORD(0) << WORD(least & 63)
            total += count(bits)
    return total
