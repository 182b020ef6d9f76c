"""The chapters of the data plane say the same as the data plane: whatever they show, `replication` can show too."""

import functools

import pytest

from siteproof.model.engines.explore.inclusion import Abstract, Fits, unexplained
from siteproof.model.engines.explore.search import Search
from siteproof.model.spec.refinement import REFINEMENTS, Refinement
from siteproof.model.spec.registry.specs import SPECS

BY_CHAPTER = {each.chapter: each for each in REFINEMENTS}
WRONG = {
    "point_in_replay": "pipeline",
    "point_before_cut": "capture",
    "older_frame_again": "frames",
    "frame_too_early": "frames",
}


@functools.cache
def above(chapter: str, versions: int = 0) -> tuple[Abstract, Fits]:
    """The specification above as far as the chapter lives in it, and where it begins."""
    each = BY_CHAPTER[chapter]
    bounds = {**each.bounds_above, **({"versions": versions} if versions else {})}
    abstract = Abstract(Search(SPECS[each.refines].system(bounds)).run(), each.of_it, each.lives)
    return abstract, frozenset(n for n, shown in abstract.values.items() if each.begins(shown))


def missing(name: str, like: str, bounds: dict[str, int] | None = None, versions: int = 0) -> set[str]:
    """The actions of a specification that the one above cannot follow, compared as the chapter `like` is."""
    each = BY_CHAPTER[like]
    abstract, start = above(like, versions)
    found = unexplained(Search(SPECS[name].system(bounds or each.bounds)).run(), each.shows, abstract, start)
    return {step.partition("(")[0] for step in found}


@pytest.mark.parametrize("each", REFINEMENTS, ids=lambda each: each.chapter)
def test_every_trace_of_a_chapter_is_one_of_the_data_plane(each: Refinement) -> None:
    """Refinement: writes, marks and points, or both disks, move only as ship, receive, apply and resync move them."""
    assert missing(each.chapter, each.chapter) == set()


@pytest.mark.parametrize(("name", "like"), WRONG.items())
def test_a_wrong_chapter_shows_what_the_data_plane_never_does(name: str, like: str) -> None:
    """A step that cannot be followed is one of the action that was changed."""
    changed = {action.name for action in SPECS[name].actions if action not in SPECS[like].actions}
    assert missing(name, like) == changed


def test_the_data_plane_has_one_batch_on_its_way_and_the_pipeline_several() -> None:
    """What the abstraction leaves out: with three writes, a point can be late while the next batch is flushed already.

    The data plane takes a point only with an empty log. Nothing else of the longer pipeline is beyond it.
    """
    assert missing("pipeline", "pipeline", {"writes": 3}, versions=3) == {"point_at_applied"}
