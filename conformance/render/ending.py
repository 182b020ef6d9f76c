"""What a run ends with in a terminal: what to mend first, what was not judged, what the words mean.

Rule: it is made from the report alone, in the same words as the page; the longest list is cut and says by how much.
"""

from collections import Counter
from collections.abc import Iterator

from siteproof.conformance.render.fix_first import fix_first
from siteproof.conformance.render.headline import BY_ADAPTER, WORDS, informative, tally, without_a_case
from siteproof.conformance.render.text import printable
from siteproof.conformance.verdict import Report, Verdict
from siteproof.conformance.words import OF_CASES, OF_REQUIREMENTS, OF_RUNS, Word

GROUPS_SHOWN = 6
CASES_SHOWN = 3
REASONS_SHOWN = 8
NOT_JUDGED = (Verdict.UNSUPPORTED, Verdict.INCONCLUSIVE)


def ending(report: Report) -> Iterator[str]:
    """The lines, without the headline."""
    yield from fix_first_lines(report)
    yield from not_judged(report)
    yield from legend(report)


def fix_first_lines(report: Report) -> Iterator[str]:
    """Each group of failures: how many, what they have in common, how to see the shortest of them again."""
    groups = fix_first(report.results)
    total = sum(len(group.case_ids) for group in groups)
    yield from ["fix first"] * bool(groups)
    for number, group in enumerate(groups[:GROUPS_SHOWN], 1):
        shown = ", ".join(group.case_ids[:CASES_SHOWN])
        more = len(group.case_ids) - CASES_SHOWN
        cases = f"{shown}{f' and {more} more' if more > 0 else ''}"
        common = " · ".join(part for part in (group.capability, group.rule) if part)
        yield f"  {number}. {common:<28} {len(group.case_ids)} of {total} failed cases: {cases}"
        yield f"     {printable(group.sentence)}"
        yield from [f"     {group.replay}"] * bool(group.replay)
    if len(groups) > GROUPS_SHOWN:
        rest = groups[GROUPS_SHOWN:]
        yield f"  … and {sum(len(each.case_ids) for each in rest)} failed cases in {len(rest)} smaller groups"


def not_judged(report: Report) -> Iterator[str]:
    """How many cases could not be judged, by reason."""
    why = Counter((each.verdict.value, printable(each.detail)) for each in report.results if each.verdict in NOT_JUDGED)
    yield from ["not judged"] * bool(why)
    ordered = sorted(why.items(), key=lambda each: (-each[1], each[0]))
    for (word, detail), number in ordered[:REASONS_SHOWN]:
        yield f"  {number:>3} {'case' if number == 1 else 'cases'} {word}: {detail}"
    if len(ordered) > REASONS_SHOWN:
        rest = ordered[REASONS_SHOWN:]
        yield f"  {sum(number for _, number in rest):>3} more for {len(rest)} other reasons: see the report"


def legend(report: Report) -> Iterator[str]:
    """Every word that occurred, with what it means."""
    yield "the words"
    for word in occurred(report):
        yield f"  {word.word:<20} {word.line}"
    yield "  siteproof explain WORD says what to do about each"


def occurred(report: Report) -> tuple[Word, ...]:
    """The words of the cases' verdicts, of the requirements' and of the run's."""
    verdicts = {each.verdict for each in report.results} | {each.verdict for each in report.requirements}
    by_adapter = tally(report.requirements)[BY_ADAPTER]
    found = {
        "by the adapter only": by_adapter,
        "without a case": not (report.choice or report.stopped) and without_a_case(report),
        "informative": not report.choice and informative(),
        "flaky": any(each.flaky for each in report.results),
    }
    cases = tuple(OF_CASES[verdict] for verdict in Verdict if verdict in verdicts)
    others = tuple(word for word in OF_REQUIREMENTS if found[word.word])
    return (*cases, *others, *(word for word in OF_RUNS if word.word == WORDS[report.exit_code]))
