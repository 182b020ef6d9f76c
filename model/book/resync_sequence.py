"""The resynchronisation protocol as sequences of messages; every step is one that the specification can take.

Rule: a story is a way of the specification: where a step of it cannot be taken any more, the book is not built.
"""

from collections.abc import Mapping

from siteproof.model.drawing.sequence import DrawnMessage, Party, sequence
from siteproof.model.engines.explore.witness import rules_along
from siteproof.model.spec.registry.specs import RIGHT

SPEC = "resync_protocol"
APPLICATION = Party("application", 125)
SENDER = Party("sender: the side that runs", 390)
RECEIVER = Party("receiver: the other side", 765)

TOLD: Mapping[str, tuple[Party, Party, str]] = {
    "write_beside_resync": (APPLICATION, SENDER, "writes block {}"),
    "stamp_start": (SENDER, RECEIVER, "START, and tracks what is written"),
    "publish_hashes": (RECEIVER, SENDER, "hashes of its blocks"),
    "find_mismatches": (SENDER, SENDER, "compares, marks what differs"),
    "send_block": (SENDER, RECEIVER, "content of block {}"),
    "write_block": (RECEIVER, RECEIVER, "writes block {}"),
    "stamp_end": (SENDER, RECEIVER, "END, behind everything that was sent"),
    "conclude": (RECEIVER, SENDER, "CONCLUDED"),
    "complete": (SENDER, SENDER, "takes the mark away"),
    "ask_for_restart": (RECEIVER, SENDER, "RESTART: what it knew is lost"),
    "restart_inline": (SENDER, RECEIVER, "START, the same session over"),
    "fail_at_receiver": (RECEIVER, SENDER, "FAILED, worth another try"),
    "take_failure": (SENDER, SENDER, "the session has failed"),
}
"""Who acts, at whom, and how it is said."""

_BEGINS = ("stamp_start", "publish_hashes", "find_mismatches")
_ENDS = ("stamp_end", "conclude", "complete")
STORIES: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "resync-writes.svg": (
        "A write beside the resynchronisation",
        "Block 0 is written while its older content travels: it stays marked, and travels once more.",
        (*_BEGINS, "send_block 0", "write_beside_resync 0", "write_block 0", "send_block 0", "send_block 1",
         "write_block 0", "write_block 1", *_ENDS),
    ),
    "resync-restart.svg": (
        "The receiver loses its state",
        "It asks for everything once more; nobody has to schedule the resynchronisation again.",
        (*_BEGINS, "send_block 0", "ask_for_restart", "restart_inline", *_BEGINS[1:], "send_block 0", "send_block 1",
         "write_block 0", "write_block 1", *_ENDS),
    ),
    "resync-failure.svg": (
        "A session that fails, and the next one",
        "A failure keeps the machine marked as a whole; a later session compares everything again.",
        (*_BEGINS, "fail_at_receiver", "take_failure", *_BEGINS, "send_block 0", "send_block 1", "write_block 0",
         "write_block 1", *_ENDS),
    ),
}  # fmt: skip
"""File: title, what happens, the steps by name and block."""


def resync_sequences() -> Mapping[str, str]:
    """Every story as a picture."""
    return {name: _drawn(title, told, steps) for name, (title, told, steps) in STORIES.items()}


def _drawn(title: str, told: str, steps: tuple[str, ...]) -> str:
    names = _names()
    way = tuple(names[step] for step in steps)
    rules = rules_along(RIGHT[SPEC], way)
    return sequence(title, told, [_message(step, rule) for step, rule in zip(steps, rules, strict=True)])


def _names() -> Mapping[str, str]:
    """`send_block 0` to the name that the specification gives this transition."""
    found = {}
    for each in RIGHT[SPEC].system().transitions:
        name, _, given = each.name.rstrip(")").partition("(")
        numbers = [part for part in given.split(", ") if part.isdigit()]
        found[" ".join([name, *numbers])] = each.name
    return found


def _message(step: str, rule: str) -> DrawnMessage:
    name, _, block = step.partition(" ")
    source, target, label = TOLD[name]
    return DrawnMessage(source, target, label.format(block), rule)
