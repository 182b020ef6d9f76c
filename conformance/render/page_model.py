"""What a run has seen of the model, what it measured and what the subject declares, as sections of the page.

Rule: everything here is data of the page laid out; nothing is counted.
"""

import math

from siteproof.conformance.coverage.coverage import Aspect, Coverage
from siteproof.conformance.render.lifecycle_heat import Heat, HotBox
from siteproof.conformance.render.markup import Markup, joined, scrolled, tag
from siteproof.conformance.render.page_data import Picture
from siteproof.conformance.results import MeasureLine
from siteproof.conformance.words import Word

HEAT_SAYS = (
    "The picture draws states as boxes that several of them share: a green border is a box that was seen, its number "
    "says how often, faded boxes were not seen."
)


def measurements(found: tuple[MeasureLine, ...]) -> Markup | None:
    """The table of figures."""
    head = tag("tr", *(tag("th", name) for name in ("measured", "value", "unit", "how")))
    rows = (
        tag(
            "tr",
            tag("td", each.name),
            tag("td", f"{each.value:,.10g}", class_="number"),
            tag("td", each.unit),
            tag("td", each.note, class_="note"),
        )
        for each in found
    )
    return scrolled("Measurements", tag("table", head, *rows)) if found else None


def lifecycle(heat: Heat | None, coverage: Coverage | None) -> Markup | None:
    """The picture of the states with how often each box was shown."""
    if heat is None or coverage is None or not coverage.aspects[0].visited:
        return None
    most = max(1, *(box.count for box in heat.boxes))
    image = tag("image", href=heat.address, width=heat.width, height=heat.height)
    size = f"0 0 {heat.width:g} {heat.height:g}"
    label = "Lifecycle states and how often each was seen"
    picture = tag("svg", image, *(_box(box, most) for box in heat.boxes), viewBox=size, role="img", aria_label=label)
    states = coverage.aspects[0]
    said = f"{states.visited} of {states.total} lifecycle states were shown by the subject. {HEAT_SAYS}"
    return joined(scrolled("Picture of the states", picture, kind="graph"), tag("p", said, class_="legend"))


def _box(box: HotBox, most: int) -> Markup:
    place = {"x": box.x - 2, "y": box.y - 2, "width": box.width + 4, "height": box.height + 4, "rx": 8}
    if not box.count:
        return tag("rect", **place, class_="unseen")
    bottom, width = box.y + box.height, 14 + 8 * len(str(box.count))
    hot = f"{2 + 4 * math.log1p(box.count) / math.log1p(most):.1f}"
    return joined(
        tag("rect", **place, class_="seen", stroke_width=hot),
        tag("rect", x=box.x + 3, y=bottom - 10, width=width, height=16, rx=8, class_="count"),
        tag("text", str(box.count), x=box.x + 3 + width / 2, y=bottom + 2.5),
    )


def coverage_table(found: Coverage | None) -> Markup | None:
    """How much of each aspect was visited, and the steps that the model does not allow."""
    if found is None:
        return None
    steps = [
        tag("li", tag("code", each.recorded), tag("br"), tag("span", f"{each.place} · {each.model}", class_="note"))
        for each in found.deviations
    ]
    odd = tag("div", tag("h3", "Steps that the model does not allow"), tag("ul", *steps), class_="deviations")
    fine = tag("p", "The model allows every step that the subject showed.", class_="legend")
    table = tag("table", *(_aspect(each) for each in found.aspects))
    return joined(odd if steps else fine, scrolled("How much was visited", table))


def _aspect(each: Aspect) -> Markup:
    bar = tag("progress", max=each.total, value=each.visited, aria_label=each.name)
    return tag(
        "tr",
        tag("td", each.name),
        tag("td", f"{each.visited:,}", class_="number"),
        tag("td", f"of {each.total:,}"),
        tag("td", bar),
        tag("td", _lacking(each), class_="note"),
    )


def _lacking(each: Aspect) -> Markup:
    count = each.total - each.visited
    if not count:
        return tag("span", "all")
    items = [
        tag("li", tag("code", one.what), tag("br"), tag("span", " → ".join(one.way), class_="note"))
        for one in each.missing
    ]
    if count > len(items):
        rest = f"… {count - len(items)} more: siteproof coverage results.ndjson --missing"
        items.append(tag("li", rest))
    return tag("details", tag("summary", f"{count} missing"), tag("ul", *items, class_="ways"))


def pictures(found: tuple[Picture, ...]) -> Markup | None:
    """Each picture as an image, in which no script runs."""
    shown = (
        tag("figure", tag("img", src=each.address, alt=each.title), tag("figcaption", each.title, class_="legend"))
        for each in found
    )
    return joined(*shown) if found else None


def capabilities(found: tuple[tuple[str, str], ...]) -> Markup | None:
    """What the subject declares, and which of it the adapter provides."""
    chips = (
        tag("span", name.replace("_", " ") + (" (by the adapter)" if who == "adapter" else ""), class_=f"chip {who}")
        for name, who in found
    )
    return tag("div", *chips, class_="capabilities") if found else None


def words(found: tuple[Word, ...]) -> Markup | None:
    """The legend: every word that occurred."""
    rows = (
        joined(tag("dt", word.word), tag("dd", f"{word.means}; {word.counts}. To do: {word.todo}.")) for word in found
    )
    return tag("dl", *rows, class_="says words") if found else None
