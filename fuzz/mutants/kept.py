"""Kills that are kept (model/spec/registry/kills.toml): what is wrong is read back, and the case is asked again.

Rule: a mutant of the contract alone is written by its line; the case is played in the plain world, on the reference.
"""

import re

from siteproof.conformance.case import Case, find
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.conformance.worlds.world import PLAIN
from siteproof.fuzz.mutants.judging import Play, played
from siteproof.fuzz.mutants.subject import Factory, honest_reference, mutated
from siteproof.fuzz.mutants.words import Harm, HarmSite, Layer, Mutant, Trigger
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.kills import KeptKill

_LINE = re.compile(r"contract (\w+): ([^(]+?)(?: \((argument|result) (\d+)\))? when (\D+?)(?: (\d+))?")


def mutant_of(line: str) -> Mutant:
    """The mutant of the contract that is written like this; Problem when it is none."""
    found = _LINE.fullmatch(line)
    try:
        if found is not None:
            target, harm, site, pick, trigger, amount = found.groups()
            where = HarmSite(site) if site else HarmSite.CALL
            when, number = Trigger(trigger), int(amount or 0)
            return Mutant("kept", Layer.CONTRACT, "contract", target, when, number, Harm(harm), where, int(pick or 0))
    except ValueError:
        pass
    raise Problem(
        f"{line!r} is no mutant of the contract", "it is not written as one", "write it as zoo --generate does"
    )


def answer(case: Case, mutant: Mutant, honest: Factory = honest_reference) -> CaseResult:
    """What the case says of the honest subject with that mutant in it."""
    subject = mutated(mutant, honest)
    try:
        return played(subject, case, Play(case.id, PLAIN), 0)
    finally:
        subject.close()


def still_killed(kept: KeptKill) -> bool:
    """Whether the case fails what is wrong and names the requirement."""
    result = answer(find(kept.case), mutant_of(kept.wrong))
    return result.verdict is Verdict.FAIL and kept.requirement in result.named
