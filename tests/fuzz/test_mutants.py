"""Conditional mutants: drawn the same for everybody, striking where they say, and told from honest subjects."""

import functools

import attrs
import pytest

from siteproof.conformance.carriers.in_process import load
from siteproof.conformance.case import find as find_case
from siteproof.conformance.worlds.world import PLAIN
from siteproof.fuzz.mutants.differ import Difference, compared, difference, recorded, shortest
from siteproof.fuzz.mutants.draw import draw, find
from siteproof.fuzz.mutants.driver import RecordedDrive
from siteproof.fuzz.mutants.judging import Play, held, judged
from siteproof.fuzz.mutants.measure import Rate
from siteproof.fuzz.mutants.scene import here
from siteproof.fuzz.mutants.sitting import Bounds, sit, spread
from siteproof.fuzz.mutants.subject import honest_reference, mutated
from siteproof.fuzz.mutants.targets import contract_targets, inside_targets
from siteproof.fuzz.mutants.words import Harm, HarmSite, Layer, Mutant, Trigger
from siteproof.model.nouns.problem import Problem

DRIVES = range(14)
ALWAYS = (Trigger.EVERY_KTH, 1)


def _mutant(
    target: str, trigger: Trigger, amount: int, harm: Harm, site: HarmSite = HarmSite.CALL, pick: int = 0
) -> Mutant:
    layer = Layer.INSIDE if ":" in target else Layer.CONTRACT
    return Mutant(f"{target} {trigger} {harm} {site}", layer, target, target, trigger, amount, harm, site, pick)


# fmt: off
_ADD_POINT = "replicator:Replicator.add_point"
_MARK = "replicator:Replicator.mark"
CANARIES = {
    (Layer.CONTRACT, Harm.SKIP): _mutant("write", *ALWAYS, Harm.SKIP),
    (Layer.CONTRACT, Harm.REPEAT): _mutant("advance", *ALWAYS, Harm.REPEAT),
    (Layer.CONTRACT, Harm.STALE): _mutant("observe", *ALWAYS, Harm.STALE),
    (Layer.CONTRACT, Harm.LATE): _mutant("fault", *ALWAYS, Harm.LATE),
    (Layer.CONTRACT, Harm.SWALLOW): _mutant("do", *ALWAYS, Harm.SWALLOW),
    (Layer.CONTRACT, Harm.OFF_BY_ONE): _mutant("observe", *ALWAYS, Harm.OFF_BY_ONE, HarmSite.RESULT),
    (Layer.CONTRACT, Harm.WRONG_TARGET): _mutant("do", *ALWAYS, Harm.WRONG_TARGET, HarmSite.ARGUMENT),
    (Layer.CONTRACT, Harm.WRONG_WORD): _mutant("observe", *ALWAYS, Harm.WRONG_WORD, HarmSite.RESULT),
    (Layer.CONTRACT, Harm.DROP_LAST): _mutant("observe", *ALWAYS, Harm.DROP_LAST, HarmSite.RESULT),
    (Layer.CONTRACT, Harm.REORDER): _mutant("write", *ALWAYS, Harm.REORDER, HarmSite.ARGUMENT),
    (Layer.CONTRACT, Harm.TRUNCATE): _mutant("write", *ALWAYS, Harm.TRUNCATE, HarmSite.ARGUMENT),
    (Layer.CONTRACT, Harm.ZEROS): _mutant("restore", *ALWAYS, Harm.ZEROS, HarmSite.RESULT),
    (Layer.CONTRACT, Harm.WRONG_TIME): _mutant("observe", *ALWAYS, Harm.WRONG_TIME, HarmSite.RESULT),
    (Layer.INSIDE, Harm.SKIP): _mutant("datapath.bitmap:DirtyBitmap.mark", *ALWAYS, Harm.SKIP),
    (Layer.INSIDE, Harm.REPEAT): _mutant(_ADD_POINT, *ALWAYS, Harm.REPEAT),
    (Layer.INSIDE, Harm.STALE): _mutant("vault:Vault.events", *ALWAYS, Harm.STALE),
    (Layer.INSIDE, Harm.LATE): _mutant(_MARK, *ALWAYS, Harm.LATE),
    (Layer.INSIDE, Harm.SWALLOW): _mutant("lifecycle:admit", *ALWAYS, Harm.SWALLOW),
    (Layer.INSIDE, Harm.OFF_BY_ONE): _mutant(_ADD_POINT, *ALWAYS, Harm.OFF_BY_ONE, HarmSite.ARGUMENT),
    (Layer.INSIDE, Harm.WRONG_TARGET): _mutant(_MARK, *ALWAYS, Harm.WRONG_TARGET, HarmSite.ARGUMENT),
    (Layer.INSIDE, Harm.WRONG_WORD): _mutant(_ADD_POINT, *ALWAYS, Harm.WRONG_WORD, HarmSite.ARGUMENT),
    (Layer.INSIDE, Harm.DROP_LAST): _mutant("lifecycle:allowed", *ALWAYS, Harm.DROP_LAST, HarmSite.RESULT),
    (Layer.INSIDE, Harm.REORDER): _mutant("host:Host.write", *ALWAYS, Harm.REORDER, HarmSite.ARGUMENT),
    (Layer.INSIDE, Harm.TRUNCATE): _mutant("host:Host.write", *ALWAYS, Harm.TRUNCATE, HarmSite.ARGUMENT),
    (Layer.INSIDE, Harm.ZEROS): _mutant("host:content", *ALWAYS, Harm.ZEROS, HarmSite.RESULT),
    (Layer.INSIDE, Harm.WRONG_TIME): _mutant("vault:Vault.record", *ALWAYS, Harm.WRONG_TIME, HarmSite.ARGUMENT),
}
# fmt: on
AMOUNTS = {Trigger.NTH_CALL: 3, Trigger.EVERY_KTH: 2, Trigger.BLOCK_RANGE: 3, Trigger.LARGE: 2, Trigger.AFTER_FAULT: 1}
OUTSIDE = {trigger: _mutant("write", trigger, AMOUNTS.get(trigger, 0), Harm.SKIP) for trigger in Trigger}
OUTSIDE[Trigger.APP_POINT] = _mutant("do", Trigger.APP_POINT, 0, Harm.SWALLOW)
OUTSIDE[Trigger.DURING_JOB] = _mutant("observe", Trigger.DURING_JOB, 0, Harm.OFF_BY_ONE, HarmSite.RESULT)
INSIDE = {
    trigger: _mutant("datapath.tracker:SourceDisk.write", trigger, AMOUNTS.get(trigger, 0), Harm.SKIP)
    for trigger in Trigger
}
INSIDE[Trigger.LARGE] = _mutant("datapath.tracker:SourceDisk.discard", Trigger.LARGE, 1, Harm.SKIP)
INSIDE[Trigger.APP_POINT] = _mutant(
    "replicator:Replicator.add_point", Trigger.APP_POINT, 0, Harm.WRONG_WORD, HarmSite.ARGUMENT
)
INSIDE[Trigger.DURING_JOB] = _mutant("jobs:Job.step", Trigger.DURING_JOB, 0, Harm.WRONG_WORD, HarmSite.RESULT)
EVERY = (*CANARIES.values(), *OUTSIDE.values(), *INSIDE.values())


@functools.cache
def _driven() -> tuple[tuple[RecordedDrive, frozenset[str]], ...]:
    return tuple(recorded(EVERY, honest_reference, 0, DRIVES))


def _drives(mutant: Mutant) -> list[RecordedDrive]:
    return [drive for drive, ids in _driven() if mutant.id in ids]


def test_a_draw_is_the_same_for_everybody() -> None:
    """The first mutants of a seed are the same whatever the count, and an id alone leads to its mutant."""
    few, many = draw(5, 20), draw(5, 60)
    assert many[:20] == few
    assert all(find(each.id) == each for each in many)
    assert draw(6, 20) != few


def test_a_draw_reaches_every_trigger_every_harm_and_both_layers() -> None:
    """No word of the generator is left out of a large draw, and no layer."""
    drawn = draw(0, 600)
    assert {each.trigger for each in drawn} == set(Trigger)
    assert {(each.layer, each.harm) for each in drawn} >= {(layer, harm) for layer in Layer for harm in Harm}


def test_what_is_no_id_is_a_problem() -> None:
    """Whoever asks for a mutant by another word is told the form of an id."""
    with pytest.raises(Problem, match="no mutant 'B2'"):
        find("B2")


def test_targets_are_found_in_the_reference() -> None:
    """The rooms of replication, lifecycle and bytes are struck because they are there, and the contract's calls too."""
    rooms = {target.room for target in inside_targets()}
    assert rooms >= {"replicator", "agent", "failover", "vault", "scheduler", "retention", "datapath.applier"}
    assert {target.name for target in contract_targets()} >= {"write", "restore", "observe", "settle"}


@pytest.mark.parametrize("mutant", CANARIES.values(), ids=lambda mutant: mutant.id)
def test_every_harm_is_seen_by_the_drives(mutant: Mutant) -> None:
    """A mutant that is always wrong, in any way and on both layers, differs from the honest subject on some drive."""
    found = compared(mutant, honest_reference, _drives(mutant))
    assert found.difference in (Difference.SHOWN, Difference.BREAKS), found


@pytest.mark.parametrize("mutant", [*OUTSIDE.values(), *INSIDE.values()], ids=lambda mutant: mutant.id)
def test_every_trigger_holds_on_the_drives(mutant: Mutant) -> None:
    """Each trigger comes true on some drive, around the contract and inside, and what strikes then is seen."""
    drives = _drives(mutant)
    assert drives
    assert compared(mutant, honest_reference, drives).difference in (Difference.SHOWN, Difference.BREAKS)


@pytest.mark.parametrize("trigger", [each for each in Trigger if each not in (Trigger.NTH_CALL, Trigger.EVERY_KTH)])
def test_a_trigger_does_not_hold_always(trigger: Trigger) -> None:
    """A condition is none when it always holds: some drive leaves the honest subject alone, or strikes late."""
    mutant = OUTSIDE[trigger]
    drives = _drives(mutant)
    assert len(drives) < len(DRIVES) or any(_first_strike(mutant, each) > 1 for each in drives)


def _first_strike(mutant: Mutant, drive: RecordedDrive) -> int:
    return compared(mutant, honest_reference, [drive]).index


def test_the_identity_mutant_is_equivalent() -> None:
    """A mutant whose harm changes nothing differs nowhere, on every drive."""
    same = _mutant("lifecycle:allowed", *ALWAYS, Harm.STALE, HarmSite.EFFECT)
    everywhere = [drive for drive, _ in _driven()[:5]]
    assert compared(same, honest_reference, everywhere).difference is Difference.SILENT
    repeated = _mutant("flush", *ALWAYS, Harm.REPEAT)
    assert compared(repeated, honest_reference, everywhere).difference is Difference.NONE


def test_the_honest_subject_stays_honest_beside_a_mutant() -> None:
    """What is woven into the reference does nothing to a subject of which no scene is open."""
    mutant = CANARIES[Layer.INSIDE, Harm.SKIP]
    wrong = _drives(mutant)[0]
    assert compared(mutant, honest_reference, [wrong]).difference is Difference.SHOWN
    assert here() is None
    identity = attrs.evolve(mutant, trigger=Trigger.NTH_CALL, amount=10**9)
    assert compared(identity, honest_reference, [wrong]).difference is Difference.SILENT


def test_a_survivor_is_shown_on_few_steps() -> None:
    """The shortest drive still shows the difference at its last step, and none of its steps can be left out."""
    mutant = CANARIES[Layer.CONTRACT, Harm.SWALLOW]
    drive = shortest(mutant, honest_reference, compared(mutant, honest_reference, _drives(mutant)))
    shown = difference(mutant, honest_reference, drive)
    assert shown is not None
    assert shown[0] == len(drive.steps) <= 3


def test_latitude_is_told_apart() -> None:
    """Other names and other numbers in the same order are wrong in nothing; another region is."""
    drives = [drive for drive, _ in _driven()[:4]]
    for target in ("vault:Vault.next_job", "vault:Vault.next_point", "write"):
        renumbered = _mutant(target, *ALWAYS, Harm.REPEAT)
        assert compared(renumbered, honest_reference, drives).difference is Difference.LATITUDE, target
    disks = _mutant("restore", *ALWAYS, Harm.REORDER, HarmSite.RESULT)
    assert compared(disks, honest_reference, drives).difference is Difference.LATITUDE
    regions = CANARIES[Layer.CONTRACT, Harm.WRONG_WORD]
    assert compared(regions, honest_reference, _drives(regions)).difference is Difference.SHOWN


def test_the_judge_kills_the_canary_on_the_cases_where_it_strikes() -> None:
    """Only cases in which the trigger holds are run, and the first that says that it is wrong ends the run."""
    case = find_case("C-REP-3")
    canary = _mutant("restore", *ALWAYS, Harm.ZEROS, HarmSite.RESULT)
    never = _mutant("restore", Trigger.NTH_CALL, 10**6, Harm.ZEROS, HarmSite.RESULT)
    cases = {case.id: case}
    record = held((canary, never), honest_reference, cases, [Play(case.id, PLAIN)], seed=0)
    assert record[0].ids == {canary.id}
    assert judged(canary, honest_reference, cases, record, seed=0).killed
    assert judged(never, honest_reference, cases, record, seed=0).tried == 0


def test_one_process_or_two_make_no_difference() -> None:
    """The rows of a sitting are the same, in the same order, however many share the work."""
    one, two = (sit(draw(1, 6), Bounds(drives=3, workers=workers, depth=None)) for workers in (1, 2))
    assert one == two
    assert [row.mutant for row in one[1]] == list(draw(1, 6))


def test_a_sample_of_the_suite_is_spread_over_it() -> None:
    """So many plays as asked for, in order, from the first to near the last; all of them when none is asked for."""
    assert spread(range(10), 4) == [0, 2, 5, 7]
    assert list(spread(range(3), None)) == list(spread(range(3), 9)) == [0, 1, 2]


def test_wilson_interval() -> None:
    """58 of 61 lies between 86.5 % and 98.3 %; nothing counted says nothing."""
    low, high = Rate(58, 61).interval
    assert (round(low, 3), round(high, 3)) == (0.865, 0.983)
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_a_mutant_is_a_subject_by_name() -> None:
    """`siteproof.fuzz.mutants.subject:m1_5` is a subject like any other, and does not confess."""
    subject = load("siteproof.fuzz.mutants.subject:m1_5")()
    assert subject.describe() == mutated(find("m1_5"), honest_reference).describe()
    subject.close()
