"""A mutant as a Subject: `siteproof.fuzz.mutants.subject:m7_42` names one for `--python`, like any other subject.

Rule: around the contract any subject can be wrapped; what strikes inside strikes in the reference.
"""

from collections.abc import Callable, Iterable
from typing import Any

from siteproof.fuzz.mutants.calls import PendingCall
from siteproof.fuzz.mutants.draw import find
from siteproof.fuzz.mutants.facts import Facts, Glance, Glancer, by_observing
from siteproof.fuzz.mutants.scene import StruckScene, by_target
from siteproof.fuzz.mutants.strike import Striker
from siteproof.fuzz.mutants.targets import MutationTarget, contract_targets
from siteproof.fuzz.mutants.weave import weave
from siteproof.fuzz.mutants.words import Layer, Mutant
from siteproof.model.nouns.problem import Problem
from siteproof.model.nouns.subject import Description, Subject
from siteproof.model.nouns.vocabulary import Resync
from siteproof.reference.subject import ReferenceSubject

Factory = Callable[[], Subject]


class Intercepted:
    """Any subject, its contract's calls intercepted by a scene; it satisfies Subject by its attributes."""

    def __init__(self, inner: Subject, scene: StruckScene) -> None:
        """`inner` is the honest one."""
        self.inner = inner
        self.scene = scene

    @property
    def struck(self) -> int:
        """How often its mutant has really done something wrong since the last reset."""
        return self.scene.striker.struck if self.scene.striker else 0

    def describe(self) -> Description:
        """What the honest one says: a mutant does not confess."""
        return self.inner.describe()

    def close(self) -> None:
        """Close the honest one."""
        self.inner.close()

    def __getattr__(self, name: str) -> Any:
        original = getattr(self.inner, name)
        target = _TARGETS.get(name)
        return original if target is None else lambda *arguments: self._call(target, original, arguments)

    def _call(self, target: MutationTarget, original: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        facts, striker = self.scene.facts, self.scene.striker
        if target.name == "reset":
            facts.begin(arguments[0])
            if striker is not None:
                striker.begin()
        facts.note(arguments)
        waits = striker is not None and striker.waits
        with self.scene.entered():
            names = target.parameters[1:]
            answer = self.scene.meet(PendingCall(target.name, 0, None, names, arguments, {}, original, target.neutral))
            if waits and striker is not None:
                striker.catch_up()
        facts.learn(arguments, answer)
        return answer


_TARGETS = {target.name: target for target in contract_targets()}


def mutated(mutant: Mutant, honest: Factory) -> Intercepted:
    """The honest subject with that mutant in it."""
    return _intercepted(honest(), Striker(mutant), ())


def watched(mutants: Iterable[Mutant], honest: Factory) -> Intercepted:
    """The honest subject; `scene.facts.fired` tells which mutants would have struck since the last reset."""
    return _intercepted(honest(), None, tuple(mutants))


def _intercepted(inner: Subject, striker: Striker | None, mutants: tuple[Mutant, ...]) -> Intercepted:
    every = [*mutants, *([striker.mutant] if striker else [])]
    weave(each.target for each in every if each.layer is Layer.INSIDE)
    return Intercepted(inner, StruckScene(Facts(glancer(inner)), striker, by_target(mutants)))


def glancer(subject: Subject) -> Glancer:
    """A look into the reference costs nothing and can be had in the middle of a call; others are observed."""
    return _into(subject) if isinstance(subject, ReferenceSubject) else by_observing(subject)


def _into(subject: ReferenceSubject) -> Glancer:
    def glance(name: str) -> Glance | None:
        try:
            machine = subject.appliance.vault.machines[name]
        except (Problem, KeyError):
            return None
        busy = machine.job is not None or machine.regions.resync in (Resync.QUEUED, Resync.RUNNING)
        return Glance(subject.appliance.now_ms, machine.regions, busy)

    return glance


def honest_reference() -> Subject:
    """The reference, quick: nothing waits for the device, which no caller can see."""
    return ReferenceSubject(durable=False)


def __getattr__(name: str) -> Factory:
    """The factory of the mutant with that id, around or inside the reference."""
    if not name.startswith("m") or "_" not in name or not name.replace("_", "").removeprefix("m").isdigit():
        raise AttributeError(name)
    mutant = find(name)
    return lambda: mutated(mutant, honest_reference)
