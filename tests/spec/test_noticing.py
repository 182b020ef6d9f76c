"""Of each MUST it is said how breaking it is noticed; a kept kill is one, and what nothing shows is named."""

from collections.abc import Mapping

import pytest

from siteproof.cli.links import links
from siteproof.fuzz.mutants.kept import mutant_of, still_killed
from siteproof.model.book import noticing
from siteproof.model.book.gate import shortfalls
from siteproof.model.book.noticing import APPLIANCE, KILL, MODEL, NOTHING, counts, judged, noticed, noticing_line
from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.kills import KeptKill, kept_kills

KILLS = tuple(kept_kills().values())
SAMPLE = KILLS[:: max(1, len(KILLS) // 6)]
"""So many are replayed each time; the nightly run replays all."""


def test_a_kept_kill_still_kills() -> None:
    """The case fails what is wrong and names the requirement."""
    assert [each for each in SAMPLE if not still_killed(each)] == []


@pytest.mark.nightly
def test_every_kept_kill_still_kills() -> None:
    """All of them; `python -m tests.cases.measure_kills` measures anew what no longer does."""
    assert [each for each in KILLS if not still_killed(each)] == []


def test_an_honest_subject_is_no_kill() -> None:
    """Where nothing is ever wrong, or another requirement is named, there is no kill."""
    (first, *_) = KILLS
    assert not still_killed(KeptKill("SP-NET-1", first.case, first.wrong))
    quiet = first.wrong.rpartition(" ")[0] + " 100000"
    assert not still_killed(KeptKill(first.requirement, first.case, quiet))


def test_what_is_kept_reads_as_it_is_written() -> None:
    """A line and its mutant are the same; a line that is none is one problem."""
    assert [each.wrong for each in KILLS if str(mutant_of(each.wrong)) != each.wrong] == []
    for line in ("contract do: dance when nth call 2", "contract do", "inside do: late when nth call 1"):
        with pytest.raises(Problem, match="is no mutant of the contract"):
            mutant_of(line)


def test_every_must_is_counted_once_by_the_strongest_way() -> None:
    """The line's numbers are those of the requirements, and it names each that nothing is kept for."""
    known = links()
    ways = {each.id: noticed(each, known) for each in judged(known)}
    assert {way: list(ways.values()).count(way) for way in counts(known)} == counts(known)
    assert (ways["SP-RES-1"], ways["SP-RES-5"]) in {(APPLIANCE, APPLIANCE), (MODEL, APPLIANCE), (APPLIANCE, MODEL)}
    line = noticing_line(known)
    assert all(name in line for name, way in ways.items() if way == NOTHING)


def test_without_its_kill_a_must_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was noticed by a kept kill alone is noticed by nothing without it."""
    known = links()
    name = next(each.id for each in judged(known) if noticed(each, known) == KILL)
    rest: Mapping[str, KeptKill] = {key: each for key, each in kept_kills().items() if key != name}
    monkeypatch.setattr(noticing, "kept_kills", lambda: rest)
    assert name in noticing_line(known).partition("by nothing yet: ")[2].split(", ")


def test_a_kill_by_a_case_that_is_gone_stops_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever removes a case measures anew."""
    monkeypatch.setattr(noticing, "kept_kills", lambda: {"x": KeptKill("SP-LC-9", "C-GONE-1", "contract do")})
    assert any("SP-LC-9: kills.toml names the case C-GONE-1" in each for each in shortfalls(links()))
