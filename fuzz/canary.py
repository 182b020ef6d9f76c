"""Canary and smoke: before every campaign a walk that must fail on a wrong appliance, and must pass on the honest one.

Rule: a campaign whose alarm does not ring says nothing, so a silent canary is a defect of ours and ends it at once.
"""

from siteproof.conformance.carriers.bench import Bench
from siteproof.conformance.carriers.in_process import factory
from siteproof.fuzz.actions import ActionKind, WalkAction
from siteproof.fuzz.scenes import PLAIN
from siteproof.fuzz.walk import Walk, repeat
from siteproof.model.nouns.commands import Command
from siteproof.model.nouns.policy import MINUTE_MS
from siteproof.model.nouns.subject import Fault, FaultKind
from siteproof.model.nouns.vocabulary import Verb

HONEST = "siteproof.reference.subject:make_subject"
FORGETFUL = "siteproof.reference.zoo.b2:make_subject"  # a reconnect clears the mark
SEED = 0
SECONDS_MAX = 60.0

_VM = PLAIN.machines[0].name
WALK = (
    WalkAction(ActionKind.COMMAND, _VM, command=Command(Verb.ENABLE, _VM)),
    WalkAction(ActionKind.FAULT, _VM, fault=Fault(FaultKind.LINK_DOWN, _VM)),
    WalkAction(ActionKind.WRITE, _VM, "disk0", (0, 7)),
    WalkAction(ActionKind.ADVANCE, _VM, milliseconds=MINUTE_MS),
    WalkAction(ActionKind.FAULT, _VM, fault=Fault(FaultKind.LINK_UP, _VM)),
    WalkAction(ActionKind.CHECKPOINT, _VM),
)


def check() -> None:
    """AssertionError when the canary is silent or the smoke is not clear."""
    caught = _walk(FORGETFUL).finding
    assert caught is not None, "the canary is silent: the walk that must find B2 finds nothing"
    smoke = _walk(HONEST).finding
    assert smoke is None, f"the smoke is not clear: {smoke}"


def _walk(name: str) -> Walk:
    bench = Bench(factory(name), SECONDS_MAX)
    try:
        return repeat(bench, PLAIN, WALK, SEED)
    finally:
        bench.close()
