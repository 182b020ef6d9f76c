"""The explorer page in a real browser: clicked, typed at, shared, loaded; narrow, dark, and without any complaint."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from siteproof.conformance.coverage.events import FORMAT_VERSION, Do, Event, Head, Passes, line, state_of
from siteproof.explorer.page import explorer_page
from siteproof.explorer.recording import recorded
from siteproof.explorer.server import Desk, ExplorerServer, tables
from siteproof.model.engines.formats.walk import walk_tables
from siteproof.model.nouns.observation import Regions
from siteproof.model.nouns.vocabulary import Protection, Verb
from siteproof.model.spec.registry.specs import SPECS
from tests.explorer.browser import CHROMIUM, Browser, browsing

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not opened for real")

WIDE, NARROW = (1280, 800), (375, 800)
BROKEN: tuple[Event, ...] = (
    state_of("vm1", Regions(Protection.UNPROTECTED)),
    Do(Verb.ENABLE, "vm1"),
    Passes(),
    state_of("vm1", Regions(Protection.PROTECTED)),
    Do(Verb.COMMIT, "vm1"),
)
LOG = "".join(map(line, (Head(FORMAT_VERSION, "a test"), *BROKEN)))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests; each opens its own page."""
    with browsing(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def served() -> Iterator[ExplorerServer]:
    """The page of the replication specification, served."""
    server = ExplorerServer(Desk(SPECS, "replication", {"blocks": 1, "versions": 1, "points": 1}), 0)
    yield server
    server.close()


def page_of(folder: Path, name: str) -> str:
    """The address of a page that was kept as a file."""
    spec, file = SPECS[name], folder / f"{name}.html"
    file.write_text(explorer_page({"walk": tables(spec, spec.system())}, live=False))
    return file.as_uri()


def test_a_kept_page_is_walked_with_mouse_and_keys(browser: Browser, tmp_path: Path) -> None:
    """A click takes an action, a digit too, arrows go along the way, u takes back, and the state shows what changed."""
    browser.look(*WIDE)
    browser.open(page_of(tmp_path, "lifecycle"))
    assert browser.text("#way-title") == "Way 0 steps"
    browser.click("#actions button")
    assert "unprotected → enabling" in browser.text("#variables")
    assert browser.text("#allowed") == "Allowed operations: none"
    browser.press("1")
    assert browser.text("#way-title") == "Way 2 steps"
    browser.press("1")
    assert browser.text("#allowed") == "Allowed operations: disable, test_failover, fail_over"
    browser.press("u")
    browser.press("ArrowLeft")
    assert "enable_leaves_enabling" in browser.text("#actions")
    assert browser.run("document.querySelectorAll('#steps .ahead').length") == 1
    assert "&at=1&" in browser.run("location.hash")
    browser.press("ArrowRight")
    browser.press("u")
    assert browser.text("#way-title") == "Way 1 step"
    browser.press("r")
    assert browser.text("#way-title") == "Way 0 steps"
    browser.press("?")
    assert browser.run("document.getElementById('keys').open")
    browser.press("Escape")
    assert not browser.run("document.getElementById('keys').open")
    assert browser.said == []


def test_a_query_leads_to_the_nearest_state_and_its_address_can_be_shared(browser: Browser, tmp_path: Path) -> None:
    """The key / asks, the way is as short as the engines say, the address alone brings it back, and Back leaves it."""
    address = page_of(tmp_path, "lifecycle")
    browser.open(address)
    browser.press("/")
    assert browser.run("document.activeElement.id") == "query"
    for key in "protection=committed and not direction=forward":
        browser.press(key)
    browser.press("Enter")
    browser.until("document.getElementById('told').innerText.includes('none shorter')")
    shown, fragment = browser.text("#variables"), browser.run("location.hash")
    assert "reverse" in shown
    assert "committed" in shown
    browser.run("history.back()")
    browser.until("document.getElementById('way-title').innerText === 'Way 0 steps'")
    browser.open(address + str(fragment))
    assert browser.text("#variables") == shown
    browser.open(f"{address}#query=protection%3Dcommitted")
    browser.until("document.getElementById('told').innerText.includes('none shorter')")
    browser.open(f"{address}#way=0&of=00000000")
    assert "another version" in browser.text("#told")
    browser.open(f"{address}#way=99999.x&at=-3")
    assert "does not exist" in browser.text("#told")
    assert browser.said == []


def test_a_way_is_saved_and_loaded_again(browser: Browser, tmp_path: Path) -> None:
    """Save writes the way as ITF, and a page that opens it goes along the same steps."""
    browser.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path / "saved"))
    browser.open(page_of(tmp_path, "lifecycle"))
    for _ in range(3):
        browser.press("1")
    taken = browser.text("#steps")
    browser.click("#save")
    file = tmp_path / "saved" / "lifecycle-3-steps.itf.json"
    for _ in range(500):
        if file.exists():
            break
        browser.run("new Promise((done) => setTimeout(done, 20))")
    trace = {"itf": json.loads(file.read_text()), "name": file.name}
    again = tmp_path / "again.html"
    again.write_text(explorer_page({"walk": walk_tables(SPECS["lifecycle"].system()), "record": trace}, live=False))
    browser.open(again.as_uri())
    assert browser.text("#steps") == taken
    assert browser.text("#told") == "lifecycle-3-steps.itf.json: 3 steps; → goes on."


def test_a_wrong_design_leads_to_its_broken_claim(browser: Browser, tmp_path: Path) -> None:
    """The key b finds the nearest broken claim; the page names it, the step that broke it, and why it matters."""
    browser.open(page_of(tmp_path, "untracked_window"))
    browser.press("b")
    browser.until("document.querySelector('#claims .mark.bad') !== null")
    assert "broken: RES-5" in browser.text("#steps [aria-current]")
    browser.click("#claims summary")
    assert "Why it matters" in browser.text("#claims")


def test_what_cannot_happen_says_what_is_missing(browser: Browser, tmp_path: Path) -> None:
    """Of an action that is not allowed the page shows the conditions that do not hold."""
    browser.open(page_of(tmp_path, "replication"))
    browser.click("#barred summary")
    browser.until("document.querySelectorAll('#reasons li').length > 10")
    assert "machine.protection == protected" in browser.text("#reasons")


def test_a_narrow_and_a_dark_page_lose_nothing(browser: Browser, tmp_path: Path) -> None:
    """At 375 pixels nothing stands outside of the page; dark has a dark ground; every control has a name."""
    address = page_of(tmp_path, "replication")
    browser.look(*NARROW, dark=True)
    browser.open(address)
    browser.press("1")
    assert browser.run("document.documentElement.scrollWidth") <= NARROW[0]
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
    unnamed = (
        "[...document.querySelectorAll('button, input, select, section, dialog')].filter((each) => !(each.innerText"
    )
    unnamed += " || each.labels?.length || each.ariaLabel || each.getAttribute('aria-labelledby'))).length"
    assert browser.run(unnamed) == 0
    browser.look(*WIDE)
    browser.open(address)
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(246, 248, 250)"


def test_the_served_page_asks_the_engines(browser: Browser, served: ExplorerServer) -> None:
    """The way to a state comes from the server; another specification is one choice away; a mistake is told."""
    browser.open(served.url)
    browser.run("document.getElementById('query').value = 'protection=committed'")
    browser.click("#jump button")
    browser.until("document.getElementById('told').innerText.includes('none shorter')")
    assert browser.text("#told").startswith("protection=committed: 7 steps")
    browser.run("document.getElementById('query').value = 'pase=committed'")
    browser.click("#jump button")
    browser.until("document.getElementById('told').className === 'bad'")
    assert "has no variable `pase`" in browser.text("#told")
    browser.run("const s = document.getElementById('spec'); s.value = 'plans'; s.dispatchEvent(new Event('change'))")
    browser.until("document.getElementById('name')?.innerText.startsWith('plans')")


def test_a_log_is_stepped_through_to_its_contradiction(browser: Browser, served: ExplorerServer) -> None:
    """A loaded history opens at the step that the model contradicts, and from an explained one the model goes on."""
    browser.open(served.url)
    browser.run(f"const kept = new DataTransfer(); kept.items.add(new File([{json.dumps(LOG)}], 'log.ndjson'));"
                "document.getElementById('file').files = kept.files;"
                "document.getElementById('file').dispatchEvent(new Event('change'))")  # fmt: skip
    browser.until("document.getElementById('record').hidden === false")
    assert browser.text("#name") == "lifecycle"
    assert "contradicted: commit accepted" in browser.text("#frames [aria-current]")
    browser.press("ArrowLeft")
    assert "shows forward/primary/protected" in browser.text("#frames [aria-current]")
    assert "fail_over" in browser.text("#record-body")
    browser.run(
        "[...document.querySelectorAll('#record-body button')].find((b) => b.innerText === 'Walk on from here').click()"
    )
    assert browser.run("document.getElementById('record').hidden")
    assert browser.text("#way-title") == "Way 3 steps"
    assert "fail_over_starts" in browser.text("#actions")


def test_a_record_is_kept_in_the_file(browser: Browser, tmp_path: Path) -> None:
    """A page with its record needs no server, and hostile names in it stay text."""
    hostile = LOG.replace("vm1", "</script><img src=x onerror=alert(1)>")
    record = recorded([("log.ndjson", hostile.encode())])
    file = tmp_path / "page.html"
    file.write_text(explorer_page({"walk": walk_tables(SPECS["replication"].system()), "record": record}, live=False))
    before = len(browser.said)
    browser.open(file.as_uri())
    assert "<img src=x" in browser.text("#record-body")
    assert browser.run("document.images.length") == 0
    assert browser.said[before:] == []
