"""Where each box of the data-flow picture stands, and which way each arrow runs: fixed coordinates.

Rule: places only; which port an arrow has and what it is for comes from the vocabulary.
"""

from attrs import frozen

from siteproof.model.drawing.layout import Box
from siteproof.model.drawing.routes import Points

WIDTH, HEIGHT = 1160, 616
LANES = (("on premises", 20, 270), ("appliance, on premises", 425, 270), ("cloud", 805, 335))
"""Title, left edge, width."""
LANE_TOP, LANE_HEIGHT = 92, 500

_WIDE, _HIGH = 230, 48


def _box(x: float, y: float, width: float = _WIDE) -> Box:
    return Box(x, y, width, _HIGH, 0, 0)


BOXES: dict[str, Box] = {
    "source disk": _box(40, 140),
    "change tracking": _box(40, 226),
    "mobility agent": _box(40, 312),
    "disk at home": _box(40, 510),
    "management": _box(445, 226),
    "process server": _box(445, 312),
    "reprotection server": _box(445, 510),
    "replication service": _box(825, 226, 260),
    "cache storage": _box(825, 312, 260),
    "seed disk": _box(825, 398, 120),
    "recovery points": _box(965, 398, 150),
    "failed-over machine": _box(825, 510, 260),
}


@frozen
class FlowArrow:
    """An arrow from box to box, drawn from side to side at a height, with its label above it or beside it."""

    source: str
    target: str
    points: Points
    at: tuple[float, float]
    anchor: str = "middle"


def _down(source: str, target: str, x: float) -> FlowArrow:
    start, end = BOXES[source], BOXES[target]
    foot = start.y + start.height
    return FlowArrow(source, target, ((x, foot), (x, end.y)), (x + 8, (foot + end.y) / 2 + 4), "start")


def _across(source: str, target: str, y: float) -> FlowArrow:
    start, end = BOXES[source], BOXES[target]
    left, right = (start.x + start.width, end.x) if start.x < end.x else (start.x, end.x + end.width)
    return FlowArrow(source, target, ((left, y), (right, y)), ((left + right) / 2, y - 7))


ARROWS = (
    _down("source disk", "change tracking", 80),
    _down("change tracking", "mobility agent", 80),
    _across("mobility agent", "process server", 336),
    _across("change tracking", "management", 250),
    _across("management", "replication service", 250),
    _across("process server", "cache storage", 336),
    _down("cache storage", "seed disk", 885),
    _down("cache storage", "recovery points", 1040),
    _across("failed-over machine", "reprotection server", 534),
    _across("reprotection server", "disk at home", 534),
)
