"""The one line that a run comes to: verdict, counts, what it depends on.

Rule: the line never says more than was judged. Requirements without a case, those that nothing can judge, chosen cases
and an early stop are in it.
"""

from collections import Counter

from siteproof.conformance.levels import reached
from siteproof.conformance.verdict import MUST, Report, RequirementVerdict, Verdict
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.nouns.subject import Provider
from siteproof.model.spec.registry import requirements

WORDS = {
    ExitCode.OK: "CONFORMANT",
    ExitCode.VIOLATION: "NOT CONFORMANT",
    ExitCode.CANNOT_JUDGE: "INCONCLUSIVE",
    ExitCode.NOTHING_RAN: "NOTHING RAN",
    ExitCode.INTERRUPTED: "INTERRUPTED",
}
NAMES = {
    Verdict.FAIL: "failed",
    Verdict.DISHONEST: "dishonest",
    Verdict.ERROR: "in error",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.UNSUPPORTED: "unsupported",
    Verdict.NON_STRICT: "not strict",
    Verdict.PASS: "passed",
}
BY_ADAPTER = "by the adapter only"
WRONG = (Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR)
ORDER = (*WRONG, Verdict.PASS, *(verdict for verdict in Verdict if verdict not in (*WRONG, Verdict.PASS)))


def headline(report: Report) -> str:
    """The verdict line (docs/verdicts.md)."""
    parts = [
        f"{WORDS[report.exit_code]} ({_scope(report)}): {_counts(report)}",
        *([str(reached(report))] if not (report.choice or report.stopped) else []),
        *_missing(report),
        *([str(report.met)] if report.met else []),
        f"seed {report.seed}",
        f"siteproof {report.version}",
        f"spec {report.spec_digest}",
    ]
    return " · ".join(parts)


def tally(judged: tuple[RequirementVerdict, ...]) -> Counter[str]:
    """How many requirements came to what; a pass that the adapter provides is counted under its own name."""
    return Counter(_name(each) for each in judged)


def without_a_case(report: Report) -> tuple[str, ...]:
    """Ids of the catalogue's MUST requirements that can be judged and that no case of this run speaks about."""
    judged = {each.id for each in report.requirements}
    wanted = [each for each in requirements.requirements() if each.level.value == MUST and not each.informative]
    return tuple(each.id for each in wanted if each.id not in judged)


def unjudged(report: Report) -> str:
    """What can be said of them: a run that stopped early does not know which of the later cases speak about them."""
    return "not reached or without a case" if report.stopped else "without a case"


def informative(level: str = MUST) -> tuple[str, ...]:
    """Ids of the catalogue's requirements of that level that nothing can judge; each says why in the report."""
    return tuple(each.id for each in requirements.requirements() if each.informative and each.level.value == level)


def _scope(report: Report) -> str:
    return f"{report.profile.name}; only {report.choice}" if report.choice else report.profile.name


def _counts(report: Report) -> str:
    musts = tuple(each for each in report.requirements if each.level == MUST)
    counts = tally(musts)
    order = [*(NAMES[verdict] for verdict in ORDER), BY_ADAPTER]
    found = [(name, counts[name]) for name in order if counts[name]]
    if not found:
        return "no MUST was judged"
    (first, number), *rest = found
    return ", ".join([f"{number} of {len(musts)} MUST {first}", *(f"{count} {name}" for name, count in rest)])


def _missing(report: Report) -> list[str]:
    missing, told = len(without_a_case(report)), len(informative())
    lacking = [f"{missing} MUST {unjudged(report)}"] if missing else []
    lacking += [f"{told} MUST informative"] if told else []
    return ([] if report.choice else lacking) + ([f"stopped: {report.stopped}"] if report.stopped else [])


def _name(each: RequirementVerdict) -> str:
    if each.verdict is Verdict.PASS and each.provider is Provider.ADAPTER:
        return BY_ADAPTER
    return NAMES[each.verdict]
