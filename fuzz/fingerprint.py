"""Fingerprints: findings are one defect when they contradict the same rule on minimal walks of the same shape.

Rule: a shape has no names and no numbers, so that the same defect on another machine, disk or block is the same.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence

from siteproof.fuzz.actions import ActionKind, WalkAction

DIGEST_BYTES = 4
ARROW = " → "
WAITING = frozenset({ActionKind.ADVANCE, ActionKind.SETTLE, ActionKind.CHECKPOINT, ActionKind.FLUSH})


def shape(actions: Iterable[WalkAction]) -> tuple[str, ...]:
    """One word for each thing done, and for each fault inside of it; neighbours that say the same are one.

    What only lets time pass has no word of its own: it says when, not what.
    """
    words = itertools.chain.from_iterable(map(_words, actions))
    return tuple(word for word, _ in itertools.groupby(words))


def _words(action: WalkAction) -> Iterator[str]:
    if action.kind not in WAITING:
        yield f"{action.what}{'…' if action.hold else ''}"
    yield from (strike.kind.value for strike in action.plan)


def fingerprint(rule: str, actions: Iterable[WalkAction]) -> str:
    """`SP-RES-4-3f2a91c0`: the rule, and a digest of the shape of a minimal walk."""
    digest = hashlib.blake2b(ARROW.join(shape(actions)).encode(), digest_size=DIGEST_BYTES)
    return f"{rule}-{digest.hexdigest()}"


def contains(walk: Sequence[str], minimal: Sequence[str]) -> bool:
    """Whether a walk's shape has all of a minimal one's words, in their order."""
    words = iter(walk)
    return all(word in words for word in minimal)


def ends_in(actions: Sequence[WalkAction]) -> str:
    """What a minimal walk needs last that a walker can leave out: a command or a fault; empty when there is none."""
    words = (each.what for each in reversed(actions) if each.kind in (ActionKind.COMMAND, ActionKind.FAULT))
    return next(words, "")
