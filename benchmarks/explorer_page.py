"""How soon the explorer page of a large specification can be used: opened, an action clicked, a shortest way asked for.

Rule: measured in a real browser against the real server, from the call to the moment at which the page shows it.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from siteproof import __version__
from siteproof.explorer.server import Desk, ExplorerServer
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.spec.registry.specs import SPECS
from tests.explorer.browser import CHROMIUM, Browser, browsing

SPEC, BOUNDS = "replication", {"machines": 1, "blocks": 3, "versions": 2, "points": 3}
STATES_MIN, ROUNDS = 100_000, 7
GOAL_SECONDS = 1.0
QUERY = "protection=committed and not direction=reverse"
ASK = f"""(() => {{ const box = document.getElementById('query'); box.value = {QUERY!r};
  box.form.requestSubmit(); }})()"""


def seconds(body: Callable[[], None]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def first_click(tab: Browser) -> None:
    """The first action is taken, and the page shows the step."""
    tab.run("document.querySelector('#actions button').click()")
    tab.until("document.getElementById('way-title').innerText === 'Way 1 step'")


def way(tab: Browser) -> None:
    """A shortest way is asked for, and shown."""
    tab.run(ASK)
    tab.until("document.getElementById('told').innerText.includes('none shorter')")


def main() -> None:
    """Print the medians, and the slowest opening."""
    if CHROMIUM is None:
        print("no chromium on this machine: the page is not opened")
        return
    states = explorer(SPECS[SPEC].system(BOUNDS), "auto").explore().states
    assert states >= STATES_MIN, states
    desk = Desk(SPECS, SPEC, BOUNDS)
    server = ExplorerServer(desk, 0)
    with tempfile.TemporaryDirectory() as folder, browsing(Path(folder)) as tab:
        opened, clicked = [], []
        for _ in range(ROUNDS):
            opened.append(seconds(lambda: tab.open(server.url)))
            clicked.append(seconds(lambda: first_click(tab)))
        asked = seconds(lambda: way(tab))
        assert tab.said == [], tab.said
    server.close()
    size = len(desk.page(SPEC)) / 1024
    print(f"siteproof {__version__}, {SPEC} {BOUNDS}: {states:,} states, page of {size:.0f} KiB, median of {ROUNDS}")
    print(
        f"interactive after {statistics.median(opened):.2f} s (slowest {max(opened):.2f} s), goal <= {GOAL_SECONDS} s"
    )
    print(f"an action after its click {statistics.median(clicked):.3f} s · a shortest way, searched anew {asked:.1f} s")


if __name__ == "__main__":
    main()
