"""The judge: every chosen case against one subject, within bounds, whatever the subject does.

Rule: a subject's crash is data. The run goes on with a new subject, results are on disk before the next case starts,
and only a subject that cannot be talked to at all ends a run early, under its own name and exit code.
"""

import hashlib
import shlex
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from attrs import evolve, frozen

from siteproof import __version__
from siteproof.conformance import results
from siteproof.conformance.attempt import Attempt
from siteproof.conformance.carriers.bench import Bench, Hung
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.carriers.target import Target
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.failures import save, save_words
from siteproof.conformance.render.headline import headline
from siteproof.conformance.verdict import INTERRUPTED, CaseResult, Report, Verdict
from siteproof.conformance.worlds.meetings import Met
from siteproof.conformance.worlds.plan import Depth, Plan, plan
from siteproof.conformance.worlds.simpler import simplest, together
from siteproof.conformance.worlds.world import PLAIN, World
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.profile import CORE, Profile
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import CONTRACT_VERSION, Description, Subject, Unsupported
from siteproof.model.spec.registry import requirements

TIMEOUT_SECONDS = 30.0
BREAKS_IN_A_ROW_MAX = 3
SMOKE = Scenario((MachineSpec("smoke", (DiskSpec("disk0", 16),), identity="identity-smoke"),))
REPEATED = (Verdict.FAIL, Verdict.DISHONEST, Verdict.ERROR)


@frozen
class Keeping:
    """Where a run leaves its traces: the results file, and the folder of replayable failures with their target.

    `date` and `site` stand in the record's head, for those who read the report later.
    """

    results_path: Path | None = None
    failures_folder: Path | None = None
    target: Target | None = None
    date: str = ""
    site: str = ""

    def line(self, line: results.Line) -> None:
        """Append one line, if results are kept."""
        if isinstance(line, results.RunLine):
            line = msgspec.structs.replace(line, date=self.date, site=self.site)
        if self.results_path is not None:
            results.append(self.results_path, line)

    def words(self, name: str, broken: CarrierBroken | None) -> str:
        """Keep all that a dying adapter wrote on stderr; where it is kept, or nothing."""
        if self.failures_folder is None or broken is None or not broken.said.strip():
            return ""
        return f"; all of its stderr: {save_words(self.failures_folder, name, broken.said)}"

    def failure(self, result: CaseResult, profile: Profile) -> CaseResult:
        """Keep a failure so that it can be replayed, if failures are kept."""
        if self.failures_folder is None or self.target is None or result.verdict not in REPEATED:
            return result
        path = save(self.failures_folder, self.target, profile, result)
        return evolve(result, replay=f"siteproof replay {shlex.quote(str(path))}")


def judge(
    subject_factory: Callable[[], Subject],
    cases: Iterable[Case] | None = None,
    profile: Profile = CORE,
    seed: int = 0,
    on_result: Callable[[CaseResult], None] | None = None,
    results_path: Path | None = None,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    own_target: bool = False,
    keeping: Keeping | None = None,
    choice: str = "",
    options: Mapping[str, Any] | None = None,
    depth: Depth | None = None,
    world: World = PLAIN,
) -> Report:
    """Judge what the factory makes by `cases` (all when None); each case gets `timeout_seconds` for each world.

    `depth` draws the worlds in which the cases are played; None plays each of them once, in `world`.

    Problem with exit code 3 when the adapter does not even pass the smoke, 5 when the subject is not ours and nobody
    said `own_target`. `choice` tells readers that not all cases were meant; `options` are printed with the verdict.
    """
    keeping = keeping or Keeping(results_path)
    chosen = all_cases() if cases is None else tuple(cases)
    blank = _Blank(profile, seed, choice, options or {})
    bench = Bench(subject_factory, timeout_seconds)
    try:
        description = _begin(bench, blank, keeping, own_target=own_target)
        planned = plan(chosen, description, depth, seed) if depth else None
        run = _Run(bench, description, profile, seed, keeping, planned, world)
        found: list[CaseResult] = []
        try:
            for result in run.results(chosen):
                found.append(result)
                (on_result or _ignore)(result)
        except KeyboardInterrupt:  # what was judged until then is a result, and it is said that it is not all
            run.stopped = f"{INTERRUPTED} after {len(found)} of {len(chosen)} cases"
    finally:
        bench.close()
    met = planned.met(found) if planned else None
    if met is not None:
        keeping.line(results.WorldsLine(met))
    report = blank.report(description, tuple(found), run.stopped, met)
    keeping.line(results.EndLine(report.exit_code, headline(report), run.stopped))
    return report


@frozen
class _Blank:
    """What a run is before it has met its subject."""

    profile: Profile
    seed: int
    choice: str
    options: Mapping[str, Any]

    def head(self, description: Description | None) -> results.RunLine:
        options = {name: str(value) for name, value in self.options.items()}
        return results.RunLine(__version__, spec_digest(), self.seed, self.profile, description, self.choice, options)

    def report(self, description: Description, found: tuple[CaseResult, ...], stopped: str, met: Met | None) -> Report:
        head = self.head(description)
        assert head.description is not None
        return Report(
            head.description,
            head.profile,
            head.seed,
            head.version,
            head.spec_digest,
            found,
            self.choice,
            head.options,
            stopped,
            met,
        )


class _Run:
    """The cases of one run, one after another."""

    def __init__(
        self,
        bench: Bench,
        description: Description,
        profile: Profile,
        seed: int,
        keeping: Keeping,
        planned: Plan | None,
        world: World,
    ) -> None:
        self._planned = planned
        self._world = world
        self._bench = bench
        self._description = description
        self._profile = profile
        self._seed = seed
        self._keeping = keeping
        self.stopped = ""

    def results(self, cases: Iterable[Case]) -> Iterator[CaseResult]:
        """One result per case, each on disk before it is handed out; ends early when the adapter keeps breaking."""
        breaks = 0
        for case in cases:
            began = time.monotonic()
            result, broken = self._everywhere(case)
            result = evolve(result, detail=result.detail + self._keeping.words(case.id, broken))
            result = evolve(self._keeping.failure(result, self._profile), seconds=round(time.monotonic() - began, 3))
            self._keeping.line(results.CaseLine(result))
            yield result
            breaks = breaks + 1 if broken else 0
            if breaks == BREAKS_IN_A_ROW_MAX:
                self.stopped = f"the adapter broke in {breaks} cases in a row, last: {result.detail}"
                return

    def _everywhere(self, case: Case) -> tuple[CaseResult, CarrierBroken | None]:
        """The case in each of its worlds, until one goes wrong; that one is then shown as simply as it can be."""
        found: list[CaseResult] = []
        for world in self._planned.worlds[case.id] if self._planned else (self._world,):
            result, broken = self._twice(case, world)
            found.append(result)
            if result.verdict in REPEATED:
                simple = result if broken else simplest(result, lambda plainer: self._once(case, plainer)[0])
                return together([*found[:-1], simple]), broken
        return together(found), None

    def _twice(self, case: Case, world: World) -> tuple[CaseResult, CarrierBroken | None]:
        """Repeat what went wrong once: a verdict that differs the second time is worth saying."""
        first, broken = self._once(case, world)
        if first.verdict not in REPEATED or isinstance(broken, Hung):
            return first, broken
        second, broken = self._once(case, world)
        if second.verdict is first.verdict:
            return first, broken
        detail = f"{first.detail}{'; ' if first.detail else ''}flaky: a second run came out as {second.verdict.value}"
        return evolve(first, flaky=True, detail=detail), broken

    def _once(self, case: Case, world: World) -> tuple[CaseResult, CarrierBroken | None]:
        """The result, and what broke the connection if anything did."""
        attempt = Attempt(case, self._description, self._profile, self._seed, world)
        unable = attempt.not_started()
        if unable is not None:
            return unable, None
        try:
            return self._bench.run(attempt.run), None
        except CarrierBroken as broken:
            return attempt.ended_by(broken), broken


def spec_digest() -> str:
    """Eight bytes that name the specification: every requirement's id, level and sentence."""
    lines = [(each.id, each.level.value, each.sentence) for each in requirements.requirements()]
    return hashlib.blake2b(msgspec.json.encode(lines), digest_size=8).hexdigest()


def _begin(bench: Bench, blank: _Blank, keeping: Keeping, *, own_target: bool) -> Description:
    try:
        description = bench.run(_describe)
        _consent(description, own_target=own_target)
        bench.run(_smoke)
    except Problem as problem:
        keeping.line(blank.head(None))
        if isinstance(problem, CarrierBroken):
            problem.cause += keeping.words("describe", problem)
        stopped = f"{problem.problem} ({problem.cause})"
        keeping.line(results.EndLine(problem.code, f"CANNOT JUDGE ({blank.profile.name})", stopped))
        raise
    keeping.line(blank.head(description))
    return description


def _describe(carrier: Carrier) -> Description:
    try:
        description = carrier.describe()
    except (SubjectFailed, Unsupported) as error:
        raise _broken_adapter("describe", str(error)) from error
    if description.contract != CONTRACT_VERSION:
        said = f"it speaks version {description.contract} of the contract, this judge version {CONTRACT_VERSION}"
        raise _broken_adapter("describe", said)
    return description


def _smoke(carrier: Carrier) -> None:
    """The least that an adapter must do: set up one machine and show it."""
    for op, step in (("reset", lambda: carrier.reset(SMOKE)), ("observe", lambda: carrier.observe("smoke"))):
        try:
            step()
        except (SubjectFailed, Unsupported) as error:
            raise _broken_adapter(op, str(error) or "unsupported") from error


def _broken_adapter(op: str, cause: str) -> Problem:
    hint = "describe, reset and observe must work before anything can be judged; this says nothing of the product"
    return Problem(f"the adapter is broken: no usable answer to `{op}`", cause, hint, ExitCode.CANNOT_JUDGE)


def _consent(description: Description, *, own_target: bool) -> None:
    if description.ours or own_target:
        return
    raise Problem(
        f"nothing was started against {description.name}",
        "it does not call itself a throw-away subject, and judging it erases what it holds",
        "add --i-own-this-target if it is yours to erase",
        ExitCode.NOTHING_RAN,
    )


def _ignore(_: CaseResult) -> None:
    """Nobody listens."""
