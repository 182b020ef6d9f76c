"""Where each box of the lifecycle picture stands: fixed coordinates, so that pictures never jitter.

Rule: this table places boxes and says which way an arrow leaves; what the boxes and arrows are comes from the graph.
A reachable state without a place here fails the build.
"""

from attrs import frozen

from siteproof.model.nouns.vocabulary import Direction, Protection, Resync, Site, TestFailover

MAIN, SIDE = 0, 1


@frozen
class Lane:
    """One column of the picture: a direction and the side that is active."""

    direction: Direction
    active: Site
    letter: str
    title: str
    places: dict[Protection, tuple[int, int]]  # state: (row, MAIN or SIDE)


P = Protection

# fmt: off
LANES = (
    Lane(Direction.FORWARD, Site.PRIMARY, "A", "forward, the on-premises machine runs", {
        P.UNPROTECTED:          (0, MAIN),
        P.ENABLING:             (1, MAIN), P.ENABLING_FAILED:            (1, SIDE),
        P.INITIAL_REPLICATION:  (2, MAIN), P.INITIAL_REPLICATION_FAILED: (2, SIDE),
        P.PROTECTED:            (3, MAIN),
        P.FAILOVER_INITIATED:   (4, MAIN), P.FAILOVER_FAILED:            (4, SIDE),
        P.FAILOVER_COMPLETING:  (5, MAIN),
        P.DISABLING:            (7, MAIN), P.DISABLING_FAILED:           (7, SIDE),
    }),
    Lane(Direction.FORWARD, Site.RECOVERY, "B", "forward, the cloud machine runs", {
        P.REPROTECT_FAILED:     (1, MAIN),
        P.REPROTECTING:         (2, MAIN),
        P.COMMITTED:            (3, MAIN),
        P.COMMITTING:           (4, MAIN), P.COMMIT_FAILED:              (4, SIDE),
        P.FAILED_OVER:          (5, MAIN),
        P.CHANGING_RECOVERY_POINT: (6, MAIN),
        P.DISABLING:            (7, MAIN), P.DISABLING_FAILED:           (7, SIDE),
        P.UNPROTECTED:          (8, MAIN), P.MIGRATED:                   (8, SIDE),
    }),
    Lane(Direction.REVERSE, Site.PRIMARY, "C", "reverse, the cloud machine runs", {
        P.INITIAL_REPLICATION:  (2, MAIN), P.INITIAL_REPLICATION_FAILED: (2, SIDE),
        P.PROTECTED:            (3, MAIN),
        P.FAILOVER_INITIATED:   (4, MAIN),
        P.FAILOVER_COMPLETING:  (5, MAIN),
        P.DISABLING:            (7, MAIN), P.DISABLING_FAILED:           (7, SIDE),
    }),
    Lane(Direction.REVERSE, Site.RECOVERY, "D", "reverse, the on-premises machine runs", {
        P.REPROTECT_FAILED:     (1, MAIN),
        P.REPROTECTING:         (2, MAIN),
        P.COMMITTED:            (3, MAIN),
        P.COMMITTING:           (4, MAIN), P.COMMIT_FAILED:              (4, SIDE),
        P.FAILED_OVER:          (5, MAIN), P.CANCELLING:                 (5, SIDE),
        P.CANCEL_FAILED:        (6, SIDE),
        P.DISABLING:            (7, MAIN), P.DISABLING_FAILED:           (7, SIDE),
        P.MIGRATED:             (8, SIDE),
    }),
)

# Beside the protection region: (row, column) of each value in a strip of its own.
STRIPS: dict[str, dict[str, tuple[int, int]]] = {
    "test_failover": {
        TestFailover.NONE: (0, 0), TestFailover.INITIATED: (0, 1), TestFailover.COMPLETING: (0, 2),
        TestFailover.COMPLETED: (0, 3), TestFailover.CLEANUP_INITIATED: (0, 4), TestFailover.FAILED: (1, 1),
    },
    "resync": {
        Resync.NONE: (0, 0), Resync.REQUIRED: (0, 1), Resync.QUEUED: (0, 2), Resync.RUNNING: (0, 3),
        Resync.FAILED: (1, 2),
    },
}
# A region that stands in a picture of its own alone, by the letters of the lanes.
ROLES = {"A": (0, 0), "B": (0, 1), "C": (0, 2), "D": (0, 3)}
# fmt: on

# An arrow to a box that is not a neighbour ends in the name of that box; this is the side where it leaves.
LEAVES_DOWN = {P.DISABLING}
LEAVES_UP = {P.CANCELLING}

# Commands that many boxes offer are written into the boxes instead of being drawn.
WRITTEN = ("disable", "complete_migration")

PAGE_WIDTH = 1800
MARGIN = 20
LANE_WIDTH = 442
LANE_TOP = 96
ROW_HEIGHT = 94
ROWS = 9
GUTTER = 46
BOX_HEIGHT = 54
BOX_WIDTH = (166, 148)
GAP = 68
STRIP_LEFT = {"test_failover": MARGIN, "resync": 970}
STRIP_PITCH = {"test_failover": 202, "resync": 215, "roles": 300}
STRIP_BOX = 106
STRIP_ROW = 84
STRIP_WIDTH = {"roles": 170}
ALONE_LEFT, ALONE_TOP, ALONE_FOOT = 30, 150, 40  # a region in a picture of its own


@frozen
class Box:
    """A rectangle of the picture, in its units; `x` and `y` are the top left corner."""

    x: float
    y: float
    width: float
    height: float
    row: int
    column: int
    lane: int = 0

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.width / 2, self.y + self.height / 2


def key(direction: Direction, active: Site, protection: Protection) -> str:
    """The name of a box of the lanes."""
    return f"{direction.value}/{active.value}/{protection.value}"


def lane_boxes() -> dict[str, Box]:
    """Every box of the lanes by its name."""
    return {
        key(lane.direction, lane.active, protection): _lane_box(number, row, column)
        for number, lane in enumerate(LANES)
        for protection, (row, column) in lane.places.items()
    }


def _lane_box(lane: int, row: int, column: int) -> Box:
    x = MARGIN + lane * LANE_WIDTH + GUTTER + column * (BOX_WIDTH[MAIN] + GAP)
    y = LANE_TOP + 44 + row * ROW_HEIGHT
    return Box(x, y, BOX_WIDTH[column], BOX_HEIGHT, row, column, lane)


def strip_boxes(region: str) -> dict[str, Box]:
    """Every box of a region's strip in the whole picture, by the value it stands for."""
    return _strip_at(region, STRIP_LEFT[region] + 20, LANE_TOP + 44 + ROWS * ROW_HEIGHT + 84)


def alone_boxes(region: str) -> dict[str, Box]:
    """The same boxes in a picture of their own, under its title."""
    return _strip_at(region, ALONE_LEFT, ALONE_TOP)


def alone_size(region: str) -> tuple[float, float]:
    """Width and height of that picture."""
    boxes = alone_boxes(region).values()
    return max(box.x + box.width for box in boxes) + ALONE_LEFT, max(box.y + box.height for box in boxes) + ALONE_FOOT


def _strip_at(region: str, left: float, top: float) -> dict[str, Box]:
    pitch, width = STRIP_PITCH[region], STRIP_WIDTH.get(region, STRIP_BOX)
    return {
        value: Box(left + column * pitch, top + row * STRIP_ROW, width, 44, row, column)
        for value, (row, column) in (STRIPS | {"roles": ROLES})[region].items()
    }
