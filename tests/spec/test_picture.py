"""The lifecycle picture: well formed, complete, and without anything lying on top of anything else."""

import itertools
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve

from siteproof.model.book.diagram import lane_box, lifecycle_svg
from siteproof.model.book.graph import all_steps, reachable
from siteproof.model.drawing import layout, svg
from siteproof.model.drawing.layout import Box
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Verb

SPACE = "{http://www.w3.org/2000/svg}"


def groups() -> list[ET.Element]:
    """Every box of the picture."""
    return [each for each in ET.fromstring(lifecycle_svg()).iter(f"{SPACE}g") if "data-state" in each.attrib]


def test_the_picture_is_well_formed() -> None:
    """Any XML parser reads it, and its root is an SVG with a view box."""
    root = ET.fromstring(lifecycle_svg())
    assert root.tag == f"{SPACE}svg"
    assert "viewBox" in root.attrib


def test_every_reachable_protection_state_is_drawn() -> None:
    """The boxes are exactly the reachable combinations of direction, active side and protection."""
    titles = [each.find(f"{SPACE}title") for each in groups()]
    drawn = {title.text for title in titles if title is not None}
    lanes = {lane_box(regions) for regions in reachable()}
    strips = {regions.test_failover.value for regions in reachable()} | {each.resync.value for each in reachable()}
    assert drawn == lanes | strips


def test_the_layout_has_no_place_for_what_cannot_be() -> None:
    """Every place of the layout is that of a reachable state."""
    assert set(layout.lane_boxes()) == {lane_box(regions) for regions in reachable()}


def test_the_picture_loads_nothing() -> None:
    """No script, no link, no font and no address stands in it."""
    text = lifecycle_svg().replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not any(word in text for word in ("<script", "href", "http", "@import", "@font-face", "foreignObject"))


def test_the_picture_is_the_same_every_time() -> None:
    """Two builds give the same bytes."""
    assert lifecycle_svg() == lifecycle_svg()


def test_every_command_is_named_in_the_picture() -> None:
    """A reader finds every command, drawn as an arrow or written into a box."""
    root = ET.fromstring(lifecycle_svg())
    text = " ".join("".join(each.itertext()) + " " for each in root.iter(f"{SPACE}tspan"))
    flat = " ".join(text.split())
    assert [verb.value for verb in Verb if verb.value.replace("_", " ") not in flat] == []


def boxes() -> list[Box]:
    """Every rectangle that stands for a state."""
    strips = [box for region in layout.STRIPS for box in layout.strip_boxes(region).values()]
    return [*layout.lane_boxes().values(), *strips]


def test_no_two_boxes_overlap() -> None:
    """Rectangles of states keep apart."""
    assert [pair for pair in itertools.combinations(boxes(), 2) if overlap(*pair)] == []


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share a point."""
    apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
    apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (apart_x or apart_y)


def test_text_is_escaped() -> None:
    """A name with markup in it cannot break the picture."""
    text = svg.picture(10, 10, '<&"', [svg.text(0, 0, ["a < b & c"], "x"), svg.group('"<', "<g>", [])], ["command"])
    root = ET.fromstring(text)
    assert "a < b & c" in "".join(root.itertext())


@pytest.mark.parametrize("strict", [False, True])
def test_every_state_can_be_reached_by_its_steps(strict: bool) -> None:
    """Apart from the first state, each reachable one is the end of a step."""
    profile = evolve(CORE, reprotect_requires_commit=strict)
    ends = {step.after for step in all_steps(profile)}
    assert set(reachable(profile)) == ends | {Regions()}


def labels() -> list[Box]:
    """A rectangle around every upright label, by a width per letter that is rather too small."""
    found = ET.fromstring(lifecycle_svg()).iter(f"{SPACE}text")
    return [around(each) for each in found if "label" in each.attrib["class"] and "transform" not in each.attrib]


def around(label: ET.Element) -> Box:
    """The rectangle that the lines of a label cover."""
    lines = ["".join(line.itertext()) for line in label]
    width, x, y = 5.6 * max(map(len, lines)), float(label.attrib["x"]), float(label.attrib["y"])
    left = {"start": x, "middle": x - width / 2, "end": x - width}[label.attrib["text-anchor"]]
    return Box(left, y - 9, width, 11 + (len(lines) - 1) * svg.LINE_HEIGHT, 0, 0)


def test_no_label_lies_on_a_box() -> None:
    """Every label can be read beside the boxes."""
    assert [(label, box) for label in labels() for box in boxes() if overlap(label, box)] == []


def test_no_two_labels_overlap() -> None:
    """Labels keep apart from each other."""
    assert [pair for pair in itertools.combinations(labels(), 2) if overlap(*pair)] == []


def test_everything_lies_on_the_page() -> None:
    """No box and no label is cut off."""
    _, _, width, height = map(float, ET.fromstring(lifecycle_svg()).attrib["viewBox"].split())
    page = (*boxes(), *labels())
    assert [each for each in page if each.x < 0 or each.x + each.width > width or each.y + each.height > height] == []
