"""What to mend first: the failures, grouped by the capability and the rule that explain most of them.

Rule: a suspect is accused by what fails and acquitted by what passes. Every pair of a capability and a rule is scored
by how many failed cases need both, against how many cases that need both passed all the same (the Ochiai coefficient of
spectrum-based fault localisation). The best one takes its failures away, and the next is found among what is left.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import frozen

from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.model.spec.registry import requirements

WRONG = (Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR)
JUDGED = (*WRONG, Verdict.PASS)
Suspect = tuple[str, str]


@frozen
class FailureGroup:
    """Failures with one likely cause.

    `rule` is an id of the model, or of the requirement when no rule keeps it; `capability` is what the cases need that
    accuses it, or several; `sentence` is what the rule demands most often here; `case_ids` begin with the one whose
    trace is shortest.
    """

    capability: str
    rule: str
    sentence: str
    case_ids: tuple[str, ...]
    replay: str


def fix_first(results: Iterable[CaseResult]) -> tuple[FailureGroup, ...]:
    """Groups that hold every failure once, the one that explains most first."""
    every = tuple(results)
    spectra = {each.case_id: _suspects(each) for each in every if each.verdict in JUDGED}
    passed = Counter(pair for each in every if each.verdict is Verdict.PASS for pair in spectra[each.case_id])
    left = {each.case_id: each for each in every if each.verdict in WRONG}
    found: dict[str, list[tuple[str, CaseResult]]] = {}  # by rule, with the capability under which each was accused
    while left:
        capability, rule = suspect = _likeliest([spectra[name] for name in left], passed)
        mine = [each for name, each in left.items() if suspect in spectra[name]]
        found.setdefault(rule, []).extend((capability, each) for each in mine)
        left = {name: each for name, each in left.items() if each not in mine}
    groups = (_group(rule, accused) for rule, accused in found.items())
    return tuple(sorted(groups, key=lambda each: -len(each.case_ids)))


def _suspects(result: CaseResult) -> Mapping[Suspect, int]:
    """Every capability that the case needs with every rule that its requirements name, and how late it is named."""
    named = dict.fromkeys(rule for name in result.named for rule in _rules(name))
    return {(need, rule): place for place, rule in enumerate(named or [""]) for need in result.needs or ("",)}


def _likeliest(failed: list[Mapping[Suspect, int]], passed: Counter[Suspect]) -> Suspect:
    """The best score; of equal ones the rule that the cases name first, with the capability that fewest passes need."""
    accused = Counter(pair for spectrum in failed for pair in spectrum)
    places = Counter[Suspect]()
    for spectrum in failed:
        places.update(spectrum)
    needed = Counter[str]()
    for (need, _), count in passed.items():
        needed[need] += count

    def rank(pair: Suspect) -> tuple[float, int, int, int, Suspect]:
        score = accused[pair] / math.sqrt(len(failed) * (accused[pair] + passed[pair]))
        return -score, -accused[pair], places[pair], needed[pair[0]], pair

    return min(accused, key=rank)


def _group(rule: str, accused: list[tuple[str, CaseResult]]) -> FailureGroup:
    """One rule's failures, under every capability that accused it."""
    mine = [each for _, each in accused]
    ordered = sorted(mine, key=lambda each: (each.verdict is Verdict.ERROR, len(each.trace), each.case_id))
    capability = ", ".join(dict.fromkeys(name for name, _ in accused if name))
    spoken = Counter(name for each in ordered for name in each.named if rule in _rules(name))
    name = max(spoken, key=lambda each: spoken[each]) if spoken else ""
    sentence = next((f"{name} {each.sentence}" for each in requirements.requirements() if each.id == name), name)
    return FailureGroup(capability, rule, sentence, tuple(each.case_id for each in ordered), ordered[0].replay)


def _rules(requirement_id: str) -> tuple[str, ...]:
    """The rules that keep a requirement; its own id when none does."""
    rules = _known().get(requirement_id, ())
    return rules or (requirement_id,)


def _known() -> dict[str, tuple[str, ...]]:
    return {each.id: each.rules for each in requirements.requirements()}
