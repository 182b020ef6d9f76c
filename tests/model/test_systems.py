"""Whoever asks a specification for the same bounds gets the same system, which was built once."""

from siteproof.model.language import Component, Part, Spec, Step, action, bound, given
from siteproof.model.language.spec import SYSTEMS_MAX, Bounds


class Counter(Component):
    """A number up to a bound."""

    def __init__(self, bounds: Bounds) -> None:
        super().__init__()
        self.count = self.number(to=bound(bounds, "top"))
        self.top = bound(bounds, "top")


@action("T-1")
def up(c: Counter) -> Step:
    """Count while there is room."""
    return given(c.count < c.top).then(c.count.becomes(c.count + 1))


def _counting() -> Spec:
    return Spec("counting", "", (Part(Counter, Counter),), (up,), (), {"top": 3})


def test_a_system_is_built_once() -> None:
    """The default bounds, given or not, are the same object; other bounds and a changed specification are not."""
    spec = _counting()
    assert spec.system() is spec.system({"top": 3})
    assert spec.system({"top": 4}) is not spec.system()
    assert spec.but("changed", "", up).system() is not spec.system()


def test_only_so_many_systems_are_kept() -> None:
    """With SYSTEMS_MAX others in between, the first one is built again."""
    spec = _counting()
    first = spec.system({"top": 1})
    for top in range(2, SYSTEMS_MAX + 2):
        spec.system({"top": top})
    assert spec.system({"top": 1}) is not first
    assert spec.system({"top": SYSTEMS_MAX + 1}) is spec.system({"top": SYSTEMS_MAX + 1})
