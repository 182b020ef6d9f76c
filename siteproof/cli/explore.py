"""`siteproof explore`: every reachable state of a specification, a verdict for every claim, shortest traces.

Nothing on standard output depends on the clock: the same specification and bounds give the same output. Only the
signs of life of a long run do, and they go to standard error.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs
import click

from siteproof import __version__
from siteproof.cli.bounds import bound_options, given
from siteproof.cli.explain_specs import listing
from siteproof.cli.explore_options import refuse_contradictions
from siteproof.cli.graph import graph_option, searched, write_graph
from siteproof.cli.memory import memory_option
from siteproof.cli.options import format_option, whole
from siteproof.cli.signs_of_life import beating
from siteproof.cli.specs import spec_argument, spec_named
from siteproof.cli.traces import itf_option, write_trace, write_violation
from siteproof.model.engines.explore.choice import ENGINES, explorer, orbits_of
from siteproof.model.engines.explore.exploration import ClaimVerdict, Exploration, verdict_of
from siteproof.model.engines.explore.explorer import Explorer
from siteproof.model.engines.explore.goal import goal
from siteproof.model.engines.explore.promises import STATES_MAX as PROMISED_STATES_MAX
from siteproof.model.engines.explore.promises import with_promises
from siteproof.model.engines.explore.search import MEBIBYTE, Limits, Search, SearchLevel, first_violation
from siteproof.model.engines.explore.trace import Trace, TraceStep
from siteproof.model.engines.formats.itf import itf
from siteproof.model.language.claims import ClaimKind
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode

STATES_MAX = 10_000_000_000
MARKS = {True: "ok", False: "FAIL", None: "open"}


def _list(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo("\n".join([f"siteproof {__version__} · explore --list", *listing()]))
        context.exit()


@click.command()
@spec_argument("replication")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="name every specification, and every wrong design with what it breaks",
)
@bound_options
@click.option("--trace-to", metavar="QUERY", help="the shortest way to a state: 'phase=committed and not drill=true'")
@click.option("--web", is_flag=True, help="walk it in a browser, on this machine only")
@click.option("--port", type=whole(0, 65535), default=8642, show_default=True, help="with --web; 0: any free one")
@click.option("--export", "page", type=click.Path(path_type=Path), metavar="FILE.html", help="that page as one file")
@click.option("--trace", "traces", type=click.Path(path_type=Path), multiple=True, metavar="FILE",
              help="with --web or --export: a failure, finding, history, log or ITF trace to step through")  # fmt: skip
@click.option("--engine", type=click.Choice(ENGINES), default="auto", show_default=True, help="how to search")
@click.option(
    "--first", is_flag=True, help="stop at the first violated claim: its shortest trace, as soon as it is there"
)
@click.option("--symmetry", is_flag=True, help="visit one of several equal orders of components; count all of them")
@itf_option
@graph_option
@click.option("--states-max", type=whole(1), default=STATES_MAX, show_default=True, help="Stop beyond.")
@memory_option("for example 512M")
@format_option("text", "json", "itf")
def explore(
    spec: str,
    *,
    trace_to: str | None,
    engine: str,
    states_max: int,
    memory: int,
    form: str,
    first: bool,
    symmetry: bool,
    target: Path | None,
    page: Path | None,
    itf_file: Path | None,
    traces: tuple[Path, ...],
    web: bool,
    port: int,
    **bounds: object,
) -> int:
    """Explore all reachable states of SPEC (default: replication; --list names all) and judge its claims.

    Exit code 0 when every claim holds, 1 when one is violated, 2 on wrong usage, 3 when the limits are too small.
    """
    refuse_contradictions(click.get_current_context())
    chosen = spec_named(spec)
    system = chosen.system(given(bounds))
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    title = f"siteproof {__version__} · explore {spec} · seed none (exhaustive) · {options or 'no bounds'}"
    if web or page is not None:
        from siteproof.cli import explore_page  # noqa: PLC0415  (a search in a terminal needs no server)

        asked = explore_page.PageAsked(traces, trace_to, title)
        if page is None:
            return explore_page.serve(chosen, system, port, asked)
        return explore_page.export(chosen, system, page, asked)
    if first:
        if trace_to is not None or symmetry or engine not in {"auto", "plain"} or form != "text":
            raise click.UsageError("--first is the plain search, as text: leave the other options out")
        return _show_first(Search(system, Limits(states_max, memory)), title, itf_file)
    if form == "itf" and trace_to is None:
        raise click.UsageError("--format itf is for traces: add --trace-to STATE")
    if target is not None:
        write_graph(searched(system), target)
    search = explorer(system, engine, Limits(states_max, memory), up_to_symmetry=symmetry)
    if trace_to is not None:
        return _show_way(search, system, trace_to, title, form, itf_file)
    return _show_everything(search, system, title, form, itf_file)


def _show_everything(search: Explorer, system: System, title: str, form: str, itf_file: Path | None) -> int:
    watched = _LastLevel(search)
    with beating(watched.line):
        found = with_promises(search.explore(watched), system, watched)
    if form == "json":
        _emit({"title": title, "engine": search.engine, "orbits": orbits_of(search), **attrs.asdict(found)})
    else:
        counts, *lines = _lines(found)
        click.echo("\n".join([title, counts, *_engine(search), *lines, *_unasked(system, found), _summary(found)]))
    if itf_file is not None:
        write_violation(itf_file, system, found.violated)
    if not found.complete:
        return ExitCode.INTERRUPTED
    return ExitCode.VIOLATION if found.violated else ExitCode.OK


def _show_first(search: Search, title: str, itf_file: Path | None) -> int:
    found = first_violation(search)
    seen = f"{len(search.states):,} states"
    if found is None:
        click.echo(f"{title}\nHOLDS  no claim is violated in any of all {seen}")
        if itf_file is not None:
            write_violation(itf_file, search.program.system, ())
        return ExitCode.OK
    verdict = verdict_of(search, found[0])
    click.echo("\n".join([title, f"stopped after {seen}: no violation is nearer", *_verdict_lines(verdict)]))
    if itf_file is not None:
        write_violation(itf_file, search.program.system, (verdict,))
    return ExitCode.VIOLATION


def _show_way(search: Explorer, system: System, text: str, title: str, form: str, itf_file: Path | None) -> int:
    wanted, watched = goal(system, text), _LastLevel(search)
    with beating(watched.line):
        way = search.way_to(wanted, watched)
    if itf_file is not None and way.trace is not None:
        write_trace(itf_file, system, way.trace, f"the shortest way to {text}")
    if form == "itf" and way.trace is not None:
        click.echo(title, err=True)  # standard output is the trace itself
        click.echo(itf(system, way.trace, f"the shortest way to {text}"), nl=False)
    elif form == "json":
        trace = way.trace and attrs.asdict(way.trace)
        _emit(
            {"title": title, "engine": search.engine, "goal": text, "reachable": way.depth is not None, "trace": trace}
        )
    elif way.depth is None:
        click.echo(f"{title}\nUNREACHABLE  {text}: none of {way.states:,} states")
    else:
        lost = [] if way.trace is not None else ["  the steps take more memory: give it more with --memory"]
        steps = [f"REACHABLE  {text}: {_steps_long(way.depth)}, none shorter", *_steps(way.trace, "  "), *lost]
        click.echo("\n".join([title, *steps]))
    return ExitCode.VIOLATION if way.depth is None else ExitCode.OK


def _engine(search: Explorer) -> Iterator[str]:
    """Which engine ran and why, and how many states there are up to the order of equal components."""
    yield f"engine {search.engine}" + (f": {search.reason}" if search.reason else "")
    orbits = orbits_of(search)
    if orbits is not None:
        yield f"{orbits:,} states up to the order of equal components"


def _lines(found: Exploration) -> Iterator[str]:
    covered = "all reachable states" if found.complete else "INCOMPLETE: interrupted"
    counts = f"{found.states:,} states · {found.transitions:,} transitions · depth {found.depth}"
    yield f"{counts} · {covered}"
    for verdict in found.verdicts:
        yield from _verdict_lines(verdict)
    if found.never_fired:
        yield f"never possible: {', '.join(found.never_fired)}"
    if found.idle:
        yield f"never changes anything: {', '.join(found.idle)}"
    if found.deadlocks:
        yield f"nothing goes on in {found.deadlocks} states; the nearest is {_length(found.deadlock)} away"


def _unasked(system: System, found: Exploration) -> Iterator[str]:
    yield from _unjudged(system, found)
    for claim in system.unasked:
        needs = ", ".join(f"{name} >= {least}" for name, least in claim.needs.items())
        name = claim.name.replace("_", " ")
        yield f"not asked at these bounds: {claim.rule} {claim.kind.value} {name} (needs {needs})"


def _unjudged(system: System, found: Exploration) -> Iterator[str]:
    """Promises speak of runs: they are judged on a whole graph that is not too large."""
    judged = {verdict.rule for verdict in found.verdicts if verdict.kind is ClaimKind.EVENTUALLY}
    reason = "the search was interrupted" if not found.complete else f"more than {PROMISED_STATES_MAX:,} states"
    for promise in system.promises:
        if promise.rule not in judged:
            yield f"not asked: {promise.rule} eventually {promise.name.replace('_', ' ')} ({reason})"


def _verdict_lines(verdict: ClaimVerdict) -> Iterator[str]:
    name = verdict.name.replace("_", " ")
    yield f"{MARKS[verdict.holds]:<5} {verdict.rule:<7} {verdict.kind.value:<10} {name}{_steps_of(verdict)}"
    if verdict.holds is False:
        yield from (f"      {line}" for line in verdict.doc.splitlines() if line)
        yield f"      {_why(verdict)}"
        yield from _steps(verdict.trace, "      ")
        yield from _loop_lines(verdict)


def _steps_of(verdict: ClaimVerdict) -> str:
    if verdict.trace is None:
        return ""
    loop = f", then {_steps_long(len(verdict.loop))} again and again" if verdict.loop else ""
    return f"  ({_length(verdict.trace)}{loop})"


def _why(verdict: ClaimVerdict) -> str:
    if verdict.kind is ClaimKind.EVENTUALLY and verdict.trace is None:
        return "its condition never comes about, so nothing is promised"
    return f"why: {verdict.why}" if verdict.why else "it has to be possible, and is not"


def _loop_lines(verdict: ClaimVerdict) -> Iterator[str]:
    """What goes on for ever; a run that stays where it is has nothing left that has to happen."""
    if verdict.loop is None or verdict.trace is None:
        return
    if not verdict.loop:
        yield "      and so it stays: nothing that is counted on can happen here"
        return
    yield "      and then again and again"
    yield from _numbered(verdict.loop, "      ", verdict.trace.length + 1)


def _steps(trace: Trace | None, indent: str) -> Iterator[str]:
    """One line for each step, with every change; the names are cut to what tells them apart."""
    return _numbered(trace.steps if trace is not None else (), indent, 1)


def _numbered(steps: Sequence[TraceStep], indent: str, first: int) -> Iterator[str]:
    width = max((len(step.name) for step in steps), default=0)
    for number, step in enumerate(steps, first):
        changes = " · ".join(f"{_short(c.variable)} {c.before} → {c.after}" for c in step.changes)
        yield f"{indent}{number:>3}  {step.rule:<7} {step.name:<{width}}  {changes}"


def _short(variable: str) -> str:
    """`machine.dirty[0]` as `dirty[0]`; a numbered machine keeps its number."""
    return variable.removeprefix("machine.")


def _length(trace: Trace | None) -> str:
    return _steps_long(trace.length) if trace is not None else "more steps than memory was given for"


def _steps_long(steps: int) -> str:
    return f"{steps} step{'' if steps == 1 else 's'}"


def _summary(found: Exploration) -> str:
    if found.violated:
        return f"VIOLATED ({found.spec}): {_listed(verdict.rule for verdict in found.violated)}"
    if not found.complete:
        return f"OPEN ({found.spec}): no violation so far"
    return f"HOLDS ({found.spec}): {len(found.verdicts)} claims in all {found.states:,} states"


def _listed(rules: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(rules))


class _LastLevel:
    """What a search has told of its levels, for a line about it at any moment."""

    def __init__(self, search: Explorer) -> None:
        self._search = search
        self._level = SearchLevel(0, 1, 1, 0)

    def __call__(self, level: SearchLevel) -> None:
        self._level = level

    def line(self, seconds: float) -> str:
        """Depth, states, speed and memory."""
        speed, size = self._level.states / seconds, self._search.memory_bytes // MEBIBYTE
        return f"depth {self._level.depth} · {self._level.states:,} states · {speed:,.0f} states/s · {size:,} MiB"


def _emit(data: dict[str, object]) -> None:
    click.echo(json.dumps(data, indent=1))
