"""The compiled inner loops over rows of bits; they know numbers and masks, and nothing of any model.

Rule: compiled once for all systems and kept in numba's cache. A row is `words` 64-bit words; row `world * outer + o`
belongs to a shared state and to the outer parts' local states, which are the digits of `o` in the given strides.
"""

import numba
import numpy as np

from siteproof.model.engine.rows.store import CHANGED, FIRED

WORD = np.uint64
ONE = np.uint64(1)
PARTS_MAX = 16

_M1, _M2, _M4 = WORD(0x5555555555555555), WORD(0x3333333333333333), WORD(0x0F0F0F0F0F0F0F0F)
_SUM = WORD(0x0101010101010101)
_S1, _S2, _S4, _S56 = WORD(1), WORD(2), WORD(4), WORD(56)

compiled = numba.njit(cache=True, nogil=True, boundscheck=False)


@numba.njit(inline="always")
def count(word):
    """How many bits are set."""
    word = word - ((word >> _S1) & _M1)
    word = (word & _M2) + ((word >> _S2) & _M2)
    return np.int64((((word + (word >> _S4)) & _M4) * _SUM) >> _S56)


@numba.njit(inline="always")
def lowest(word):
    """The place of the lowest bit that is set."""
    return count((word & (~word + ONE)) - ONE)


@compiled
def split_row(row, outer, strides, digits):
    """Write the outer parts' local states into `digits`; returns the shared state."""
    world = row // outer
    rest = row - world * outer
    for part in range(strides.size):
        digits[part] = rest // strides[part]
        rest -= digits[part] * strides[part]
    return world


@compiled
def row_moves(row, world, digits, sizes, strides, offsets, starts, targets, degrees, frontier, fresh, active):
    """Moves of the outer parts: the whole row goes into others. Returns the transitions."""
    words = frontier.shape[1]
    bits = 0
    for w in range(words):
        bits += count(frontier[row, w])
    moves = 0
    for part in range(strides.size):
        entry = offsets[part] + world * sizes[part] + digits[part]
        moves += degrees[entry]
        for j in range(starts[entry], starts[entry + 1]):
            target = row + (targets[j] - digits[part]) * strides[part]
            active[target] = 1
            for w in range(words):
                fresh[target, w] |= frontier[row, w]
    return moves * bits


@compiled
def bit_moves(row, world, size, offset, starts, targets, planes, frontier, fresh, active):
    """Moves of the inner part: bits go to other bits of the same row. Returns the transitions."""
    moves, moved = 0, False
    for p in range(planes.shape[0]):
        weight = 0
        for w in range(frontier.shape[1]):
            weight += count(frontier[row, w] & planes[p, world, w])
        moves += weight << p
    base = offset + world * size
    for w in range(frontier.shape[1]):
        left = frontier[row, w]
        while left:
            entry = base + w * 64 + lowest(left)
            left &= left - ONE
            for j in range(starts[entry], starts[entry + 1]):
                target = targets[j]
                fresh[row, target >> 6] |= ONE << WORD(target & 63)
                moved = True
    if moved:
        active[row] = 1
    return moves


@compiled
def joint_move(row, target, world, size, piece, shape, masks, follows, frontier, fresh, active, fired):
    """One joint piece that all outer parts allow. `shape` is its (mask, offset of followers). Returns the transitions."""
    words = frontier.shape[1]
    moves = 0
    for w in range(words):
        allowed = frontier[row, w] & masks[shape[0], world, w]
        moves += count(allowed)
    if moves == 0:
        return 0
    active[target] = 1
    fired[piece] |= FIRED
    if target != row:
        fired[piece] |= CHANGED
    for w in range(words):
        allowed = frontier[row, w] & masks[shape[0], world, w]
        if shape[1] < 0:
            fresh[target, w] |= allowed
            continue
        while allowed:
            bit = w * 64 + lowest(allowed)
            allowed &= allowed - ONE
            after = follows[shape[1] + world * size + bit]
            if after != bit:
                fired[piece] |= CHANGED
            fresh[target, after >> 6] |= ONE << WORD(after & 63)
    return moves


@compiled
def target_row(piece, world, outer, digits, sizes, strides, jumps, follow, follows):
    """The row that a joint piece leads to, or -1 when the shared state or an outer part refuses."""
    jump = jumps[piece, world]
    if jump < 0:
        return -1
    target = np.int64(jump) * outer
    for part in range(strides.size):
        after = digits[part]
        if follow[piece, part] >= 0:
            after = np.int64(follows[follow[piece, part] + world * sizes[part] + digits[part]])
            if after < 0:
                return -1
        target += after * strides[part]
    return target


@compiled
def expand(
    begin, end, outer, sizes, strides, offsets, starts, targets, degrees, planes,
    jumps, follow, follows, shapes, masks, frontier, before, fresh, active, fired,
):  # fmt: skip
    """Every move from the rows `begin` .. `end` of the frontier (`before` marks those that are not empty)."""
    digits = np.zeros(PARTS_MAX, np.int64)
    inner = strides.size
    total = 0
    for row in range(begin, end):
        if not before[row]:
            continue
        world = split_row(row, outer, strides, digits)
        total += row_moves(
            row, world, digits, sizes, strides, offsets, starts, targets, degrees, frontier, fresh, active
        )
        total += bit_moves(row, world, sizes[inner], offsets[inner], starts, targets, planes, frontier, fresh, active)
        for piece in range(jumps.shape[0]):
            target = target_row(piece, world, outer, digits, sizes, strides, jumps, follow, follows)
            if target >= 0:
                total += joint_move(
                    row, target, world, sizes[inner], piece, shapes[piece], masks, follows, frontier, fresh, active, fired
                )
    return total


@compiled
def commit(begin, end, stamp, outer, sizes, strides, offsets, fresh, active, visited, depths, shown, inner_shown):
    """What is new in `fresh` stays there and is visited; its depth goes into the planes `depths` bit by bit.

    `shown` marks entries of outer parts that occur, `inner_shown` collects the bits. Returns how many states are new.
    """
    digits = np.zeros(PARTS_MAX, np.int64)
    total = 0
    for row in range(begin, end):
        if not active[row]:
            continue
        any_new = np.uint64(0)
        world = row // outer
        for w in range(fresh.shape[1]):
            new = fresh[row, w] & ~visited[row, w]
            fresh[row, w] = new
            visited[row, w] |= new
            inner_shown[world, w] |= new
            any_new |= new
            total += count(new)
        active[row] = any_new != 0
        if any_new == 0:
            continue
        for p in range(depths.shape[0]):
            if (stamp >> p) & 1:
                for w in range(fresh.shape[1]):
                    depths[p, row, w] |= fresh[row, w]
        split_row(row, outer, strides, digits)
        for part in range(strides.size):
            shown[offsets[part] + world * sizes[part] + digits[part]] = 1
    return total


@compiled
def clear(rows, active):
    """Empty the rows that are marked, and the marks."""
    for row in range(rows.shape[0]):
        if active[row]:
            active[row] = 0
            for w in range(rows.shape[1]):
                rows[row, w] = 0


@compiled
def match(
    dead_ends, outer, sizes, strides, offsets, allowed, inner_allowed, jumps, follow, follows, shapes, masks, rows, active,
    found,
):  # fmt: skip
    """How many states of the rows every part allows; row and bit of the first go to `found`.

    With `dead_ends`, states that a joint piece moves are left out.
    """
    digits = np.zeros(PARTS_MAX, np.int64)
    total = 0
    for row in range(rows.shape[0]):
        if not active[row]:
            continue
        world = split_row(row, outer, strides, digits)
        fits = True
        for part in range(strides.size):
            fits = fits and allowed[offsets[part] + world * sizes[part] + digits[part]] != 0
        if not fits:
            continue
        for w in range(rows.shape[1]):
            bits = rows[row, w] & inner_allowed[world, w]
            if bits and dead_ends:
                for piece in range(jumps.shape[0]):
                    if target_row(piece, world, outer, digits, sizes, strides, jumps, follow, follows) >= 0:
                        bits &= ~masks[shapes[piece, 0], world, w]
            if bits and total == 0:
                found[0], found[1] = row, w * 64 + lowest(bits)
            total += count(bits)
    return total


@compiled
def in_order(outer, strides, rows):
    """How many states have the local states of their parts in ascending order (equal ones allowed)."""
    digits = np.zeros(PARTS_MAX, np.int64)
    total = 0
    for row in range(rows.shape[0]):
        split_row(row, outer, strides, digits)
        ordered = True
        for part in range(1, strides.size):
            ordered = ordered and digits[part - 1] <= digits[part]
        if not ordered:
            continue
        least = digits[strides.size - 1] if strides.size else 0
        for w in range(least >> 6, rows.shape[1]):
            bits = rows[row, w]
            if w == least >> 6:
                bits &= ~WORD(0) << WORD(least & 63)
            total += count(bits)
    return total
