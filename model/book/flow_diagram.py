"""Where data flows: from the source disk to recovery points, and home again, with the ports of the vocabulary.

Rule: every port of the vocabulary is drawn once; one without an arrow stops the build.
"""

from collections.abc import Iterator, Mapping

from siteproof.model.drawing import svg
from siteproof.model.drawing.flow_layout import ARROWS, BOXES, HEIGHT, LANE_HEIGHT, LANE_TOP, LANES, WIDTH, FlowArrow
from siteproof.model.nouns.connectivity import OUTBOUND, PORTS, Port
from siteproof.model.nouns.problem import Problem

TITLE = "Where data flows"
TOLD = (
    "Blue: with a port that the seed names. Grey: within a component, or without one.",
    "Below: the way home, where the machine at the recovery site is the source.",
)
PORTED: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("change tracking", "management"): ("protected machine", "appliance", "replication management"),
    ("mobility agent", "process server"): ("protected machine", "appliance", "replication data"),
    ("process server", "cache storage"): ("appliance", "target storage", "replication data, compressed and encrypted"),
}
"""Which port of the vocabulary an arrow has: from, to, what for."""
SAID: Mapping[tuple[str, str], str] = {
    ("source disk", "change tracking"): "every write",
    ("change tracking", "mobility agent"): "in order, or as a bitmap",
    ("management", "replication service"): f"{len(OUTBOUND)} outbound addresses",
    ("cache storage", "seed disk"): "applied",
    ("cache storage", "recovery points"): "bookmarks",
    ("failed-over machine", "reprotection server"): "what changed since",
    ("reprotection server", "disk at home"): "only what differs",
}
LABEL_WIDTH = 20  # characters; the gap between two lanes


def flow_svg() -> str:
    """The picture as SVG text; Problem when a port has no arrow."""
    undrawn = [port for port in PORTS if (port.source, port.target, port.purpose) not in PORTED.values()]
    if undrawn:
        raise Problem(f"port {undrawn[0].number} is not drawn", "the vocabulary has it", "add an arrow to the picture")
    parts = [svg.text(20, 32, [TITLE], "title"), svg.text(20, 54, TOLD, "note"), *_lanes(), *_boxes(), *_arrows()]
    return svg.picture(WIDTH, HEIGHT, TITLE, parts, ("command", "progress"))


def _lanes() -> Iterator[str]:
    for title, x, width in LANES:
        yield svg.rectangle(x, LANE_TOP, width, LANE_HEIGHT, "lane")
        yield svg.text(x + 16, LANE_TOP + 27, [title], "head")


def _boxes() -> Iterator[str]:
    for name, box in BOXES.items():
        x, y = box.middle
        drawn = svg.rectangle(box.x, box.y, box.width, box.height, "box steady")
        yield svg.group(name, name, [drawn, svg.text(x, y + 5, [name], "name", "middle")])


def _arrows() -> Iterator[str]:
    for each in ARROWS:
        ends = (each.source, each.target)
        port = _port(ends)
        kind = "command" if port else "progress"
        yield svg.arrow(each.points, kind)
        yield _label(each, _said(port) if port else SAID[ends], kind)


def _label(arrow: FlowArrow, said: str, kind: str) -> str:
    lines = svg.wrapped(said, LABEL_WIDTH if arrow.anchor == "middle" else 40)
    x, y = arrow.at
    top = y - (len(lines) - 1) * svg.LINE_HEIGHT if arrow.anchor == "middle" else y
    return svg.text(x, top, lines, f"label {kind}", arrow.anchor)


def _port(ends: tuple[str, str]) -> Port | None:
    wanted = PORTED.get(ends)
    return next((port for port in PORTS if (port.source, port.target, port.purpose) == wanted), None)


def _said(port: Port) -> str:
    return f"port {port.number}{', can be changed' if port.modifiable else ''}: {port.purpose}"
