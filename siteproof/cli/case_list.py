"""The cases of the suite as `siteproof conform --list` shows them: what each says, speaks of and needs.

Rule: nothing is judged and no subject is asked; the forms hold the same facts.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from siteproof import __version__
from siteproof.conformance.case import Case


def listed(cases: Iterable[Case], form: str) -> Iterator[str]:
    """The lines in `form`: text, ndjson (an object a line) or json (one array)."""
    chosen = tuple(cases)
    if form == "json":
        yield json.dumps([_data(case) for case in chosen], indent=1, ensure_ascii=False)
    elif form == "ndjson":
        yield from (json.dumps(_data(case), ensure_ascii=False) for case in chosen)
    else:
        yield from _text(chosen)


def _text(cases: tuple[Case, ...]) -> Iterator[str]:
    yield f"siteproof {__version__} · {len(cases)} {'case' if len(cases) == 1 else 'cases'}"
    chapter = ""
    for case in cases:
        yield from [case.chapter.replace("_", " ")] * (case.chapter != chapter)
        chapter = case.chapter
        yield f"  {case.id:<12} {case.level.value:<6} {case.sentence}"
        yield f"  {'':<12} {'':<6} {' '.join(case.requires)} · needs {', '.join(need.value for need in case.needs)}"


def _data(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "chapter": case.chapter,
        "level": case.level.value,
        "sentence": case.sentence,
        "requires": case.requires,
        "needs": [need.value for need in case.needs],
        "on_bytes": case.on_bytes,
    }
