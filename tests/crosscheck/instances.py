"""Systems that executors have to agree on: random ones, and mutants of the model at small bounds; who runs them."""

import itertools
from collections.abc import Callable, Iterator

from attrs import frozen

from siteproof.model.engines.crosscheck.chance import random_system
from siteproof.model.engines.crosscheck.compare import CheckerOutcome, ours, theirs
from siteproof.model.engines.crosscheck.mutants import mutants
from siteproof.model.engines.crosscheck.spin import Spin
from siteproof.model.engines.crosscheck.tlc import Tlc
from siteproof.model.engines.crosscheck.tool import Room, Tool
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.search import Limits
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import known
from tests.crosscheck.executors import by_evaluation, by_json

STATES_MAX = 3_000
ROOM = Room(seconds_max=120, memory_mib_max=512)
SMALL: tuple[tuple[str, dict[str, int]], ...] = (
    ("lifecycle", {}),
    ("replication", {"blocks": 1, "versions": 2, "points": 1}),
    ("resync_protocol", {"blocks": 1, "versions": 2}),
    ("groups", {"members": 2, "writes": 1}),
)
TOOLS: tuple[Tool, ...] = (Spin("-O0"), Tlc(("-XX:TieredStopAtLevel=1",)))
"""As they start fastest: these systems are small."""

ENGINES = ("plain", "rows-std", "rows", "packed")


@frozen(eq=False)
class Instance:
    """A system with a name that tells how to make it again."""

    label: str
    system: System


def instances(seed: int) -> Iterator[Instance]:
    """Random systems and mutants in turn, without end, none with more than STATES_MAX states."""
    streams = [_random(seed), *(_mutated(name, bounds, seed) for name, bounds in SMALL)]
    for stream in itertools.cycle(streams):
        yield next(each for each in stream if _is_small(each.system))


def _random(seed: int) -> Iterator[Instance]:
    return (Instance(f"random_system({number})", random_system(number)) for number in itertools.count(seed * 10_000))


def _mutated(name: str, bounds: dict[str, int], seed: int) -> Iterator[Instance]:
    for number, mutant in enumerate(mutants(known(name), seed, bounds)):
        yield Instance(f"mutant {number} of {name}, seed {seed}: {mutant.edit}", mutant.spec.system(bounds))


def _is_small(system: System) -> bool:
    try:
        ours(system, "plain", Limits(states_max=STATES_MAX))
    except Problem as problem:
        return problem.code is not ExitCode.CANNOT_JUDGE
    return True


def outcomes(system: System, *, foreign: bool) -> tuple[dict[str, CheckerOutcome], dict[str, str]]:
    """What each executor says, and why others could not run."""
    executors: dict[str, Callable[[System], CheckerOutcome]] = {"evaluate": by_evaluation, "json": by_json}
    said = {name: execute(system) for name, execute in executors.items()}
    refused: dict[str, str] = {}
    for engine in ENGINES:
        try:
            explorer(system, engine, Limits())
        except Problem as problem:
            refused[engine] = str(problem)
        else:
            said[engine] = ours(system, engine)
    for tool in TOOLS if foreign else ():
        if tool.missing():
            refused[tool.name] = tool.missing()
        else:
            said[tool.name] = theirs(tool, system, said["plain"], ROOM, broken_max=1).outcome
    return said, refused
