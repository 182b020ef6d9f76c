"""How much of the lifecycle a run has seen: the model's picture, and for each of its boxes how often it was shown.

Rule: boxes and places come from the model's layout; the counts come from the results; nothing is listed here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import frozen

from siteproof.conformance.coverage.events import ShownState, state_name
from siteproof.conformance.render.images import image_address
from siteproof.conformance.verdict import CaseResult
from siteproof.model.book import diagram
from siteproof.model.drawing import layout

STRIPS = {"test_failover": "test", "resync": "resync"}


@frozen
class HotBox:
    """One box of the picture: its name, its place in the picture's units, how often the subject showed it."""

    name: str
    x: float
    y: float
    width: float
    height: float
    count: int


@frozen
class Heat:
    """The picture as a data address, its size, and its boxes."""

    address: str
    width: float
    height: float
    seen: int
    boxes: tuple[HotBox, ...]


def heat(results: Iterable[CaseResult]) -> Heat:
    """The coverage of a run."""
    counts = _counts(results)
    boxes = tuple(
        HotBox(name, box.x, box.y, box.width, box.height, counts[name]) for name, box in sorted(_boxes().items())
    )
    picture = diagram.lifecycle_svg()
    width, height = _size(picture)
    return Heat(image_address(picture), width, height, sum(box.count > 0 for box in boxes), boxes)


def _counts(results: Iterable[CaseResult]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for result in results:
        for event in result.history:
            if isinstance(event, ShownState):
                counts.update(_boxes_of(state_name(event)))
    return counts


def _boxes_of(state: str) -> Iterator[str]:
    """The boxes that light up for a state's name: its lane's box, and one of each strip while it is protected."""
    lane, *regions = state.split("+")
    yield lane
    if lane.endswith("/protected"):
        values = dict(region.split(":", 1) for region in regions)
        for region, short in STRIPS.items():
            yield f"{region}/{values.get(short, 'none')}"


def _boxes() -> dict[str, layout.Box]:
    found = dict(layout.lane_boxes())
    for region in STRIPS:
        found |= {f"{region}/{value}": box for value, box in layout.strip_boxes(region).items()}
    return found


def _size(picture: str) -> tuple[float, float]:
    numbers = picture.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(numbers[2]), float(numbers[3])
