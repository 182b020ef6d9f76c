"""`siteproof prove`: the claims of a specification, proved for every reachable state and every size, by induction.

Nothing is printed that depends on the clock: the same specification and bounds give the same output.
"""

import json
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs
import click

from siteproof import __version__
from siteproof.cli.prove_all import prove_all
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.open_bounds import open_bounds
from siteproof.model.specs import known

if TYPE_CHECKING:
    from siteproof.model.prove.induction import Gap, Proof


@click.command()
@click.argument("spec", required=False)
@click.option("--machines", type=int, help="how many machines")
@click.option("--blocks", type=int, help="blocks of each disk")
@click.option("--versions", type=int, help="versions of each block")
@click.option("--points", type=int, help="recovery points that are kept")
@click.option("--every", metavar="BOUNDS", help="bounds for which every value is meant, for example machines,versions")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def prove(spec: str | None, every: str | None, form: str, **bounds: int | None) -> int:
    """Prove the claims of SPEC by induction; without it those of every right one (with bounds: of replication).

    Exit code 0 when proved, 1 when an action breaks a claim, 2 on wrong usage, 3 when it cannot be decided.
    """
    from siteproof.model.prove.induction import prove as attempt  # noqa: PLC0415  (z3 only when it proves)

    _end_at_once_when_interrupted()
    chosen = {name: value for name, value in bounds.items() if value is not None}
    if spec is None and every is None and not chosen:
        return prove_all(form)
    spec = spec or "replication"
    proof = attempt(known(spec), chosen, _every(spec, every))
    title = f"siteproof {__version__} · prove {spec} · seed none (exhaustive) · {_bounds(proof)}"
    if form == "json":
        click.echo(json.dumps({"title": title, "proved": proof.proved, **attrs.asdict(proof)}, indent=1))
    else:
        click.echo("\n".join([title, *_lines(proof)]))
    return _exit_code(proof)


def _end_at_once_when_interrupted() -> None:
    """z3 swallows interrupts while it solves; a proof keeps nothing, so the process may simply end (exit code 130)."""
    import z3  # noqa: PLC0415  (as above)

    z3.set_param("ctrl_c", False)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def _every(spec: str, text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text else ()
    if not names:
        return ()
    known_names = known(spec).bounds
    can_be_open = (*(part.count for part in known(spec).parts if part.count), *open_bounds(known(spec)))
    for name in names:
        if name not in known_names:
            raise Problem(f"{spec} has no bound `{name}`", "", f"its bounds: {', '.join(known_names) or 'none'}")
        if name not in can_be_open:
            cause, hint = "its parts are written out one by one", f"open bounds: {', '.join(can_be_open) or 'none'}"
            raise Problem(f"`{name}` cannot be left open", cause, hint)
    return names


def _exit_code(proof: "Proof") -> ExitCode:
    if proof.proved:
        return ExitCode.OK
    return ExitCode.CANNOT_JUDGE if all(gap.undecided for gap in proof.gaps) else ExitCode.VIOLATION


def _bounds(proof: "Proof") -> str:
    given = [f"every {name}" if name in proof.every else f"{name}={value}" for name, value in proof.bounds.items()]
    return " ".join(given) or "no bounds"


def _lines(proof: "Proof") -> Iterator[str]:
    wrong = {f"{gap.goal_rule} {gap.goal}" for gap in proof.gaps}
    for goal in proof.goals:
        if not goal.startswith("range "):
            yield f"{'GAP' if goal in wrong else 'ok':<4} {goal}"
    for gap in proof.gaps:
        yield from _gap_lines(gap)
    verdict = "PROVED" if proof.proved else "NOT PROVED"
    yield f"{verdict} ({proof.spec}): {len(proof.goals)} goals, {proof.queries} queries, {len(proof.gaps)} gaps"
    if proof.gaps:
        yield f"hint: siteproof explore {proof.spec} finds a way to the violation; if there is none, add a lemma"


def _gap_lines(gap: "Gap") -> Iterator[str]:
    yield f"{gap.rule} {gap.action} does not keep {gap.goal_rule} {gap.goal}"
    if gap.undecided:
        yield "      the solver gave up"
    for name, before in gap.before.items():
        after = gap.after[name]
        yield f"      {name:<28} {before}{'' if before == after else f' → {after}'}"
