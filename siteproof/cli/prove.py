"""`siteproof prove`: the claims of a specification by induction, in a bounded number of steps, or on mutants of it.

Nothing is printed that depends on the clock, except one line of `--mutants` on standard error: the same specification,
bounds and seed give the same output.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import attrs
import click

from siteproof import __version__
from siteproof.cli.bounds import bound_options, given
from siteproof.cli.interrupts import interruptible
from siteproof.cli.options import format_option, whole
from siteproof.cli.proof_progress import ProofProgress
from siteproof.cli.proof_text import (
    agreement_lines,
    bounded_lines,
    contradicted,
    not_proved_here,
    not_proved_line,
    opinion_lines,
    proof_lines,
    title,
)
from siteproof.cli.prove_all import prove_all
from siteproof.cli.prove_options import left_open, refuse_contradictions
from siteproof.cli.signs_of_life import beating
from siteproof.cli.specs import spec_argument, spec_named
from siteproof.cli.traces import itf_option, write_nearest
from siteproof.model.engines.explore.search import Limits
from siteproof.model.engines.prove.agreement import agreement
from siteproof.model.engines.prove.bounded import Bounded, bounded
from siteproof.model.engines.prove.induction import prove as attempt
from siteproof.model.engines.prove.interference import second_opinion
from siteproof.model.engines.prove.proof import Proof
from siteproof.model.engines.prove.reality import Reality, realities
from siteproof.model.language.spec import Spec
from siteproof.model.language.text import value_text
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.spec.registry.specs import RIGHT

MUTANT_BOUNDS: dict[str, dict[str, int]] = {
    "replication": {"points": 1},
    "appliance": {"parts": 1},
    "retention": {"instants": 6, "retention": 4},
}
"""Smaller than the default ones, where a mutant would take seconds to be explored."""


@click.command()
@spec_argument(None)
@bound_options
@click.option("--for-all", "--every", "every", metavar="BOUNDS", help="for every value, e.g. machines,versions")
@click.option("--bmc", "steps", type=whole(0), metavar="K", help="search the first K steps instead")
@click.option("--witnesses", is_flag=True, help="with --bmc: also what has to be possible")
@click.option("--second-opinion", is_flag=True, help="also one component alone, under interference, without lemmas")
@click.option("--mutants", type=whole(1), metavar="N", help="do all of them agree on N wrong edits")
@click.option("--seed", type=whole(), default=1, show_default=True, help="with --mutants: which edits")
@click.option("--states-max", type=whole(1), default=200_000, show_default=True, help="for traces")
@itf_option
@format_option("text", "json")
@click.pass_context
def prove(
    context: click.Context,
    /,
    spec: str | None,
    every: str | None,
    steps: int | None,
    mutants: int | None,
    seed: int,
    states_max: int,
    form: str,
    *,
    itf_file: Path | None,
    witnesses: bool,
    second_opinion: bool,
    **bounds: object,
) -> int:
    """Prove the claims of SPEC by induction (`all`: of every right one, in full).

    Without SPEC and options every right one gets one line; with options and without SPEC, replication is meant.

    A gap is shown with its action, its goal and the two states, and the explorer says which it is: the shortest real
    trace to the violation, or that none is reachable and a lemma is missing. With --bmc the solver searches the first K
    steps; with --mutants prover, explorer and bounded search judge single edits of SPEC (default: of every right one).

    Exit code 0 when proved, 1 when a claim is broken, 2 on wrong usage, 3 when it cannot be decided; 130 when it is
    interrupted, and then it tells what was proved until then.
    """
    sizes, so_far = given(bounds), ProofProgress()
    refuse_contradictions(context, sizes)
    names = list(RIGHT) if spec == "all" else [spec or "replication"]
    try:
        with interruptible(), beating(so_far.under_way):
            if mutants is not None:
                return _mutants(spec, sizes, mutants, seed, so_far)
            if not any((spec, every, steps is not None, second_opinion, sizes, itf_file)):
                return prove_all(states_max, form, so_far)
            if steps is not None:
                search = _Search(sizes, steps, form, so_far, witnesses, itf_file)
                return _worst(_bmc(spec_named(name), search) for name in names)
            asked = _Asked(sizes, every, states_max, form, second_opinion, so_far, itf_file)
            return _worst(_prove(name, asked) for name in names)
    except KeyboardInterrupt:
        click.echo(so_far.line(), err=True)
        return ExitCode.INTERRUPTED


@attrs.frozen
class _Asked:
    """What the options of an induction ask for."""

    bounds: dict[str, int]
    every: str | None
    states_max: int
    form: str
    opinion: bool
    so_far: ProofProgress
    itf_file: Path | None


@attrs.frozen
class _Search:
    """What the options of a bounded search ask for."""

    bounds: dict[str, int]
    steps: int
    form: str
    so_far: ProofProgress
    witnesses: bool
    itf_file: Path | None


def _prove(name: str, asked: _Asked) -> int:
    spec = spec_named(name)
    asked.so_far.begin(f"prove {spec.name}")
    proof = attempt(spec, asked.bounds, left_open(spec, asked.every), asked.so_far.query)
    head = f"siteproof {__version__} · {title(f'prove {spec.name}', proof.every, proof.bounds)}"
    found = realities(spec, proof, Limits(asked.states_max))
    said = second_opinion(spec, asked.bounds) if asked.opinion else None
    rest = not_proved_here(spec)
    if asked.form == "json":
        facts = {
            "not_proved_here": rest,
            "realities": [attrs.asdict(each) for each in found],
            "second_opinion": said and attrs.asdict(said),
        }
        click.echo(json.dumps({"title": head, "proved": proof.proved, **attrs.asdict(proof), **facts}, indent=1))
    else:
        initial = {v.name: value_text(v.initial) for v in spec.system(proof.bounds).variables}
        more = opinion_lines(said, proof, found) if said is not None else ()
        click.echo("\n".join([head, *proof_lines(proof, found, initial, not_proved_line(name, rest)), *more]))
    asked.so_far.end("PROVED" if proof.proved else "NOT PROVED")
    if asked.itf_file is not None:
        write_nearest(asked.itf_file, spec, found, proof.bounds)
    if said is not None and contradicted(said, found):
        return ExitCode.VIOLATION
    return _exit_code(proof, found)


def _bmc(spec: Spec, asked: _Search) -> int:
    asked.so_far.begin(f"prove {spec.name} --bmc {asked.steps}")
    found = bounded(spec, asked.steps, asked.bounds, witnesses=asked.witnesses, tell=asked.so_far.depth)
    head = f"siteproof {__version__} · {title(f'prove {spec.name} --bmc {asked.steps}', (), found.bounds)}"
    if asked.form == "json":
        click.echo(json.dumps({"title": head, **attrs.asdict(found)}, indent=1, default=str))
    else:
        click.echo("\n".join([head, *bounded_lines(found)]))
    asked.so_far.end("a violation" if found.violation is not None else f"no violation within {found.depth} steps")
    if asked.itf_file is not None:
        write_nearest(asked.itf_file, spec, [found.violation] if found.violation else (), found.bounds)
    return _bounded_code(found)


def _bounded_code(found: Bounded) -> int:
    if found.violation is not None:
        return ExitCode.VIOLATION
    return ExitCode.CANNOT_JUDGE if found.undecided else ExitCode.OK


def _mutants(spec: str | None, bounds: dict[str, int], count: int, seed: int, so_far: ProofProgress) -> int:
    """Spread the mutants over the specifications, and print what everybody says of them."""
    specs = list(RIGHT.values()) if spec in {None, "all"} else [spec_named(str(spec))]
    what = f"prove {spec or 'all'} --mutants {count}"
    click.echo(f"siteproof {__version__} · {title(what, (), bounds, str(seed))}")
    rows = []
    for number, each in enumerate(specs):
        share = count // len(specs) + (number < count % len(specs))
        sizes = {**MUTANT_BOUNDS.get(each.name, {}), **bounds}
        if share:
            so_far.begin(f"mutants of {each.name}")
            rows.append(agreement(each, sizes, share, seed, time.perf_counter, so_far.judged))
            so_far.end(f"{len(rows[-1].judged)} judged, {len(rows[-1].contradictions)} contradictions")
    click.echo("\n".join(agreement_lines(rows)))
    times = [each.milliseconds for row in rows for each in row.broken]
    click.echo(
        f"median time of a refutation: {median(times or [0.0]):.0f} ms", err=True
    )  # standard output has no times
    wrong = any(row.contradictions or row.refuted < len(row.broken) for row in rows)
    return ExitCode.VIOLATION if wrong else ExitCode.OK


def _exit_code(proof: Proof, found: tuple[Reality, ...]) -> ExitCode:
    """1 only for what is broken in reality; a proof that lacks a lemma is not a violation."""
    if proof.proved:
        return ExitCode.OK
    return ExitCode.VIOLATION if any(each.reachable for each in found) else ExitCode.CANNOT_JUDGE


def _worst(codes: Iterator[int]) -> int:
    """A violation outweighs what could not be decided."""
    every = list(codes)
    return ExitCode.VIOLATION if ExitCode.VIOLATION in every else max(every)
