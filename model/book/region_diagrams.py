"""Each region of a machine as a picture of its own: the roles of the sites, the drill, the resynchronisation.

Rule: as in the whole picture, boxes stand where layout.py puts them and arrows are read off the table.
"""

from collections.abc import Iterable, Iterator, Mapping

from siteproof.model.book.diagram import Arrows, merged, strip
from siteproof.model.book.graph import DrawnEdge, EdgeKind, all_steps, edges, spot
from siteproof.model.book.markdown import page
from siteproof.model.drawing import layout, svg
from siteproof.model.nouns.observation import Regions
from siteproof.model.spec.lifecycle.table import LIFECYCLE

LEGEND = (
    "Blue: a command. Grey: a job goes on. Red: a job fails, drawn from its first phase. Yellow: it happens by itself.",
)
TITLES: Mapping[str, tuple[str, str]] = {
    "test_failover": ("The drill", "region-drill.svg"),
    "resync": ("The resynchronisation", "region-resync.svg"),
    "roles": ("The roles of the sites", "region-roles.svg"),
}
"""Region: title and file."""


def region_diagrams() -> Mapping[str, str]:
    """Every picture by its file name."""
    return {file: _picture(region, title) for region, (title, file) in TITLES.items()}


def regions_page() -> str:
    """The page that shows them."""
    lanes = "; ".join(f"**{lane.letter}** {lane.title}" for lane in layout.LANES)
    return page(
        "The regions of a machine",
        "A machine is in several states at once, one of each region. The protection region, with both directions, is "
        "the [lifecycle](lifecycle.md); the facts of administration have a [table](administration.md). The others:",
        "## Direction and active site",
        f"{lanes}. A failover moves the workload, a reprotect swaps the roles.",
        "![The roles of the sites](region-roles.svg)",
        "## Drill",
        "![The drill](region-drill.svg)",
        "## Resynchronisation",
        "Why and when it moves is said by specifications of its own: [replication](spec-replication.md), "
        "[the protocol](spec-resync_protocol.md), [the bitmap](spec-bitmap.md), [resizing](spec-resize.md).",
        "![The resynchronisation](region-resync.svg)",
        "![The lifecycle, both directions](lifecycle.svg)",
    )


def _picture(region: str, title: str) -> str:
    width, height = layout.alone_size(region)
    parts = [
        svg.text(layout.ALONE_LEFT, 36, [title], "title"),
        svg.text(layout.ALONE_LEFT, 58, LEGEND, "note"),
        *strip(_boxes(region), _arrows(region)),
    ]
    return svg.picture(width, height, title, parts, [kind.value for kind in EdgeKind])


def _boxes(region: str) -> Mapping[str, layout.Box]:
    boxes = layout.alone_boxes(region)
    if region != "roles":
        return boxes
    return {_side(lane.direction.value, lane.active.value): boxes[lane.letter] for lane in layout.LANES}


def _arrows(region: str) -> Arrows:
    if region == "roles":
        return merged(_turns())
    inside = [step for step in all_steps() if spot(step.before) == spot(step.after)]
    return merged(edges(inside, lambda regions: str(getattr(regions, region).value)))


def _turns() -> Iterable[DrawnEdge]:
    """Which command moves the workload or swaps the roles: the one whose job does it, in whichever phase."""
    return sorted(set(_moving()))


def _moving() -> Iterator[DrawnEdge]:
    verbs = {row.rule: row.verb.value for row in LIFECYCLE}
    for step in all_steps():
        before, after = _place(step.before), _place(step.after)
        if before != after:
            yield DrawnEdge(before, after, EdgeKind.COMMAND, verbs[step.rule])


def _place(regions: Regions) -> str:
    return _side(regions.direction.value, regions.active.value)


def _side(direction: str, active: str) -> str:
    return f"{direction}, {active} runs"


def flow_page() -> str:
    """The page of the data flow and of the resynchronisation's messages."""
    return page(
        "Data flow",
        "Ports and addresses stand in [connectivity](connectivity.md), formats in [formats](../formats.md).",
        "![Where data flows](data-flow.svg)",
        "## The resynchronisation, message by message",
        "Each picture is a way that the specification [resync_protocol](spec-resync_protocol.md) can take; the rule of "
        "each step stands at the edge.",
        "![A write beside the resynchronisation](resync-writes.svg)",
        "![The receiver loses its state](resync-restart.svg)",
        "![A session that fails, and the next one](resync-failure.svg)",
    )
