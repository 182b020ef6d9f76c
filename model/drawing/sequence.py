"""Messages between parties, one below the other: a lifeline for each party, an arrow or a note for each message.

Rule: a row holds one message, and its label stands above its own arrow, so that no two labels can meet.
"""

from collections.abc import Iterator, Sequence

from attrs import frozen

from siteproof.model.drawing import svg

WIDTH, SIDE = 1000, 20
TOP, HEAD_WIDTH, HEAD_HEIGHT = 74, 236, 44
FIRST_ROW, ROW = TOP + HEAD_HEIGHT + 34, 36
REMARK_X = WIDTH - 84
LOOP = 24  # how far a message to oneself goes out


@frozen
class Party:
    """Who takes part, in the order from left to right; `x` is where its lifeline stands."""

    name: str
    x: float


@frozen
class DrawnMessage:
    """From one party to another, or to itself, with a remark at the edge."""

    source: Party
    target: Party
    label: str
    remark: str = ""


def sequence(title: str, told: str, messages: Sequence[DrawnMessage]) -> str:
    """The picture as SVG text; parties are those that the messages name."""
    parties = sorted({each.source for each in messages} | {each.target for each in messages}, key=lambda each: each.x)
    height = FIRST_ROW + ROW * len(messages) + 16
    parts = [
        svg.text(SIDE, 32, [title], "title"),
        svg.text(SIDE, 54, [told], "note"),
        *(line for party in parties for line in _party(party, height - 12)),
        *(line for row, message in enumerate(messages) for line in _message(message, FIRST_ROW + ROW * row)),
    ]
    return svg.picture(WIDTH, height, title, parts, ("command",))


def _party(party: Party, foot: float) -> Iterator[str]:
    yield svg.rectangle(party.x - HEAD_WIDTH / 2, TOP, HEAD_WIDTH, HEAD_HEIGHT, "box steady")
    yield svg.text(party.x, TOP + 27, [party.name], "name", "middle")
    yield svg.line(party.x, TOP + HEAD_HEIGHT, party.x, foot, "life")


def _message(message: DrawnMessage, y: float) -> Iterator[str]:
    start, end = message.source.x, message.target.x
    if start == end:
        loop = ((start, y - 8), (start + LOOP, y - 8), (start + LOOP, y + 6), (start, y + 6))
        yield svg.arrow(loop, "command")
        yield svg.text(start + LOOP + 8, y + 3, [message.label], "label")
    else:
        yield svg.arrow(((start, y), (end, y)), "command")
        yield svg.text((start + end) / 2, y - 6, [message.label], "label", "middle")
    yield svg.text(REMARK_X, y + 3, [message.remark], "note")
