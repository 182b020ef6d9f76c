"""Elements of an SVG picture as text: everything that comes from outside is escaped, nothing is loaded.

Rule: colours live in the style sheet here, light and dark; a picture names classes only.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

LINE_HEIGHT = 14

_STYLE = """
svg { color-scheme: light dark; font-family: system-ui, sans-serif; }
.page { fill: #ffffff; } .lane { fill: #f6f8fa; stroke: #d0d7de; }
.box { stroke-width: 1.4; }
.steady { fill: #ddf4ff; stroke: #0969da; } .passing { fill: #ffffff; stroke: #57606a; stroke-dasharray: 5 3; }
.failed { fill: #ffebe9; stroke: #cf222e; } .final { fill: #eaeef2; stroke: #57606a; stroke-width: 3; }
text { fill: #1f2328; font-size: 13px; } .title { font-size: 22px; font-weight: 600; }
.head { font-size: 15px; font-weight: 600; } .name { font-size: 13.5px; font-weight: 600; text-anchor: middle; }
.small { font-size: 11px; fill: #57606a; text-anchor: middle; } .note { font-size: 13px; fill: #57606a; }
.label { font-size: 12px; } .label.failure { fill: #cf222e; } .label.happening { fill: #9a6700; }
.arrow { fill: none; stroke-width: 1.6; stroke: #57606a; } .arrow.command { stroke: #0969da; stroke-width: 2; }
.arrow.failure { stroke: #cf222e; stroke-dasharray: 4 3; } .arrow.happening { stroke: #9a6700; stroke-dasharray: 2 3; }
.tip.progress { fill: #57606a; } .tip.command { fill: #0969da; } .tip.failure { fill: #cf222e; }
.tip.happening { fill: #9a6700; } .life { stroke: #d0d7de; stroke-width: 1.4; stroke-dasharray: 2 4; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; } .lane { fill: #151b23; stroke: #3d444d; }
.steady { fill: #0c2d6b; stroke: #4493f8; } .passing { fill: #0d1117; stroke: #9198a1; }
.failed { fill: #5d0f12; stroke: #f85149; } .final { fill: #262c36; stroke: #9198a1; }
text { fill: #f0f6fc; } .small, .note { fill: #9198a1; }
.label.failure { fill: #ff7b72; } .label.happening { fill: #d29922; }
.arrow { stroke: #9198a1; } .arrow.command { stroke: #4493f8; } .arrow.failure { stroke: #f85149; }
.arrow.happening { stroke: #d29922; } .tip.progress { fill: #9198a1; } .tip.command { fill: #4493f8; }
.tip.failure { fill: #f85149; } .tip.happening { fill: #d29922; } .life { stroke: #3d444d; }
}
"""


def picture(width: float, height: float, title: str, parts: Iterable[str], tips: Sequence[str]) -> str:
    """A whole picture; `tips` are the classes of arrow for which an arrow head is made."""
    size = f'viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" height="{_n(height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label={quoteattr(title)}>'
    page = f'<rect class="page" width="{_n(width)}" height="{_n(height)}"/>'
    heads = "".join(_tip(name) for name in tips)
    body = [head, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", f"<defs>{heads}</defs>", page]
    return "\n".join([*body, *parts, "</svg>"]) + "\n"


def rectangle(x: float, y: float, width: float, height: float, classes: str) -> str:
    """A rounded rectangle."""
    return (
        f'<rect class={quoteattr(classes)} x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="7"/>'
    )


def text(x: float, y: float, lines: Sequence[str], classes: str, anchor: str = "start", turn: float = 0) -> str:
    """Lines of text, the first baseline at y, turned by degrees around (x, y)."""
    place = f'x="{_n(x)}" y="{_n(y)}"' + (f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else "")
    step = f'dy="{LINE_HEIGHT}"'
    spans = [f'<tspan x="{_n(x)}" {step if number else ""}>{escape(line)}</tspan>' for number, line in enumerate(lines)]
    return f'<text class={quoteattr(classes)} text-anchor="{anchor}" {place}>{"".join(spans)}</text>'


def line(x: float, y: float, to_x: float, to_y: float, classes: str) -> str:
    """A straight line without a head."""
    return f'<line class={quoteattr(classes)} x1="{_n(x)}" y1="{_n(y)}" x2="{_n(to_x)}" y2="{_n(to_y)}"/>'


def arrow(points: Sequence[tuple[float, float]], kind: str) -> str:
    """A line through the points, with a head at the last one."""
    path = " L ".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return f'<path class="arrow {kind}" d="M {path}" marker-end="url(#tip-{kind})"/>'


def group(name: str, title: str, parts: Iterable[str]) -> str:
    """Parts that belong together, named for a reader's pointer and for tests."""
    return f"<g data-state={quoteattr(name)}><title>{escape(title)}</title>{''.join(parts)}</g>"


def wrapped(words: str, width: int) -> tuple[str, ...]:
    """The words in lines of at most `width` characters, if no word is longer."""
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return tuple(lines)


def _tip(kind: str) -> str:
    shape = '<path d="M 0 0 L 9 4 L 0 8 z"/>'.replace("<path", f'<path class="tip {kind}"')
    size = 'viewBox="0 0 9 8" refX="8.5" refY="4" markerWidth="9" markerHeight="8" markerUnits="userSpaceOnUse"'
    return f'<marker id="tip-{kind}" {size} orient="auto">{shape}</marker>'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
