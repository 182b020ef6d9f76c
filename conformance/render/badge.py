"""A badge: the verdict as a small SVG for a page, with the profile that was judged.

Rule: it says what the headline says and no more: a part of the suite is named as a part.
"""

import html

from siteproof.conformance.render.headline import WORDS
from siteproof.conformance.results import RecordedRun
from siteproof.conformance.verdict import MUST
from siteproof.model.nouns.problem import ExitCode

COLOURS = {ExitCode.OK: "#2a7d3f", ExitCode.VIOLATION: "#b3261e", ExitCode.CANNOT_JUDGE: "#8a6d00"}
GREY = "#5f6368"
LABEL = "siteproof"
CHARACTER_PX, PADDING_PX, HEIGHT_PX = 6.6, 7, 20


def badge(record: RecordedRun) -> str:
    """The run's badge as an SVG document."""
    words, colour = _said(record)
    left, right = (round(len(each) * CHARACTER_PX + 2 * PADDING_PX) for each in (LABEL, words))
    title = html.escape(f"{LABEL}: {words}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT_PX}" role="img" '
        f'aria-label="{title}"><title>{title}</title>'
        f'<rect width="{left}" height="{HEIGHT_PX}" fill="#333"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT_PX}" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(LABEL, 0, left)}{_text(words, left, right)}</g></svg>\n"
    )


def _text(words: str, start_px: int, width_px: int) -> str:
    inner = width_px - 2 * PADDING_PX
    return f'<text x="{start_px + PADDING_PX}" y="14" textLength="{inner}">{html.escape(words)}</text>'


def _said(record: RecordedRun) -> tuple[str, str]:
    report = record.report
    if report is None:
        return "cannot judge", GREY
    musts = [each for each in report.requirements if each.level == MUST]
    part = f"part of {report.profile.name}" if report.choice else report.profile.name
    kept = f"{sum(each.counted for each in musts)} of {len(musts)} MUST"
    return f"{WORDS[report.exit_code].lower()} · {part} · {kept}", COLOURS.get(report.exit_code, GREY)
