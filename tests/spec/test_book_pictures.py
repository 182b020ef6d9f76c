"""The pictures of the book: nothing lies on anything else, nothing is cut off, and they say what the model says."""

import itertools
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest

from siteproof.model.book import flow_diagram
from siteproof.model.book.flow_diagram import flow_svg
from siteproof.model.book.region_diagrams import region_diagrams
from siteproof.model.book.resync_sequence import SPEC, STORIES, resync_sequences
from siteproof.model.drawing import svg
from siteproof.model.drawing.layout import Box
from siteproof.model.engines.explore.witness import rules_along
from siteproof.model.nouns.connectivity import PORTS, Port
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.specs import RIGHT
from tests.spec.test_picture import overlap

SPACE = "{http://www.w3.org/2000/svg}"
LETTER = {"title": 12.5, "head": 8.4, "name": 7.6, "label": 5.9, "note": 6.3, "small": 5.4}
"""A letter's width in each style, rather too small than too large for what is tested: that nothing meets."""
PICTURES = {"data-flow.svg": flow_svg(), **region_diagrams(), **resync_sequences()}


def texts(picture: str) -> Iterator[tuple[str, Box]]:
    """Every text of a picture with a rectangle around its lines."""
    for each in ET.fromstring(picture).iter(f"{SPACE}text"):
        lines = ["".join(line.itertext()) for line in each]
        width = LETTER[each.attrib["class"].split()[0]] * max(map(len, lines))
        x, y = float(each.attrib["x"]), float(each.attrib["y"])
        left = {"start": x, "middle": x - width / 2, "end": x - width}[each.attrib["text-anchor"]]
        yield " ".join(lines), Box(left, y - 9, width, 11 + (len(lines) - 1) * svg.LINE_HEIGHT, 0, 0)


def boxes(picture: str) -> list[Box]:
    """Every rectangle that stands for something."""
    found = [each for each in ET.fromstring(picture).iter(f"{SPACE}rect") if "box" in each.attrib["class"].split()]
    sides = [[float(each.attrib[key]) for key in ("x", "y", "width", "height")] for each in found]
    return [Box(x, y, width, height, 0, 0) for x, y, width, height in sides]


def inside(one: Box, other: Box) -> bool:
    """Whether the first box lies in the second one."""
    return (
        other.x <= one.x
        and one.x + one.width <= other.x + other.width
        and other.y <= one.y
        and one.y + one.height <= other.y + other.height
    )


@pytest.mark.parametrize("name", PICTURES)
def test_no_two_texts_meet(name: str) -> None:
    """Every text can be read beside every other one."""
    pairs = itertools.combinations(texts(PICTURES[name]), 2)
    assert [(one[0], other[0]) for one, other in pairs if overlap(one[1], other[1])] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_text_is_in_a_box_or_beside_it(name: str) -> None:
    """No text crosses the edge of a box, and no two boxes meet."""
    drawn = boxes(PICTURES[name])
    crossing = [
        text for text, place in texts(PICTURES[name]) for box in drawn if overlap(place, box) and not inside(place, box)
    ]
    assert crossing == []
    assert [pair for pair in itertools.combinations(drawn, 2) if overlap(*pair)] == []


@pytest.mark.parametrize("name", PICTURES)
def test_everything_lies_on_the_page(name: str) -> None:
    """Nothing is cut off, and nothing is loaded."""
    root = ET.fromstring(PICTURES[name])
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    page = Box(0, 0, width, height, 0, 0)
    assert [text for text, place in texts(PICTURES[name]) if not inside(place, page)] == []
    assert [box for box in boxes(PICTURES[name]) if not inside(box, page)] == []
    assert not re.search(r"<script|href|@import|foreignObject", PICTURES[name])


def test_a_label_in_the_wrong_place_would_be_found() -> None:
    """Two labels at one place meet, and one that is too long for its box crosses its edge."""
    twice = svg.picture(300, 90, "t", [svg.text(10, 20, ["one"], "label"), svg.text(14, 22, ["two"], "label")], ())
    (_, one), (_, other) = texts(twice)
    assert overlap(one, other)
    wide = svg.picture(300, 90, "t", [svg.rectangle(5, 5, 20, 40, "box"), svg.text(8, 20, ["too long"], "name")], ())
    ((_, text),) = texts(wide)
    assert overlap(text, boxes(wide)[0])
    assert not inside(text, boxes(wide)[0])


def test_every_port_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each number stands in the picture of the data flow, and one that has no arrow is no picture."""
    for port in PORTS:
        assert f"port {port.number}" in PICTURES["data-flow.svg"]
    monkeypatch.setattr(flow_diagram, "PORTS", (*PORTS, Port(22, "nobody", "appliance", "nothing")))
    with pytest.raises(Problem, match="port 22 is not drawn"):
        flow_svg()


def test_a_story_is_a_way_of_the_protocol() -> None:
    """Each sequence shows a rule beside every message, and a step that is not enabled cannot be told."""
    for name, (_, _, steps) in STORIES.items():
        assert len(re.findall(r">RES-\d+<", PICTURES[name])) == len(steps)
    with pytest.raises(Problem, match="cannot be done after 1 steps"):
        rules_along(RIGHT[SPEC], ("stamp_start(sender, wire)", "complete(sender, wire)"))


def test_a_block_travels_twice_when_it_is_written_while_it_travels() -> None:
    """The first story shows the write between the two transfers of its block."""
    _, _, steps = STORIES["resync-writes.svg"]
    sent = [number for number, step in enumerate(steps) if step == "send_block 0"]
    assert len(sent) == 2
    assert sent[0] < steps.index("write_beside_resync 0") < sent[1]
