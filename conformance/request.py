"""What a run of the judge is asked for: the subject, the cases, how deep, and where its traces are left.

Rule: everything that a verdict may depend on stands in the request; whoever only listens is no part of it.
"""

import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from attrs import evolve, field, frozen

from siteproof.conformance import results, times
from siteproof.conformance.carriers.target import SubjectAddress
from siteproof.conformance.case import Case
from siteproof.conformance.failures import save, save_words
from siteproof.conformance.verdict import CaseResult, Verdict
from siteproof.conformance.worlds.plan import EFFORTS, Depth
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.subject import Subject

TIMEOUT_SECONDS = 30.0
REPEATED = (Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR)


@frozen
class Keeping:
    """Where a run leaves its traces: the results file, and the folder of replayable failures with their target.

    `date` and `site` stand in the record's head, for those who read the report later.
    """

    results_path: Path | None = None
    failures_folder: Path | None = None
    target: SubjectAddress | None = None
    date: str = ""
    site: str = ""

    def line(self, line: results.Line) -> None:
        """Append one line, if results are kept."""
        if isinstance(line, results.RunLine):
            line = msgspec.structs.replace(line, date=self.date, site=self.site)
        if self.results_path is not None:
            results.append(self.results_path, line)

    def words(self, name: str, said: str) -> str:
        """Keep all that a dying adapter said on stderr; where it is kept, or nothing."""
        if self.failures_folder is None or not said.strip():
            return ""
        return f"; all of its stderr: {save_words(self.failures_folder, name, said)}"

    def times(self, seconds: Mapping[str, float]) -> None:
        """Keep how long each case took, beside the results: two equal runs have equal results."""
        if self.results_path is not None:
            times.save(self.results_path, seconds)

    def failure(self, result: CaseResult, profile: Profile) -> CaseResult:
        """Keep a failure so that it can be replayed, if failures are kept."""
        if self.failures_folder is None or self.target is None or result.verdict not in REPEATED:
            return result
        path = save(self.failures_folder, self.target, profile, result)
        return evolve(result, replay=f"siteproof replay {shlex.quote(str(path))}")


@frozen
class Request:
    """Judge what `subject` makes by `cases` (all when None); each case gets `timeout_seconds` for each world.

    `depth` draws the worlds in which the cases are played; None plays each of them once, in `world`. `choice` tells
    readers that not all cases were meant; `options` are printed with the verdict. `workers` processes share the cases,
    and then `subject` is pickled; None: as many as there are cores, for a throw-away subject. They change no result.
    """

    subject: Callable[[], Subject]
    cases: Iterable[Case] | None = None
    profile: Profile = CORE
    seed: int = 0
    timeout_seconds: float = TIMEOUT_SECONDS
    own_target: bool = False
    keeping: Keeping = field(factory=Keeping)
    choice: str = ""
    options: Mapping[str, Any] = field(factory=dict)
    depth: Depth | None = None
    world: World = PLAIN
    breadth: int = 1
    workers: int | None = 1

    def for_workers(self) -> "Request":
        """What a process that plays some of the cases has to know."""
        return evolve(self, cases=(), keeping=Keeping(), options={}, choice="")

    @property
    def taken(self) -> int:
        """How many of the choices that a case leaves to the seed it takes: the depth's, or as many as were named."""
        return EFFORTS[self.depth].breadth if self.depth else self.breadth
