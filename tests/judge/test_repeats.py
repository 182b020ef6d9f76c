"""Repeats: one that fails is a failure with its share, and none that came about is no verdict."""

from collections.abc import Callable

import pytest

from siteproof.conformance.repeats import Share, repeated
from siteproof.conformance.verify import Failed, Inconclusive


def scene(error: Exception | None) -> Callable[[], None]:
    """A scene that ends with the error."""

    def play() -> None:
        if error is not None:
            raise error

    return play


def test_a_failure_tells_its_share_of_what_came_about() -> None:
    """Two of three that came about failed: the first of them is told, with the share beside it."""
    scenes = [None, Failed("whole", "torn"), Inconclusive("missed"), Failed("whole", "torn again")]
    with pytest.raises(Failed) as failed:
        repeated(map(scene, scenes), "kills in flight")
    assert (failed.value.actual, failed.value.detail) == ("torn", "in 2 of 3 kills in flight")


def test_repeats_that_all_hold_tell_how_many() -> None:
    """Nothing failed, and it is said how often it was tried."""
    assert str(repeated(map(scene, [None, None]), "cuts")) == "0 of 2" == str(Share(0, 2))


def test_a_scene_that_never_came_about_decides_nothing() -> None:
    """Without one repeat that was really played there is no verdict."""
    with pytest.raises(Inconclusive, match="none of the kills came about"):
        repeated([scene(Inconclusive("missed"))], "kills")
