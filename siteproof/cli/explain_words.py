"""What a chapter, a word of a verdict or a capability is, as lines of text.

Rule: a name is looked up whatever its case, with spaces, hyphens or underscores; every thing that bears it is told.
"""

from collections.abc import Iterator

from siteproof.conformance.case import all_cases
from siteproof.conformance.needs import BENCH_HANDLES
from siteproof.conformance.words import WORDS, Word, words_called
from siteproof.model.book.nouns_pages import remarks
from siteproof.model.nouns.subject import Capability
from siteproof.model.spec.registry.requirements import Chapter, chapters, requirements

CASES_SHOWN = 12


def told(name: str) -> Iterator[str]:
    """The lines about everything that is called so; none when nothing is."""
    wanted = _same(name)
    for chapter in chapters():
        if wanted in (_same(chapter.id), _same(chapter.title)):
            yield from _chapter(chapter)
    for word in words_called(name):
        yield from _word(word)
    for capability in Capability:
        if _same(capability.value) == wanted:
            yield from _capability(capability)


def names() -> Iterator[str]:
    """Every name that is told of here."""
    yield from (name for chapter in chapters() for name in (chapter.id, chapter.title))
    yield from (name for word in WORDS for name in (word.word, *word.forms) if len(name) > 1)
    yield from Capability


def _chapter(chapter: Chapter) -> Iterator[str]:
    mine = [each for each in requirements() if each.chapter == chapter.id]
    cases = {case.id for case in all_cases() if {each.id for each in mine} & set(case.requires)}
    yield f"{chapter.id}  chapter: {chapter.title}. {chapter.about}"
    yield from [f"  needs     {', '.join(need.value for need in chapter.needs)}"] * bool(chapter.needs)
    yield f"  judged    siteproof conform --chapter {chapter.id}: {len(cases)} cases"
    for each in mine:
        yield f"  {each.id:<10} {each.level.value:<6} {each.sentence}"


def _word(word: Word) -> Iterator[str]:
    forms = ", ".join(word.forms)
    yield f"{word.word}  a word of a verdict{f', also printed as {forms}' if forms else ''}: {word.means}"
    yield f"  counts    {word.counts}"
    yield f"  to do     {word.todo}"


def _capability(capability: Capability) -> Iterator[str]:
    needing = [case for case in all_cases() if capability in case.needs]
    lacking = "inconclusive" if capability in BENCH_HANDLES else "unsupported"
    kind = "a handle of the bench" if capability in BENCH_HANDLES else "a feature of the product"
    yield f"{capability.value}  capability, {kind}: {remarks(Capability)[capability.name]}"
    yield f"  without   the {len(needing)} cases that need it are {lacking}; declared and then denied, it is dishonest"
    yield from (f"  {case.id:<12} {case.sentence}" for case in needing[:CASES_SHOWN])
    if len(needing) > CASES_SHOWN:
        yield f"  … and {len(needing) - CASES_SHOWN} more: siteproof conform --list"


def _same(name: str) -> str:
    return name.strip().casefold().replace("_", " ").replace("-", " ")
