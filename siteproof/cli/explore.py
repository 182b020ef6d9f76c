"""`siteproof explore`: every reachable state of a specification, a verdict for every claim, shortest traces.

Nothing is printed that depends on the clock: the same specification and bounds give the same output.
"""

import json
import sys
from collections.abc import Iterable, Iterator

import attrs
import click

from siteproof import __version__
from siteproof.model.engine.exploration import Exploration, Verdict, report
from siteproof.model.engine.goal import goal
from siteproof.model.engine.search import MEBIBYTE, Level, Limits, Search, reach
from siteproof.model.engine.trace import Trace, trace_to
from siteproof.model.language.spec import System
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.specs import known

MARKS = {True: "ok", False: "FAIL", None: "open"}


@click.command()
@click.argument("spec", required=False, default="replication")
@click.option("--machines", type=int, help="how many machines")
@click.option("--blocks", type=int, help="blocks of each disk")
@click.option("--versions", type=int, help="versions of each block")
@click.option("--points", type=int, help="recovery points that are kept")
@click.option("--trace-to", metavar="STATE", help="the shortest way to a state, for example 'protection=committed'")
@click.option("--states-max", type=click.IntRange(min=1), default=Limits().states_max, show_default=True)
@click.option("--memory-mib", type=click.IntRange(min=1), default=2048, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explore(spec: str, trace_to: str | None, states_max: int, memory_mib: int, form: str, **bounds: int | None) -> int:
    """Explore all reachable states of SPEC (default: replication) and judge its claims.

    Exit code 0 when every claim holds, 1 when one is violated, 2 on wrong usage, 3 when the limits are too small.
    """
    system = known(spec).system({name: value for name, value in bounds.items() if value is not None})
    search = Search(system, Limits(states_max, memory_mib * MEBIBYTE))
    options = " ".join(f"{name}={value}" for name, value in system.bounds.items())
    title = f"siteproof {__version__} · explore {spec} · seed none (exhaustive) · {options or 'no bounds'}"
    if trace_to is not None:
        return _show_way(search, trace_to, title, form)
    return _show_everything(search, title, form)


def _show_everything(search: Search, title: str, form: str) -> int:
    interrupted = False
    try:
        search.run(_progress if sys.stderr.isatty() and form == "text" else None)
    except KeyboardInterrupt:
        interrupted = True
    found = report(search)
    if form == "json":
        _emit({"title": title, **attrs.asdict(found)})
    else:
        click.echo("\n".join([title, *_lines(found), *_unasked(search.program.system), _summary(found)]))
    return ExitCode.INTERRUPTED if interrupted else ExitCode.VIOLATION if found.violated else ExitCode.OK


def _show_way(search: Search, text: str, title: str, form: str) -> int:
    wanted = goal(search.program.system, text)
    number = reach(search, wanted.holds)
    way = trace_to(search, number) if number is not None else None
    if form == "json":
        _emit({"title": title, "goal": text, "reachable": way is not None, "trace": way and attrs.asdict(way)})
    elif way is None:
        click.echo(f"{title}\nUNREACHABLE  {text}: none of {len(search.states):,} states")
    else:
        click.echo("\n".join([title, f"REACHABLE  {text}: {way.length} steps, none shorter", *_steps(way, "  ")]))
    return ExitCode.VIOLATION if way is None else ExitCode.OK


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


def _unasked(system: System) -> Iterator[str]:
    for claim in system.unasked:
        needs = ", ".join(f"{name} >= {least}" for name, least in claim.needs.items())
        name = claim.name.replace("_", " ")
        yield f"not asked at these bounds: {claim.rule} {claim.kind.value} {name} (needs {needs})"


def _verdict_lines(verdict: Verdict) -> Iterator[str]:
    name = verdict.name.replace("_", " ")
    steps = f"  ({_length(verdict.trace)})" if verdict.trace is not None else ""
    yield f"{MARKS[verdict.holds]:<5} {verdict.rule:<7} {verdict.kind.value:<9}  {name}{steps}"
    if verdict.holds is False:
        yield f"      {verdict.doc}"
        yield from [f"      why: {verdict.why}"] if verdict.why else ["      it has to be possible, and is not"]
        yield from _steps(verdict.trace, "      ")


def _steps(trace: Trace | None, indent: str) -> Iterator[str]:
    """One line for each step, with every change; the names are cut to what tells them apart."""
    steps = trace.steps if trace is not None else ()
    width = max((len(step.name) for step in steps), default=0)
    for number, step in enumerate(steps, 1):
        changes = " · ".join(f"{_short(c.variable)} {c.before} → {c.after}" for c in step.changes)
        yield f"{indent}{number:>3}  {step.rule:<7} {step.name:<{width}}  {changes}"


def _short(variable: str) -> str:
    """`machine.dirty[0]` as `dirty[0]`; a numbered machine keeps its number."""
    return variable.removeprefix("machine.")


def _length(trace: Trace | None) -> str:
    steps = trace.length if trace is not None else 0
    return f"{steps} step{'' if steps == 1 else 's'}"


def _summary(found: Exploration) -> str:
    if found.violated:
        return f"VIOLATED ({found.spec}): {_listed(verdict.rule for verdict in found.violated)}"
    if not found.complete:
        return f"OPEN ({found.spec}): no violation so far"
    return f"HOLDS ({found.spec}): {len(found.verdicts)} claims in all {found.states:,} states"


def _listed(rules: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(rules))


def _progress(level: Level) -> None:
    """One line on a terminal, overwritten level by level and by the title at the end."""
    click.echo(f"  depth {level.depth} · {level.states:,} states\r", nl=False, err=True)


def _emit(data: dict[str, object]) -> None:
    click.echo(json.dumps(data, indent=1))
