"""What one subject shows after an action, as far as a standard decides it, and where two subjects disagree in it.

Rule: compared is what the sources decide for everybody: answers, regions, commands, running sides, bytes at rest.
Paces, names, numbers, wordings, counts and more marks than needed are nobody's fault, and nobody's disagreement.
"""

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from siteproof.conformance.digests import Digests
from siteproof.model.nouns.observation import Observation
from siteproof.model.nouns.vocabulary import Resync

RUNNING, NEWEST = "its running side", "its newest point"
Pictures = Mapping[tuple[str, str], Digests]
"""(machine and which of its states, disk): a digest per block."""


@frozen(eq=False)
class SideShown:
    """The answer in a word, what each machine shows, and the bytes that were read; `broken`: why there is no answer."""

    said: str
    views: Mapping[str, Observation]
    pictures: Pictures
    broken: str = ""


@frozen
class Disagreement:
    """One thing that two subjects do not say alike: what it is about, and both words."""

    about: str
    mine: str
    theirs: str


def disagreement(before: tuple[SideShown, SideShown], after: tuple[SideShown, SideShown]) -> Disagreement | None:
    """The first thing that two subjects say differently after an action, in the order of what weighs most."""
    return next(_disagreements(before, after), None)


def alike(before: tuple[SideShown, SideShown]) -> bool:
    """Whether every machine stands where its twin stands, marks too, so that both owe the same answer."""
    mine, theirs = (each.views for each in before)
    return all(mine[name].regions == theirs[name].regions and mine[name].link_up == theirs[name].link_up
               for name in mine)  # fmt: skip


def _disagreements(before: tuple[SideShown, SideShown], after: tuple[SideShown, SideShown]) -> Iterator[Disagreement]:
    mine, theirs = after
    if bool(mine.broken) != bool(theirs.broken):
        yield Disagreement("crash", mine.broken or "an answer", theirs.broken or "an answer")
    if mine.said != theirs.said and alike(before):
        yield Disagreement("answer", mine.said, theirs.said)
    for name in mine.views:
        if not (mine.views[name].running_job or theirs.views[name].running_job):
            yield from _views(mine.views[name], theirs.views[name])
    yield from _bytes(mine, theirs)


def _views(mine: Observation, theirs: Observation) -> Iterator[Disagreement]:
    unmarked = [evolve(each.regions, resync=Resync.NONE) for each in (mine, theirs)]
    if unmarked[0] != unmarked[1]:
        yield Disagreement("regions", _regions(mine), _regions(theirs))
    if mine.regions == theirs.regions and set(mine.allowed) != set(theirs.allowed):
        yield Disagreement("commands", _words(mine.allowed), _words(theirs.allowed))
    if set(mine.running) != set(theirs.running):
        yield Disagreement("running", _words(mine.running), _words(theirs.running))


def _bytes(mine: SideShown, theirs: SideShown) -> Iterator[Disagreement]:
    """What both have read; and who says that everything has travelled owes the bytes that the other one's machine has.

    Which machines are at rest, and may be read, is decided where reading is asked for.
    """
    for place in mine.pictures.keys() & theirs.pictures.keys():
        yield from _differing(place, mine.pictures[place], theirs.pictures[place], "the others")
    for one, other, who in ((mine, theirs, "mine"), (theirs, mine, "theirs")):
        for which, disk in one.pictures.keys() - other.pictures.keys():
            runs = (which.replace(NEWEST, RUNNING), disk)
            if NEWEST in which and runs in other.pictures:
                yield from _differing((which, disk), one.pictures[which, disk], other.pictures[runs], f"{who} alone")


def _differing(place: tuple[str, str], one: Digests, other: Digests, whose: str) -> Iterator[Disagreement]:
    if len(one) != len(other) or (one != other).any():
        which, disk = place
        blocks = f"{int((one != other).sum())} blocks" if len(one) == len(other) else "sizes"
        yield Disagreement(f"bytes of {which.partition(' ')[2]}", f"{which}/{disk}: {blocks} differ", whose)


def _regions(view: Observation) -> str:
    regions = view.regions
    words = (regions.direction, regions.active, regions.protection, regions.test_failover)
    return f"{view.machine} {'/'.join(each.value for each in words)}"


def _words(words: tuple[object, ...]) -> str:
    return ", ".join(sorted(str(getattr(each, "value", each)) for each in words)) or "none"
