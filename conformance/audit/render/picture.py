"""The RPO against its limit as a picture: one bar a machine, the largest first, a line where the limit is.

Rule: everything is drawn on one scale, so bars can be compared; a bar beyond its limit is marked in shape and colour.
"""

from collections.abc import Iterator, Sequence

from siteproof.conformance.audit.rpo import RpoLine, said
from siteproof.model.drawing import svg

BARS_MAX = 30
ROW, BAR = 26, 15
LEFT, WIDTH, RIGHT = 190, 520, 170
NAME_MAX = 24


def draw_rpo(lines: Sequence[RpoLine]) -> str:
    """The picture as SVG text."""
    shown = lines[:BARS_MAX]
    longest = max([1, *(max(each.worst_ms, each.limit_ms) for each in shown)])
    height = ROW * len(shown) + 40
    parts = [part for number, each in enumerate(shown) for part in _row(each, 34 + number * ROW, longest)]
    head = svg.text(LEFT, 20, ["RPO now; the line is the limit"], "note")
    return svg.picture(LEFT + WIDTH + RIGHT, height, "RPO of each machine against its limit", [head, *parts], ())


def _row(each: RpoLine, y: float, longest: int) -> Iterator[str]:
    length = max(2.0, WIDTH * each.worst_ms / longest)
    over = each.worst_ms > each.limit_ms
    name = each.machine.name
    short = name if len(name) <= NAME_MAX else name[: NAME_MAX - 1] + "…"
    yield svg.text(LEFT - 10, y + 12, [short], "label", "end")
    yield svg.rectangle(LEFT, y, length, BAR, "box failed" if over else "box steady")
    at = LEFT + WIDTH * each.limit_ms / longest
    yield svg.rectangle(at - 1, y - 4, 2, BAR + 8, "box final")
    word = f"{said(each.worst_ms)} of {said(each.limit_ms)}{', over' if over else ''}"
    yield svg.text(LEFT + WIDTH + 10, y + 12, [word], "label failure" if over else "label")
