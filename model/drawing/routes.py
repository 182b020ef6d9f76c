"""How an arrow runs between two boxes: straight to a neighbour, around in a gutter, or to the name of a far box.

Rule: a route depends on the places of its two boxes only, so that a new rule of the model never moves an old arrow.
"""

from attrs import frozen

from siteproof.model.drawing.layout import GAP, GUTTER, MAIN, Box

Points = tuple[tuple[float, float], ...]
APART = 15  # between the two arrows of a pair
STUB = 26


@frozen
class Route:
    """The points of an arrow and where its label stands."""

    points: Points
    at: tuple[float, float]
    anchor: str = "start"
    turn: float = 0
    lines_up: bool = False  # the last line of the label stands at `at`, the others above it


def route(before: Box, after: Box, *, paired: bool) -> Route | None:
    """The arrow between two boxes, None when they are too far apart; `paired` when another one comes back."""
    same_row, same_lane = before.row == after.row, before.lane == after.lane
    if same_lane and before.column == after.column:
        return _vertical(before, after, paired) if abs(before.row - after.row) == 1 else _around(before, after)
    if same_row and (same_lane or (after.lane == before.lane + 1 and after.column == MAIN)):
        return _horizontal(before, after, paired)
    return None


def stub(before: Box, side: str) -> Route:
    """A short arrow out of one side of a box; its label names where it leads."""
    x, y = before.middle
    if side == "down":
        foot = before.y + before.height
        return Route(((x, foot), (x, foot + STUB)), (x, foot + STUB + 15), "middle")
    if side == "up":
        return Route(((x, before.y), (x, before.y - STUB + 8)), (x, before.y - STUB + 3), "middle", lines_up=True)
    right = before.x + before.width
    return Route(((right, y), (right + STUB, y)), (right + STUB + 6, y + 4))


def _vertical(before: Box, after: Box, paired: bool) -> Route:
    down = before.y < after.y
    shift = APART * (-1 if down else 1) if paired else 0
    x = before.middle[0] + shift
    start, end = (before.y + before.height, after.y) if down else (before.y, after.y + after.height)
    left = paired and down
    return Route(
        ((x, start), (x, end)),
        (x + (-7 if left else 7), (start + end) / 2 + (-1 if left else 4)),
        "end" if left else "start",
    )


def _horizontal(before: Box, after: Box, paired: bool) -> Route:
    right = before.x < after.x
    y = before.middle[1] + (APART * (-1 if right else 1) if paired else 0)
    start, end = (before.x + before.width, after.x) if right else (before.x, after.x + after.width)
    label_x = (start + end) / 2 if before.lane == after.lane else start + GAP / 2
    return Route(((start, y), (end, y)), (label_x, y - 6 if right else y + 15), "middle", lines_up=right)


def _around(before: Box, after: Box) -> Route:
    x = before.x - GUTTER + 16
    start, end = before.middle[1] - APART, after.middle[1]
    return Route(((before.x, start), (x, start), (x, end), (after.x, end)), (x - 5, (start + end) / 2), "middle", -90)


def strip_route(before: Box, after: Box, *, paired: bool) -> Route:
    """The arrow between two boxes of a strip."""
    if before.column == after.column:
        return _vertical(before, after, paired)
    if before.row == after.row and abs(before.column - after.column) == 1:
        return _horizontal(before, after, paired)
    return _over(before, after) if before.row == after.row else _under(before, after)


def _over(before: Box, after: Box) -> Route:
    (start, _), (end, _) = before.middle, after.middle
    top = before.y - 30
    return Route(((start, before.y), (start, top), (end, top), (end, after.y)), ((start + end) / 2, top - 6), "middle")


def _under(before: Box, after: Box) -> Route:
    end, y = after.middle[0], before.middle[1]
    right = before.x + before.width
    return Route(((right, y), (end, y), (end, after.y + after.height)), ((right + end) / 2, y - 6), "middle")
