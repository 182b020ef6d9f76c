"""The lifecycle as one picture: boxes where layout.py puts them, arrows as the model's table says.

Rule: nothing is drawn that the model does not say, and every reachable protection state is drawn.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve

from siteproof.model.book.graph import DrawnEdge, DrawnStep, EdgeKind, all_steps, edges, reachable, spot
from siteproof.model.drawing import layout, svg
from siteproof.model.drawing.layout import Box
from siteproof.model.drawing.routes import Route, route, strip_route, stub
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.spec.lifecycle.table import allowed_operations

TITLE = "Lifecycle of a protected machine"
LEGEND = (
    "Made from the model's table. Blue: a command. Grey: a job goes on. Red: a job fails, drawn from its first phase.",
    "Yellow: something happens by itself. A dashed box is passing, a thick one is final.",
    "Small print: commands that lead to disabling and to migrated. * not offered where a profile asks for the commit.",
)
STRICT = evolve(CORE, reprotect_requires_commit=True)
Arrows = Mapping[tuple[str, str], tuple[EdgeKind, str]]


@functools.cache
def lifecycle_svg() -> str:
    """The whole picture as SVG text."""
    height = layout.LANE_TOP + 44 + layout.ROWS * layout.ROW_HEIGHT + 240
    parts = [*_heading(), *_lanes(), *_machine(), *_strips()]
    return svg.picture(layout.PAGE_WIDTH, height, TITLE, parts, [kind.value for kind in EdgeKind])


def lane_box(regions: Regions) -> str:
    """The name of the box in which the regions are drawn."""
    place = spot(regions)
    return layout.key(place.direction, place.active, place.protection)


def _heading() -> Iterator[str]:
    yield svg.text(layout.MARGIN, 34, [TITLE], "title")
    yield svg.text(layout.MARGIN, 54, LEGEND, "note")


def _lanes() -> Iterator[str]:
    tall = 44 + layout.ROWS * layout.ROW_HEIGHT
    for number, lane in enumerate(layout.LANES):
        x = layout.MARGIN + number * layout.LANE_WIDTH
        yield svg.rectangle(x, layout.LANE_TOP, layout.LANE_WIDTH - 8, tall, "lane")
        yield svg.text(x + 16, layout.LANE_TOP + 25, [f"{lane.letter}  {lane.title}"], "head")


def _machine() -> Iterator[str]:
    boxes = layout.lane_boxes()
    states = _by_box(lane_box)
    yield from (_state(boxes[name], name, states[name]) for name in sorted(states))
    arrows = merged(edge for edge in edges(all_steps(), lane_box) if edge.name not in layout.WRITTEN)
    for (before, after), (kind, name) in arrows.items():
        yield from _lane_arrow(boxes, arrows, before, after, kind, name)


def _lane_arrow(
    boxes: Mapping[str, Box], arrows: Arrows, before: str, after: str, kind: EdgeKind, name: str
) -> Iterator[str]:
    path = route(boxes[before], boxes[after], paired=(after, before) in arrows)
    if path is None:
        yield from drawn(stub(boxes[before], _side(before)), kind, f"to {_spoken(after)}", 24)
    else:
        yield from drawn(path, kind, name + _star(before, after), _label_width(path))


def _label_width(path: Route) -> int:
    if path.turn:
        return 40
    return 16 if _upright(path) else 10


def _upright(path: Route) -> bool:
    return path.points[0][0] == path.points[-1][0]


def _side(name: str) -> str:
    protection = name.rpartition("/")[2]
    return "down" if protection in layout.LEAVES_DOWN else "up" if protection in layout.LEAVES_UP else "right"


def _spoken(name: str) -> str:
    direction, active, protection = name.split("/")
    lane = next(each for each in layout.LANES if (each.direction.value, each.active.value) == (direction, active))
    return f"{lane.letter}: {_words(protection)}"


def _star(before: str, after: str) -> str:
    return "" if (before, after) in _everywhere() else " *"


@functools.cache
def _everywhere() -> frozenset[tuple[str, str]]:
    return frozenset((edge.before, edge.after) for edge in edges(all_steps(STRICT), lane_box))


def drawn(path: Route, kind: EdgeKind, name: str, width: int) -> Iterator[str]:
    """An arrow with its label in lines of at most `width` characters."""
    yield svg.arrow(path.points, kind.value)
    lines = svg.wrapped(_words(name), width)
    x, y = path.at
    top = y - (len(lines) - 1) * svg.LINE_HEIGHT if path.lines_up else y
    if lines:
        yield svg.text(x, top, lines, f"label {kind.value}", path.anchor, path.turn)


def merged(found: Iterable[DrawnEdge]) -> Arrows:
    """One arrow for each pair of boxes, with every name that leads from one to the other."""
    arrows: dict[tuple[str, str], tuple[EdgeKind, str]] = {}
    for edge in sorted(found, key=lambda each: list(EdgeKind).index(each.kind)):
        kind, name = arrows.get((edge.before, edge.after), (edge.kind, ""))
        names = [part for part in (name, _label(edge, kind)) if part]
        arrows[edge.before, edge.after] = (kind, " or ".join(dict.fromkeys(names)))
    return arrows


def _label(edge: DrawnEdge, kind: EdgeKind) -> str:
    return (
        "" if edge.kind is EdgeKind.PROGRESS else edge.name if kind is not EdgeKind.PROGRESS else f"or it {edge.name}"
    )


def _by_box(box: Callable[[Regions], str]) -> dict[str, list[Regions]]:
    found: dict[str, list[Regions]] = {}
    for regions in reachable():
        found.setdefault(box(regions), []).append(regions)
    return found


def _state(box: Box, name: str, states: list[Regions]) -> str:
    value = name.rpartition("/")[2]
    lines = svg.wrapped(_words(value), 22)
    small = _small_print(states)
    x, y = box.middle
    top = y + 5 - (len(lines) - 1 + bool(small)) * svg.LINE_HEIGHT / 2
    parts = [
        svg.rectangle(box.x, box.y, box.width, box.height, f"box {_look(states)}"),
        svg.text(x, top, lines, "name", "middle"),
        svg.text(x, top + len(lines) * svg.LINE_HEIGHT, [small], "small", "middle") if small else "",
    ]
    return svg.group(value, name, parts)


def _small_print(states: list[Regions]) -> str:
    offered = {verb.value for regions in states for verb in allowed_operations(regions, CORE)}
    return " · ".join(_words(name) for name in layout.WRITTEN if name in offered)


def _look(states: list[Regions]) -> str:
    ahead = [step.kind for step in all_steps() if step.before in states]
    if not ahead:
        return "final"
    if {regions.protection.value.endswith("_failed") for regions in states} == {True}:
        return "failed"
    return "passing" if EdgeKind.PROGRESS in [step.kind for step in _leaving(states)] else "steady"


def _leaving(states: list[Regions]) -> list[DrawnStep]:
    home = {spot(regions) for regions in states}
    return [step for step in all_steps() if step.before in states and spot(step.after) not in home]


def _strips() -> Iterator[str]:
    yield from _strip("Drill, while A: protected", "test_failover")
    yield from _strip("Resynchronisation, while A or C: protected", "resync")


def _strip(title: str, region: str) -> Iterator[str]:
    boxes = layout.strip_boxes(region)
    first = min(boxes.values(), key=lambda box: (box.row, box.x))
    yield svg.text(first.x, first.y - 52, [title], "head")
    inside = [step for step in all_steps() if spot(step.before) == spot(step.after)]
    yield from strip(boxes, merged(edges(inside, lambda regions: str(getattr(regions, region).value))))


def strip(boxes: Mapping[str, Box], arrows: Arrows) -> Iterator[str]:
    """The boxes of one region by the values that they stand for, and the arrows between them."""
    yield from (_strip_box(box, value, arrows) for value, box in boxes.items())
    for (before, after), (kind, name) in arrows.items():
        path = strip_route(boxes[before], boxes[after], paired=(after, before) in arrows)
        yield from drawn(path, kind, name, 26 if _upright(path) or len(path.points) > 2 else 13)


def _strip_box(box: Box, value: str, arrows: Arrows) -> str:
    passing = EdgeKind.PROGRESS in [kind for (before, _), (kind, _) in arrows.items() if before == value]
    look = "failed" if value == "failed" else "passing" if passing else "steady"
    lines = svg.wrapped(_words(value), 15)
    x, y = box.middle
    name = svg.text(x, y + 5 - (len(lines) - 1) * svg.LINE_HEIGHT / 2, lines, "name", "middle")
    return svg.group(value, value, [svg.rectangle(box.x, box.y, box.width, box.height, f"box {look}"), name])


def _words(name: str) -> str:
    return name.replace("_", " ")
