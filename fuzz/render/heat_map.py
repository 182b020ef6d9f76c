"""Faults by phase: how many executions struck with each fault in each phase of the lifecycle.

Rule: every fault and phase that was met has its row and column; a field that was never met is told apart from one.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from siteproof.conformance.render.markup import Markup, joined, scrolled, tag
from siteproof.fuzz.cells import CoverageCell, heat

SHADES = 4


def heat_map(cells: Iterable[tuple[CoverageCell, int]]) -> Markup | None:
    """The table; None when nothing was made to go wrong."""
    counts: Counter[tuple[str, str]] = Counter()
    for fault, phase, executions in heat(cells):
        counts[fault, phase] += executions
    if not counts:
        return None
    faults, phases = (sorted({each[index] for each in counts}) for index in (0, 1))
    most = max(counts.values())
    head = tag("tr", tag("td"), *(tag("th", tag("span", phase), class_="phase") for phase in phases))
    rows = (_row(fault, phases, counts, most) for fault in faults)
    met = f"{len(counts)} of {len(faults) * len(phases)} fields were met; a dashed field was not."
    return joined(scrolled("Faults by phase", tag("table", head, *rows, class_="heat")), tag("p", met, class_="legend"))


def _row(fault: str, phases: Iterable[str], counts: Mapping[tuple[str, str], int], most: int) -> Markup:
    fields = (_field(fault, phase, counts.get((fault, phase), 0), most) for phase in phases)
    return tag("tr", tag("th", fault.replace("_", " "), class_="fault"), *fields)


def _field(fault: str, phase: str, count: int, most: int) -> Markup:
    shade = math.ceil(SHADES * math.log1p(count) / math.log1p(most)) if count else 0
    said = f"{fault} in {phase}: {count} executions"
    return tag("td", tag("span", f"{count}" if count else "", class_=f"h{shade}", title=said))
