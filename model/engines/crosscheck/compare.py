"""The crosscheck: one system, explored by our engines and by foreign tools, and where they disagree.

Rule: every comparison is of numbers in our terms (Counts) and of the distance to the nearest violation of each broken
`always` or `whenever`. What could not run is listed with its reason, apart from what agrees.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from siteproof import __version__
from siteproof.model.engines.crosscheck.spin import Spin
from siteproof.model.engines.crosscheck.tlc import Tlc
from siteproof.model.engines.crosscheck.tool import Counts, Room, Tool, ToolResult
from siteproof.model.engines.explore.choice import explorer
from siteproof.model.engines.explore.exploration import Exploration
from siteproof.model.engines.explore.search import Limits
from siteproof.model.language.source import SpecError
from siteproof.model.language.spec import System

TOOLS: tuple[Tool, ...] = (Spin(), Tlc())


@frozen
class CheckerOutcome:
    """What an executor says: counts (None when a number leaves its range), and broken claims with their distance."""

    counts: Counts | None
    broken: Mapping[int, int] = field(factory=dict)

    def __str__(self) -> str:
        if self.counts is None:
            return "a number leaves its range, or a claim that should hold breaks"
        c = self.counts
        broken = f", broken: {', '.join(f'{n} at {far}' for n, far in sorted(self.broken.items()))}"
        return f"{c.states:,} states, {c.transitions:,} transitions, depth {c.depth}{broken if self.broken else ''}"


@frozen
class ComparedRow:
    """One executor's outcome; `itself` holds the numbers as a foreign tool prints them."""

    name: str
    version: str
    outcome: CheckerOutcome
    itself: str = ""


@frozen
class Comparison:
    """Everybody's rows, ours first, and the tools that could not run with the reason."""

    rows: tuple[ComparedRow, ...]
    missing: tuple[tuple[str, str], ...]

    @property
    def disagreements(self) -> tuple[ComparedRow, ...]:
        """The rows that say something else than the first one."""
        return tuple(row for row in self.rows[1:] if row.outcome != self.rows[0].outcome)


def compare(
    system: System,
    engines: Sequence[str] = ("auto",),
    tools: Iterable[Tool] = TOOLS,
    limits: Limits | None = None,
    room: Room | None = None,
    tell: Callable[[str], None] = lambda _name: None,
) -> Comparison:
    """Let each engine and each tool explore the system; `tell` is told who begins."""
    rows: list[ComparedRow] = []
    for engine in engines:
        tell(engine)
        rows.append(_ours(system, engine, limits))
    able = [tool for tool in tools if not tool.missing()]
    for tool in able:
        tell(tool.name)
        rows.append(theirs(tool, system, rows[0].outcome, room or Room()))
    return Comparison(tuple(rows), tuple((tool.name, tool.missing()) for tool in tools if tool not in able))


def ours(system: System, engine: str = "auto", limits: Limits | None = None) -> CheckerOutcome:
    """What one of our engines says."""
    return _ours(system, engine, limits).outcome


def _ours(system: System, engine: str, limits: Limits | None) -> ComparedRow:
    chosen = explorer(system, engine, limits)
    try:
        outcome = outcome_of(chosen.explore())
    except SpecError:
        outcome = CheckerOutcome(None)
    return ComparedRow(f"siteproof {chosen.engine}", __version__, outcome)


def outcome_of(found: Exploration) -> CheckerOutcome:
    """An exploration in the terms of the crosscheck."""
    broken = {
        number: verdict.trace.length
        for number, verdict in enumerate(found.verdicts)
        if verdict.kind.is_safety and verdict.holds is False and verdict.trace is not None
    }
    return CheckerOutcome(Counts(found.states, found.transitions, found.depth), broken)


def theirs(tool: Tool, system: System, ours: CheckerOutcome, room: Room, broken_max: int | None = None) -> ComparedRow:
    """What a tool says: first with every claim that holds for us, then once for each (or `broken_max`) broken one."""
    holding = [n for n, claim in enumerate(system.claims) if claim.kind.is_safety and n not in ours.broken]
    whole = tool.run(system, holding if ours.counts else (), room)
    asked = sorted(ours.broken, key=lambda n: (ours.broken[n], n))[:broken_max] if whole.counts else []
    broken = dict(_broken(tool, system, asked, room))
    if broken_max is not None:
        broken |= {n: far for n, far in ours.broken.items() if n not in asked and whole.counts}
    return ComparedRow(tool.name, whole.version, _outcome(whole, broken), whole.itself)


def _broken(tool: Tool, system: System, asked: Iterable[int], room: Room) -> Iterator[tuple[int, int]]:
    for number in asked:
        at = tool.run(system, [number], room).broken_at
        if at is not None:
            yield number, at


def _outcome(whole: ToolResult, broken: Mapping[int, int]) -> CheckerOutcome:
    return CheckerOutcome(whole.counts, dict(broken))
