"""axe-core in an open page: what it would tell somebody who does not see the page, or has no mouse.

Rule: only what axe calls serious or critical counts; where its script is not here, a test says how to get it.
"""

import json
from pathlib import Path

from tests.explorer.browser import CHROMIUM, Browser

ROOT = Path(__file__).parents[2]
SCRIPT = next(iter(sorted(ROOT.glob(".axe/**/axe*.min.js"))), None)
WHY = "no chromium or no axe-core: .ci/run installs both (pip install --no-deps --target .axe axe-playwright-python)"
PRESENT = CHROMIUM is not None and SCRIPT is not None
LOOKS = (
    (1280, False, {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}),
    (375, True, {"type": "rule", "values": ["color-contrast", "scrollable-region-focusable", "target-size"]}),
)
"""Width, whether its reader prefers the dark, and what is looked for: the second time only what may be different."""
_ASK = """axe.run(document, {runOnly: RULES, resultTypes: ['violations']}).then((found) => found.violations
  .filter((each) => ['serious', 'critical'].includes(each.impact))
  .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.target.join(' ')}: ${node.failureSummary}`)))"""


def complaints(tab: Browser, page: Path) -> list[str]:
    """What is serious in a page: wide and light, narrow and dark; and where it is wider than its window."""
    assert SCRIPT is not None
    script, found = SCRIPT.read_text(encoding="utf-8"), []
    for width, dark, rules in LOOKS:
        tab.look(width, 800, dark=dark)
        tab.call("Page.navigate", url=page.as_uri())
        tab.until(f"document.readyState === 'complete' && location.href.endsWith({page.name!r})")
        tab.run(f"{script}; 0")
        said = [f"{width}: {each}" for each in tab.run(_ASK.replace("RULES", json.dumps(rules)))]
        wide = tab.run("document.documentElement.scrollWidth")
        found += said if wide <= width else [*said, f"{width}: it is {wide} wide"]
    return found
