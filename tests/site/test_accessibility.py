"""Every kind of page that is written here can be read by anybody: axe-core finds nothing serious in it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from siteproof.cli import main
from siteproof.conformance.render import page as report
from siteproof.conformance.results import read
from siteproof.explorer.page import explorer_page
from siteproof.explorer.server import tables
from siteproof.fuzz.render.page import page as campaign_page
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry.specs import SPECS
from siteproof.site import navigation
from siteproof.site.book_html import pages
from siteproof.site.documents import SiteSource, site
from tests.desk.broken import broken
from tests.desk.invented import written
from tests.explorer.browser import Browser, browsing
from tests.fuzz.campaigns import FORGETFUL, campaign
from tests.judge.test_report import CASE, FAILED, record_of
from tests.site.axe import PRESENT, WHY, complaints

pytestmark = pytest.mark.skipif(not PRESENT, reason=WHY)
ROOT = Path(__file__).parents[2]
DOCUMENT = f"# T\n\n## A\n\n| a | b |\n|---|---|\n| `c` | d |\n\n```\nsiteproof run {'--long ' * 90}\n```\n\n[e](#a)\n"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all pages."""
    with browsing(tmp_path_factory.mktemp("browser")) as found:
        yield found


def _report(folder: Path) -> str:
    return report.page(read(record_of(folder, CASE, FAILED)))


def _campaign(folder: Path) -> str:
    return campaign_page(campaign(FORGETFUL, folder / "campaign", 3), "a campaign")


def _audit(folder: Path) -> str:
    exports = written(folder / "vault", broken("an unknown state", "the name lies", "a critical component"))
    assert main(["audit", str(exports), "--html", str(folder / "audit.html")]) == ExitCode.VIOLATION
    return (folder / "audit.html").read_text()


def _policy(folder: Path) -> str:
    assert main(["policy", "check", "--retention", "4h", "--app-every", "4h", "--html", str(folder / "p.html")]) == 1
    return (folder / "p.html").read_text()


def _plan(folder: Path) -> str:
    main(["plan", "check", str(ROOT / "docs" / "examples" / "plan.toml"), "--html", str(folder / "p.html")])
    return (folder / "p.html").read_text()


def _explorer(_: Path) -> str:
    spec = SPECS["lifecycle"]
    return explorer_page({"walk": tables(spec, spec.system())}, live=False)


def _book(_: Path) -> str:
    names = ("grp.md", "regions.md", "region-roles.svg")
    return pages({name: (ROOT / "docs" / "spec" / name).read_text() for name in names}, {})["grp.html"]


def _site(_: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(navigation, "SECTIONS", (("Begin here", ("index.md",)),))
        patch.setattr(navigation, "PROJECT", ())
        return site(SiteSource({"index.md": DOCUMENT}, {}))["index.html"]


def _status(_: Path) -> str:
    """The page of the appliance, with answers in place of the appliance."""
    row = {"name": "web", "protection": "protected", "direction": "forward", "active": "source", "resync": "none"}
    rows = [{**row, "drill": "none", "rpo_threshold_minutes": 15, "name": name} for name in ("web", "db", "mail")]
    points = [{"taken_at_ms": 300_000 * number, "consistency": "app" if number % 4 else "crash"} for number in range(9)]
    healths = {"web": "normal", "db": "warning", "mail": "critical"}
    shown = {name: {"health": each, "rpo_ms": 300_000, "points": points} for name, each in healths.items()}
    event = {"time_ms": 0, "machine": "db", "code": "RpoThresholdExceeded", "detail": "31 min"}
    job = {"name": "job-1", "verb": "enable", "machine": "web", "state": "succeeded"}
    told = {"machine.list": rows, "job.list": [job], "event.list": [event]}
    answers = f"const told = {json.dumps(told)}, shown = {json.dumps(shown)};"
    asked = (
        "window.fetch = async (url, { body }) => ({ ok: true, json: async () => ({ answer: "
        "told[url.split('/').pop()] || shown[JSON.parse(body).machine] }) });"
    )
    page, script = (ROOT / "reference" / "service" / name for name in ("status.html", "status.js"))
    inline = f"<script>{answers}{asked}{script.read_text()}</script>"
    return page.read_text().replace('<script src="/status.js"></script>', inline)


@pytest.mark.parametrize("made", [_report, _campaign, _audit, _policy, _plan, _explorer, _book, _site, _status])
def test_nothing_serious_is_found(made: Callable[[Path], str], tab: Browser, tmp_path: Path) -> None:
    """Wide and light, narrow and dark: contrast, names, order, keyboard; and no page is wider than its window."""
    page = tmp_path / "page.html"
    page.write_text(made(tmp_path), encoding="utf-8")
    assert complaints(tab, page) == []


def test_what_cannot_be_read_is_found(tab: Browser, tmp_path: Path) -> None:
    """Grey on grey, a picture without a word, and a page that has to be pushed aside are told."""
    page = tmp_path / "page.html"
    body = (
        '<p style="color: #999; background: #888">grey on grey</p><img src="data:,"><div style="width: 900px">y</div>'
    )
    page.write_text(f'<!doctype html><html lang="en"><title>t</title><main><h1>t</h1>{body}</main></html>')
    told = "\n".join(complaints(tab, page))
    assert all(each in told for each in ("color-contrast", "image-alt", "375: it is 9"))


@pytest.mark.nightly
def test_every_page_of_the_site_can_be_read(tab: Browser, tmp_path: Path) -> None:
    """All documents, the whole book, commands and API."""
    assert main(["site", "--docs", str(ROOT / "docs"), "--out", str(tmp_path)]) == ExitCode.OK
    assert [each for path in sorted(tmp_path.rglob("*.html")) for each in complaints(tab, path)] == []
