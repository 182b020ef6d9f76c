"""What people read in a terminal: one block per case that did not pass, a table by chapter, the verdict line.

Rule: everything that came from a subject is made printable first; no byte of it reaches the terminal as a command.
"""

from collections import Counter
from collections.abc import Iterator

from siteproof.conformance.coverage import record
from siteproof.conformance.coverage.coverage import ALLOWED, EDGES, OTHER, STATES
from siteproof.conformance.trace import RecordedStep
from siteproof.conformance.verdict import CaseResult, Report, Verdict
from siteproof.model.spec.registry import requirements

TRACE_STEPS_SHOWN = 12
TEXT_CHARACTERS_MAX = 400
LABELS = {
    Verdict.FAIL: "FAIL",
    Verdict.DISHONEST: "DISHONEST",
    Verdict.ERROR: "ERROR",
    Verdict.INCONCLUSIVE: "?",
    Verdict.UNSUPPORTED: "-",
    Verdict.NON_STRICT: "LAX",
    Verdict.PASS: "ok",
}
SHOWN_IN_FULL = (Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR)
TOLD = (*SHOWN_IN_FULL, Verdict.NON_STRICT)  # as they come; what could not be judged is counted at the end


def block(result: CaseResult) -> str:
    """The lines of one case: in full when something is wrong, one line otherwise."""
    return "\n".join([_first_line(result), *(_rows(result) if result.verdict in SHOWN_IN_FULL else ())])


def chapter_table(report: Report) -> list[tuple[str, ...]]:
    """Head and rows: chapter, then how many of its requirements came to each verdict."""
    chapters: dict[str, Counter[Verdict]] = {}
    for requirement in report.requirements:
        chapters.setdefault(requirement.chapter, Counter())[requirement.verdict] += 1
    titles = {chapter.id: chapter.title for chapter in requirements.chapters()}
    shown = [verdict for verdict in Verdict if any(counts[verdict] for counts in chapters.values())]
    head = ("chapter", "", *(verdict.value.replace("_", "-") for verdict in shown))
    rows = [
        (name, titles.get(name, ""), *(str(counts[verdict] or "·") for verdict in shown))
        for name, counts in chapters.items()
    ]
    return [head, *rows]


def coverage_line(report: Report) -> str:
    """How much of the lifecycle the run has seen; the report page says the same numbers."""
    found = record.of_cases(report.results, report.profile)
    shares = [found.aspect(name) for name in (STATES, ALLOWED, OTHER, EDGES)]
    said = " · ".join(f"{each.visited} of {each.total} {each.name}" for each in shares)
    odd = f" · {len(found.deviations)} steps that the model does not allow" if found.deviations else ""
    return f"{len(report.results)} cases · {said}{odd}"


def subject_line(report: Report) -> str:
    """Who was judged."""
    name, version = report.description.name, report.description.version
    invented = [each.value for each, who in report.description.capabilities.items() if who.value == "adapter"]
    by_adapter = f" · by the adapter: {', '.join(sorted(invented))}" if invented else ""
    return printable(f"subject {name} {version} · {len(report.description.capabilities)} capabilities{by_adapter}")


def printable(text: str) -> str:
    """The text without anything that a terminal would obey, and not longer than TEXT_CHARACTERS_MAX."""
    safe = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text[:TEXT_CHARACTERS_MAX])
    return safe + ("…" if len(text) > TEXT_CHARACTERS_MAX else "")


def _first_line(result: CaseResult) -> str:
    names = " ".join(result.named)
    sentence = f"{LABELS[result.verdict]:<5} {names}  {result.sentence}"
    facts = [result.level, *_source(result), f"case {result.case_id}"]
    if result.provider.value == "adapter":
        facts.append("by the adapter, not counted" if result.verdict is Verdict.PASS else "rests on the adapter")
    why = f"  ({printable(result.detail)})" if result.detail and result.verdict not in SHOWN_IN_FULL else ""
    return f"{sentence}   {' · '.join(facts)}{why}"


def _source(result: CaseResult) -> list[str]:
    known = {each.id: each.source for each in requirements.requirements()}
    return [known[name] for name in result.named[:1] if name in known]


def _rows(result: CaseResult) -> Iterator[str]:
    texts = {
        "Requirement": result.requirement,
        "Expected": result.expected,
        "Actual": result.actual,
        "Because": result.detail,
    }
    for label, text in texts.items():
        if text:
            yield f"  {label:<12} {printable(text)}"
    yield from _trace(result.trace)
    if result.replay:
        yield f"  {'Replay':<12} {result.replay}"


def _trace(trace: tuple[RecordedStep, ...]) -> Iterator[str]:
    hidden = max(0, len(trace) - TRACE_STEPS_SHOWN)
    label = "Trace"
    if hidden:
        yield f"  {label:<12} … {hidden} earlier steps stand in the report"
        label = ""
    for step in trace[hidden:]:
        diff = printable(step.diff)
        yield f"  {label:<12} {step.number:<3} {printable(step.text):<28} {diff}".rstrip()
        label = ""
