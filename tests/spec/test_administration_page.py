"""The generated page of administration: every row, every state, and what a failed job costs on the lifecycle's page."""

from siteproof.model.book.administration_page import administration_page
from siteproof.model.book.graph import reachable
from siteproof.model.book.lifecycle_page import lifecycle_page
from siteproof.model.language.table import AdminRow, Happening
from siteproof.model.nouns.administration import AdminVerb
from siteproof.model.nouns.profile import CORE
from siteproof.model.nouns.vocabulary import Verb
from siteproof.model.spec.administration.table import ADMIN_HAPPENINGS, ADMINISTRATION, allowed_administration

ROWS: tuple[AdminRow | Happening, ...] = (*ADMINISTRATION, *ADMIN_HAPPENINGS)
EVERYWHERE = {
    AdminVerb.UPDATE_COMPONENTS,
    AdminVerb.REFRESH_DISCOVERY,
    AdminVerb.SET_NOTIFICATION,
    AdminVerb.CHANGE_DATA_PORT,
}


def test_the_page_lists_every_row_with_its_tag() -> None:
    """Commands and happenings stand there with a link to their rule, and end with their evidence."""
    lines = administration_page().splitlines()
    for row in ROWS:
        (line,) = [line for line in lines if line.startswith(f"| [{row.rule}](rules.md#{row.rule}) ")]
        assert line.endswith(f"| {row.evidence.value} |")


def test_the_page_shows_which_commands_each_state_allows() -> None:
    """For every reachable state that allows more than every state does, a line ends with exactly those commands."""
    page = administration_page()
    assert f"In every state: {', '.join(f'`{verb}`' for verb in AdminVerb if verb in EVERYWHERE)}." in page
    for regions in reachable():
        verbs = allowed_administration(regions, CORE) - EVERYWHERE
        place = f"| {regions.direction} | {regions.active} | `{regions.protection}` |"
        lines = [line for line in page.splitlines() if line.startswith(place) and regions.resync.value in line]
        shown = f"| {', '.join(f'`{verb}`' for verb in AdminVerb if verb in verbs)} |"
        assert any(line.endswith(shown) for line in lines) == bool(verbs), regions


def test_the_lifecycle_page_says_what_leads_on_after_a_failure() -> None:
    """Each command has a line in the section on failures, and no line is without commands that lead on."""
    section = lifecycle_page().partition("## When a job fails")[2].partition("##")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert {line.split("`")[1] for line in lines} == set(Verb)
    assert [line for line in lines if line.endswith("| — |")] == []
