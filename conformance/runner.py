"""The judge: every chosen case against one subject, within bounds, whatever the subject does.

Rule: a subject's crash is data. The run goes on with a new subject, results are on disk before the next case starts,
and only a subject that cannot be talked to at all ends a run early, under its own name and exit code.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from attrs import evolve, frozen

from siteproof import __version__
from siteproof.conformance import results
from siteproof.conformance.attempt import Attempt
from siteproof.conformance.carriers.bench import Bench, Hung
from siteproof.conformance.carriers.broken import CarrierBroken, SubjectFailed
from siteproof.conformance.carriers.carrier import Carrier
from siteproof.conformance.case import Case, all_cases
from siteproof.conformance.render.headline import headline
from siteproof.conformance.request import REPEATED, Keeping, Request
from siteproof.conformance.verdict import INTERRUPTED, CaseResult, Report
from siteproof.conformance.worlds.meetings import Met
from siteproof.conformance.worlds.plan import Plan, plan
from siteproof.conformance.worlds.simpler import simplest, together
from siteproof.conformance.worlds.world import World
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.nouns.scenario import DiskSpec, MachineSpec, Scenario
from siteproof.model.nouns.subject import CONTRACT_VERSION, Description, Unsupported
from siteproof.model.spec.registry import requirements

BREAKS_IN_A_ROW_MAX = 3
SMOKE = Scenario((MachineSpec("smoke", (DiskSpec("disk0", 16),), identity="identity-smoke"),))


def judge(request: Request, on_result: Callable[[CaseResult], None] | None = None) -> Report:
    """Judge the subject of the request by its cases; `on_result` hears of each one when it is on disk.

    Problem with exit code 3 when the adapter does not even pass the smoke, 5 when the subject is not ours and nobody
    said `own_target`.
    """
    chosen = all_cases() if request.cases is None else tuple(request.cases)
    keeping, blank, bench = request.keeping, _Blank(request), Bench(request.subject, request.timeout_seconds)
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
    met = run.planned.met(found) if run.planned else None
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
    """The cases of one run, one after another."""

    def __init__(self, bench: Bench, description: Description, request: Request) -> None:
        self.planned: Plan | None = None
        self._depth = request.depth
        self._world = request.world
        self._breadth = request.taken
        self._bench = bench
        self._description = description
        self._profile = request.profile
        self._seed = request.seed
        self._keeping = request.keeping
        self.stopped = ""

    def draw_worlds(self, cases: Sequence[Case]) -> None:
        """Which worlds each case meets; seconds of work, for a request that wants some breadth."""
        if self._depth:
            self.planned = plan(cases, self._description, self._depth, self._seed)

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
        for world in self.planned.worlds[case.id] if self.planned else (self._world,):
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
        attempt = Attempt(case, self._description, self._profile, self._seed, world, self._breadth)
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
        keeping.line(results.EndLine(problem.code, f"CANNOT JUDGE ({blank.request.profile.name})", stopped))
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
