"""Coverage over time as a picture: cells against executions, with the moments at which something was found.

Rule: coordinates come from the samples alone; the picture is drawn in the page's own colours, light and dark.
"""

from collections.abc import Iterable, Sequence

from siteproof.conformance.render.markup import Markup, joined, tag
from siteproof.fuzz.tally import FindingGroup, Sample

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 24, 46
GRID = 4
NAMED_MAX = 12


def curve(samples: Sequence[Sample], groups: Iterable[FindingGroup]) -> Markup | None:
    """The picture; None before the first round was complete."""
    if not samples:
        return None
    points = [(0, 0), *((each.executions, each.cells) for each in samples)]
    across, up = points[-1][0], _round_up(max(cells for _, cells in points))
    places = [(_x(executions, across), _y(cells, up)) for executions, cells in points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    area = f"{_x(0, across):.1f},{_y(0, up):.1f} {line} {places[-1][0]:.1f},{_y(0, up):.1f}"
    picture = tag(
        "svg",
        tag("polygon", points=area, class_="area"),
        *(_grid(up * part // GRID, up) for part in range(GRID + 1)),
        tag("polyline", points=line, class_="line"),
        *_found(groups, across),
        *_times(samples, across),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=f"{points[-1][1]} cells after {across} executions",
    )
    said = "A cell is what was done, in which state, under which standing trouble. Dots mark findings."
    return joined(tag("figure", picture, class_="curve", tabindex="0"), tag("p", said, class_="legend"))


def _grid(cells: int, up: int) -> Markup:
    y = _y(cells, up)
    line = tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid")
    return joined(line, tag("text", f"{cells:,}", x=LEFT - 8, y=y + 4, class_="end"))


def _found(groups: Iterable[FindingGroup], across: int) -> list[Markup]:
    """A dot where each was found first, in its order; the first ones are numbered."""
    dots = []
    for number, group in enumerate(sorted(groups, key=lambda each: each.record.walk)[:NAMED_MAX], 1):
        x = _x(min(group.record.walk, across), across)
        dot = tag("circle", cx=round(x, 1), cy=TOP - 10, r=4, class_="found")
        dots.append(joined(dot, tag("text", str(number), x=round(x, 1) + 7, y=TOP - 6)))
    return dots


def _times(samples: Sequence[Sample], across: int) -> list[Markup]:
    """Executions below the axis, and how long they took."""
    last, middle = samples[-1], samples[len(samples) // 2]
    named = [(middle, "middle"), (last, "end")] if len(samples) > 2 else [(last, "end")]
    texts = [tag("text", "0", x=LEFT, y=HEIGHT - BOTTOM + 20)]
    for sample, anchor in named:
        x, y = round(_x(sample.executions, across), 1), HEIGHT - BOTTOM + 20
        texts.append(tag("text", f"{sample.executions:,} executions", x=x, y=y, class_=anchor))
        texts.append(tag("text", f"{sample.seconds:,.0f} s", x=x, y=y + 16, class_=anchor))
    return texts


def _x(executions: int, across: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * executions / max(across, 1)


def _y(cells: int, up: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * cells / max(up, 1)


def _round_up(cells: int) -> int:
    """A round number that is not smaller and has GRID parts."""
    step = GRID
    while step * 10 < cells:
        step *= 10
    return -(-max(cells, 1) // step) * step
