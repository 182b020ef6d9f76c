"""Promises: what happens in the end under fairness, and the run that breaks one, with its loop."""

import subprocess
from pathlib import Path

import pytest

from siteproof.model.engines.crosscheck.tlc import jar
from siteproof.model.engines.explore.exploration import ClaimVerdict, report
from siteproof.model.engines.explore.promises import promise_verdicts, with_promises
from siteproof.model.engines.explore.search import Search
from siteproof.model.engines.formats.jsonspec import data_of
from siteproof.model.engines.formats.promela import promela
from siteproof.model.engines.formats.tla import tla
from siteproof.model.language import (
    Action,
    Bool,
    Component,
    Part,
    Spec,
    SpecError,
    Step,
    action,
    after,
    eventually,
    given,
)
from siteproof.model.language.promise import Eventually, Leads
from siteproof.model.spec.registry.specs import known


class Lamp(Component):
    """Somebody plays with the shutter while the lamp should be lit."""

    def __init__(self) -> None:
        super().__init__()
        self.shut = self.flag()
        self.lit = self.flag()
        self.broken = self.flag()


@action("T-1")
def shutter(lamp: Lamp) -> Step:
    """The shutter turns, for ever."""
    return given(~lamp.lit).then(lamp.shut.becomes(~lamp.shut))


@action("T-2")
def light(lamp: Lamp) -> Step:
    """Possible only while the shutter is open."""
    return given(~lamp.shut & ~lamp.lit & ~lamp.broken).then(lamp.lit.becomes(True))


@action("T-3")
def knock(lamp: Lamp) -> Step:
    """Trouble: the lamp breaks, or is mended again."""
    return given(~lamp.lit).then(lamp.broken.becomes(~lamp.broken))


@action("T-4")
def elsewhere(lamp: Lamp) -> Step:
    """A rule that the toy does not have."""
    return given(lamp.lit).then(lamp.lit.becomes(False))


def promise(**counted: tuple[Action, ...]) -> Eventually:
    """That the lamp is lit, counting on this."""

    def it_is_lit(lamp: Lamp) -> Leads:
        """In the end there is light."""
        return after(~lamp.lit).comes(lamp.lit)

    return eventually("T-9", why="it is dark", **{"fair": (), **counted})(it_is_lit)  # type: ignore[arg-type]  # by name


def judged(claim: Eventually, *actions: Action) -> ClaimVerdict:
    """The verdict over these actions."""
    spec = Spec("lamp", "", (Part(lambda _bounds: Lamp(), Lamp),), actions, (claim,))
    (verdict,) = promise_verdicts(Search(spec.system()).run())
    return verdict


def loop_of(verdict: ClaimVerdict) -> list[str]:
    """The rules of the loop."""
    assert verdict.loop is not None
    return [step.rule for step in verdict.loop]


def test_what_nobody_counts_on_need_not_happen() -> None:
    """Without fairness the lamp stays dark from the start; with it, it is lit, because nothing else is possible."""
    dark = judged(promise(), light)
    assert (dark.holds, dark.trace and dark.trace.length, loop_of(dark)) == (False, 0, [])
    assert judged(promise(fair=(light,)), light).holds


def test_what_is_possible_again_and_again_is_strong() -> None:
    """The shutter closes whenever the lamp could be lit: weak fairness lets it, strong fairness does not."""
    dark = judged(promise(fair=(light, shutter)), light, shutter)
    assert dark.holds is False
    assert loop_of(dark) == ["T-1", "T-1"]
    assert judged(promise(fair=(shutter,), strong=(light,)), light, shutter).holds


@action("T-5")
def draught(lamp: Lamp) -> Step:
    """Trouble that is possible only while the shutter is shut."""
    return given(lamp.shut & ~lamp.lit).then(lamp.broken.becomes(~lamp.broken))


def test_what_is_fair_both_weakly_and_strongly_is_strong() -> None:
    """A loop owes it where it is possible at some time, and only there; twice counted on is counted on strongly."""
    nowhere = judged(promise(fair=(shutter, elsewhere), strong=(elsewhere,)), shutter, light, elsewhere)
    assert loop_of(nowhere) == ["T-1", "T-1"]
    at_times = judged(promise(fair=(shutter, draught), strong=(draught,)), shutter, draught, light)
    assert {"T-1", "T-5"} <= set(loop_of(at_times))
    assert loop_of(judged(promise(fair=(shutter, draught)), shutter, draught, light)) == ["T-1", "T-1"]
    assert judged(promise(fair=(shutter, light), strong=(light,)), light, shutter).holds


def test_trouble_that_ceases_does_not_break_a_promise() -> None:
    """A lamp that is knocked for ever stays dark; one that is knocked a few times is lit, once it was mended."""
    knocked = judged(promise(fair=(light,)), light, knock)
    assert knocked.holds is False
    broken_for_ever = judged(promise(fair=(light,), ceases=(knock,)), light, knock)
    assert loop_of(broken_for_ever) == []
    assert judged(promise(fair=(light, knock), ceases=()), light, knock).holds is False
    assert judged(promise(strong=(light,), fair=(knock,)), light, knock).holds


def test_a_promise_that_never_begins_is_none() -> None:
    """Vacuous promises are noticed like claims of what never happens."""

    def after_the_impossible(lamp: Lamp) -> Leads:
        """Never asked."""
        return after(lamp.lit & lamp.broken).comes(~lamp.lit)

    verdict = judged(eventually("T-9", why="test", fair=(light,))(after_the_impossible), light)
    assert (verdict.holds, verdict.trace, verdict.loop) == (False, None, None)


def test_a_promise_names_actions_of_its_specification() -> None:
    """Who counts on a rule that there is not is told where."""
    with pytest.raises(SpecError, match="counts on T-4, which is no action here"):
        judged(promise(fair=(elsewhere,)), light)


def test_a_promise_says_what_comes() -> None:
    """A function that returns a condition promises nothing."""

    def it_is_lit(lamp: Lamp) -> Bool:
        """A condition."""
        return lamp.lit

    with pytest.raises(SpecError, match="promises nothing"):
        judged(eventually("T-9", why="test", fair=(light,))(it_is_lit), light)  # type: ignore[arg-type]  # the mistake


def test_an_exploration_brings_promises_only_when_it_has_seen_everything() -> None:
    """Half a graph says nothing about runs."""
    system = known("groups").system({"writes": 1})
    search = Search(system).run()
    assert [v.rule for v in with_promises(report(search), system).verdicts if v.kind == "eventually"] == ["GRP-17"]
    search.complete = False
    assert not [v for v in with_promises(report(search), system).verdicts if v.kind == "eventually"]


CASES: tuple[tuple[str, dict[str, int], bool], ...] = (
    ("groups", {}, True),
    ("held_for_ever", {}, False),
    ("resync_protocol", {"blocks": 1, "versions": 1}, True),
    ("failed_for_good", {"blocks": 1, "versions": 1}, False),
    ("replication", {"blocks": 1, "points": 1}, True),
    ("sent_again", {"blocks": 1, "versions": 2, "points": 1}, False),
)


@pytest.mark.parametrize(("name", "bounds", "kept"), CASES, ids=[name for name, *_ in CASES])
def test_tlc_agrees_on_every_promise(name: str, bounds: dict[str, int], kept: bool, tmp_path: Path) -> None:
    """The exported temporal formulas, checked by TLC, are kept or broken like our promises."""
    system = known(name).system(bounds)
    assert all(verdict.holds for verdict in promise_verdicts(Search(system).run())) == kept
    if jar() is None:
        pytest.skip("TLC's jar is not installed")
    module = tla(system)
    (tmp_path / f"{module.name}.tla").write_text(module.text)
    (tmp_path / f"{module.name}.cfg").write_text(module.config.replace("\\* PROPERTY", "PROPERTY"))
    command = ["java", "-cp", str(jar()), "tlc2.TLC", "-deadlock", "-workers", "1", module.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    said = "No error has been found" if kept else "Temporal properties were violated"
    assert said in done.stdout, done.stdout[-2000:]


def test_every_export_names_the_promises() -> None:
    """TLA+ as a formula, Promela as a comment, JSON as data; none is lost."""
    system = known("replication").system({"blocks": 1, "points": 1})
    rules = [promise.rule for promise in system.promises]
    assert rules == ["REP-16", "RES-31"]
    module, model, data = tla(system), promela(system), data_of(system)
    assert [each["rule"] for each in data["promises"]] == rules
    assert all(each["fair"] and each["instances"] for each in data["promises"])
    assert len(module.promises) == len(rules)
    for rule, operator in zip(rules, module.promises, strict=True):
        assert f"\n{operator} ==\n  /\\ WF_vars(" in module.text
        assert f"\\* PROPERTY {operator}" in module.config
        assert f"{rule}  eventually:" in model
    assert "SF_vars(RES_3_start_resync" in module.text
