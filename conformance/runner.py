"""The judge: every chosen case against one subject, within bounds, whatever the subject does.

Rule: a subject's crash is data. The run goes on with a new subject, results are on disk before the next case starts,
and only a subject that cannot be talked to at all ends a run early, under its own name and exit code.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import msgspec
from attrs import evolve, frozen

from siteproof import __version__
from siteproof.conformance import results
from siteproof.conformance.carriers.bench import STRETCH_MAX, Bench
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.crew import Crew, Lost, cores, warm_up
from siteproof.conformance.player import Player, PlayOutcome, Task, work_of
from siteproof.conformance.render.headline import headline
from siteproof.conformance.request import Keeping, Request
from siteproof.conformance.verdict import INTERRUPTED, CaseResult, Report
from siteproof.conformance.worlds.meetings import Met
from siteproof.conformance.worlds.plan import Depth, WorldPlan, plan
from siteproof.conformance.worlds.world import World
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import CONTRACT_VERSIONS, Description, Unsupported
from siteproof.model.spec.registry import requirements

BREAKS_IN_A_ROW_MAX = 3
ATTEMPTS_TO_SIMPLIFY = 16
SMOKE = Scenario((MachineSpec("smoke", (DiskSpec("disk0", 16),), identity="identity-smoke"),))


def judge(request: Request, on_result: Callable[[CaseResult], None] | None = None) -> Report:
    """Judge the subject of the request by its cases; `on_result` hears of each one when it is on disk.

    Problem with exit code 3 when the adapter does not even pass the smoke, 5 when the subject is not ours and nobody
    said `own_target`.
    """
    chosen = all_cases() if request.cases is None else tuple(request.cases)
    keeping, blank, bench = request.keeping, _Blank(request), Bench(request.subject, request.timeout_seconds)
    if request.workers != 1 and len(chosen) > 1:
        warm_up()
    try:
        description = _begin(bench, blank, keeping, own_target=request.own_target)
        run = _Run(bench, description, request)
        found: list[CaseResult] = []
        try:
            run.draw_worlds(chosen)
            for result in run.results(chosen):
                found.append(result)
                (on_result or _ignore)(result)
        except KeyboardInterrupt:  # what was judged until then is a result, and it is said that it is not all
            run.stopped = f"{INTERRUPTED} after {len(found)} of {len(chosen)} cases"
    finally:
        bench.close()
    met = run.met(found, chosen)
    if met is not None:
        keeping.line(results.WorldsLine(met))
    report = blank.report(description, tuple(found), run.stopped, met)
    keeping.line(results.EndLine(report.exit_code, headline(report), run.stopped))
    return report


@frozen
class _Blank:
    """What a run is before it has met its subject."""

    request: Request

    def head(self, description: Description | None) -> results.RunLine:
        asked = self.request
        options = {name: str(value) for name, value in asked.options.items()}
        return results.RunLine(
            __version__, spec_digest(), asked.seed, asked.profile, description, asked.choice, options
        )

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
            self.request.choice,
            head.options,
            stopped,
            met,
        )


class _Run:
    """The cases of one run, in their order, whoever plays them."""

    def __init__(self, bench: Bench, description: Description, request: Request) -> None:
        self.planned: WorldPlan | None = None
        self.stopped = ""
        self._bench = bench
        self._request = request
        self._player = Player(request.for_workers(), description)
        self._here = Player(request.for_workers(), description).at(bench)
        ours = cores() if description.ours else 1
        self._workers = ours if request.workers is None else request.workers

    def draw_worlds(self, cases: Sequence[Case]) -> None:
        """Which worlds each case meets; seconds of work, for a request that wants some breadth."""
        if self._request.depth:
            self.planned = plan(cases, self._player.description, self._request.depth, self._request.seed)

    def met(self, found: Iterable[CaseResult], chosen: Iterable[Case]) -> Met | None:
        """What the worlds of these results met; None when none were drawn."""
        if self.planned is None:
            return None
        met, first_look = self.planned.met(found), self._request.depth is Depth.QUICK and not self._request.choice
        if not first_look:
            return met
        return evolve(met, cases_left_out=len(all_cases()) - sum(case.travels for case in chosen))

    def results(self, cases: Sequence[Case]) -> Iterator[CaseResult]:
        """One result per case, each on disk before it is handed out; ends early when the adapter keeps breaking."""
        breaks, times = 0, dict[str, float]()
        try:
            for outcome in self._outcomes(cases):
                result = self._kept(outcome)
                times[result.case_id] = outcome.seconds
                yield result
                breaks = breaks + 1 if outcome.broken else 0
                if breaks == BREAKS_IN_A_ROW_MAX:
                    self.stopped = f"the adapter broke in {breaks} cases in a row, last: {result.detail}"
                    return
        finally:
            self._request.keeping.times(times)

    def _kept(self, outcome: PlayOutcome) -> CaseResult:
        result, keeping = outcome.result, self._request.keeping
        result = evolve(result, detail=result.detail + keeping.words(result.case_id, outcome.said))
        result = keeping.failure(result, self._request.profile)
        keeping.line(results.CaseLine(result))
        return result

    def _outcomes(self, cases: Sequence[Case]) -> Iterator[PlayOutcome]:
        """Cases of the suite are shared; one that was made for this run is played here, before what follows it."""
        workers = min(self._workers, len(cases))
        for shared, group in groupby(cases, lambda case: case.travels and workers > 1):
            tasks = [(case, self._worlds(case)) for case in group]
            if shared:
                self._bench.rest()  # the subjects of the workers are enough
                yield from self._shared(tasks, workers)
            else:
                yield from map(self._here, tasks)

    def _shared(self, tasks: Sequence[Task], workers: int) -> Iterator[PlayOutcome]:
        """The outcomes in the order of the tasks; after an interrupt those that are known."""
        heavy_first = sorted(range(len(tasks)), key=lambda index: -work_of(tasks[index]))
        ordered = [tasks[index] for index in heavy_first]
        found: dict[int, PlayOutcome] = {}
        handed = 0
        try:
            for place, outcome in Crew(self._player, workers, self._bound(tasks)).as_they_end(ordered):
                index = heavy_first[place]
                found[index] = self._player.lost(tasks[index], outcome.why) if isinstance(outcome, Lost) else outcome
                while handed in found:
                    yield found.pop(handed)
                    handed += 1
        except KeyboardInterrupt:
            yield from (found[index] for index in sorted(found))
            raise

    def _bound(self, tasks: Sequence[Task]) -> float:
        """Of a case in all its worlds, twice each, and in simpler ones where it fails: against what nothing bounds."""
        attempts = max(len(worlds) for _, worlds in tasks) * 2 + ATTEMPTS_TO_SIMPLIFY
        return self._request.timeout_seconds * STRETCH_MAX * attempts

    def _worlds(self, case: Case) -> tuple[World, ...]:
        return self.planned.worlds[case.id] if self.planned else (self._request.world,)


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
            problem.cause += keeping.words("describe", problem.said)
        stopped = f"{problem.problem} ({problem.cause})"
        keeping.line(results.EndLine(problem.code, f"CANNOT JUDGE ({blank.request.profile.name})", stopped))
        raise
    keeping.line(blank.head(description))
    return description


def _describe(carrier: Carrier) -> Description:
    try:
        description = carrier.describe()
    except (SubjectFailed, Unsupported) as error:
        raise _broken_adapter("describe", str(error)) from error
    if description.contract not in CONTRACT_VERSIONS:
        ours = " and ".join(map(str, CONTRACT_VERSIONS))
        said = f"it speaks version {description.contract} of the contract, this judge versions {ours}"
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
