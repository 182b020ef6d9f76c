"""Drawing mutants: number k of seed s is the same mutant in every run of one version, whoever asks for it.

Rule: what a harm can take hold of follows from the types of what is struck; nothing is drawn that could not even be
tried, and nothing is left out because it would be caught (or would not).
"""

import functools
import random
import re
from collections.abc import Iterator, Mapping

from siteproof import __version__
from siteproof.fuzz.mutants.reshape import NOTHING
from siteproof.fuzz.mutants.targets import MutationTarget, ValueKind, contract_targets, inside_targets
from siteproof.fuzz.mutants.triggers import NAME_PATTERNS
from siteproof.fuzz.mutants.words import Harm, HarmSite, Layer, Mutant, Trigger
from siteproof.model.nouns.problem import Problem

CONTRACT_SHARE = 0.4
PICK_MAX = 16
HELD_BY: Mapping[Harm, frozenset[ValueKind]] = {
    Harm.OFF_BY_ONE: frozenset({ValueKind.NUMBER}),
    Harm.WRONG_TARGET: frozenset({ValueKind.NAME, ValueKind.THING}),
    Harm.WRONG_WORD: frozenset({ValueKind.WORD}),
    Harm.DROP_LAST: frozenset({ValueKind.SEQUENCE}),
    Harm.REORDER: frozenset({ValueKind.SEQUENCE}),
    Harm.TRUNCATE: frozenset({ValueKind.SEQUENCE}),
    Harm.ZEROS: frozenset({ValueKind.BYTES}),
    Harm.WRONG_TIME: frozenset({ValueKind.TIME}),
}
EFFECT_HARMS = (Harm.STALE, Harm.OFF_BY_ONE, Harm.WRONG_WORD, Harm.DROP_LAST, Harm.REORDER, Harm.TRUNCATE)
OF_BLOCKS = frozenset({Trigger.LAST_BLOCK, Trigger.BLOCK_RANGE, Trigger.LARGE})
AMOUNTS: Mapping[Trigger, tuple[int, ...]] = {
    Trigger.NTH_CALL: (2, 3, 4, 5, 7, 10, 20),
    Trigger.EVERY_KTH: (2, 3, 4, 5, 7),
    Trigger.BLOCK_RANGE: (1, 3, 8, 17, 31),
    Trigger.LARGE: (1, 2, 4, 8, 20),
    Trigger.AFTER_FAULT: (1, 2, 3),
    Trigger.NAME: tuple(range(NAME_PATTERNS)),
}
_ID = re.compile(r"m(\d{1,18})_(\d{1,9})")


def draw(seed: int, count: int) -> tuple[Mutant, ...]:
    """The first `count` mutants of that seed."""
    return tuple(mutant(seed, number) for number in range(count))


def mutant(seed: int, number: int) -> Mutant:
    """One mutant, for ever the same."""
    dice = random.Random(f"mutant {__version__} {seed} {number}")  # noqa: S311  (repeatable, not secret)
    layer = Layer.CONTRACT if dice.random() < CONTRACT_SHARE else Layer.INSIDE
    ways = _ways(layer)
    harm = dice.choice(sorted(ways))
    target, site = dice.choice(ways[harm])
    trigger = dice.choice([each for each in Trigger if _makes_sense(each, target)])
    amount = dice.choice(AMOUNTS.get(trigger, (0,)))
    return Mutant(
        f"m{seed}_{number}", layer, target.room, target.name, trigger, amount, harm, site, dice.randrange(PICK_MAX)
    )


def find(name: str) -> Mutant:
    """The mutant of that id; a Problem when it is none."""
    found = _ID.fullmatch(name)
    if found is None:
        raise Problem(f"there is no mutant {name!r}", "an id is m<seed>_<number>", "siteproof zoo --generate lists ids")
    return mutant(int(found[1]), int(found[2]))


@functools.cache
def _ways(layer: Layer) -> dict[Harm, tuple[tuple[MutationTarget, HarmSite], ...]]:
    """Where each harm can be done on that layer."""
    targets = contract_targets() if layer is Layer.CONTRACT else inside_targets()
    ways = [(harm, target, site) for target in targets if target.name != "reset" for harm, site in possible(target)]
    return {harm: tuple((target, site) for each, target, site in ways if each is harm) for harm in Harm}


def possible(target: MutationTarget) -> Iterator[tuple[Harm, HarmSite]]:
    """What can be done to that target, and to which part of the call."""
    quiet, nothing = target.neutral is None, target.neutral is NOTHING and target.name != "do"
    tried = {
        Harm.SKIP: not nothing,
        Harm.REPEAT: quiet or target.yields or target.name == "do",
        Harm.STALE: not quiet and not target.yields,
        Harm.LATE: quiet,
        Harm.SWALLOW: not nothing and not target.yields,
    }
    yield from ((harm, HarmSite.CALL) for harm, possible_ in tried.items() if possible_)
    for harm, kinds in HELD_BY.items():
        if kinds & target.takes:
            yield harm, HarmSite.ARGUMENT
        if kinds & target.gives - {ValueKind.THING}:
            yield harm, HarmSite.RESULT
    if target.layer is Layer.INSIDE and not target.yields and (target.has_owner or ValueKind.THING in target.takes):
        yield from ((harm, HarmSite.EFFECT) for harm in EFFECT_HARMS)


def _makes_sense(trigger: Trigger, target: MutationTarget) -> bool:
    """A trigger about blocks needs something that names or counts blocks."""
    return trigger not in OF_BLOCKS or bool(target.takes & {ValueKind.NUMBER, ValueKind.SEQUENCE, ValueKind.BYTES})
