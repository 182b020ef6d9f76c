"""`siteproof prove` without a specification: every right one, each for every value of the bounds that can be left open.

Rule: one line for each specification, the same every time; what is wrong with one is shown by `siteproof prove SPEC`.
"""

import json
from collections.abc import Callable, Iterator

import attrs
import click

from siteproof import __version__
from siteproof.cli.proof_progress import ProofProgress
from siteproof.cli.proof_text import not_proved_here, title
from siteproof.model.engines.explore.search import Limits
from siteproof.model.engines.prove.independence import check_independent
from siteproof.model.engines.prove.induction import prove
from siteproof.model.engines.prove.open_bounds import open_bounds
from siteproof.model.engines.prove.proof import Proof
from siteproof.model.engines.prove.reality import realities
from siteproof.model.engines.prove.uniform import is_count
from siteproof.model.language.spec import Spec
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.spec.registry.specs import RIGHT


def prove_all(states_max: int, form: str, so_far: ProofProgress) -> ExitCode:
    """Prove all right specifications: exit code 0 when all are proved, 1 when one is broken in reality, else 3.

    `states_max` limits how far the explorer looks for a trace where the induction has a gap; `so_far` is told of every
    query and result.
    """
    head = f"siteproof {__version__} · {title('prove', (), {})} · {len(RIGHT)} specifications"
    if form == "text":
        click.echo(head)
    proofs = []
    for spec in RIGHT.values():
        so_far.begin(f"prove {spec.name}")
        proofs.append(_proof(spec, so_far.query))
        so_far.end("PROVED" if proofs[-1].proved else "NOT PROVED")
        if form == "text":
            click.echo(_line(spec, proofs[-1]))
    if form == "json":
        found = [{"proved": p.proved, **attrs.asdict(p), "not_proved_here": _rest(p)} for p in proofs]
        click.echo(json.dumps({"title": head, "proved": all(p.proved for p in proofs), "proofs": found}, indent=1))
    return _exit_code(proofs, states_max)


def _rest(proof: Proof) -> dict[str, list[str]]:
    return not_proved_here(RIGHT[proof.spec])


def _proof(spec: Spec, tell: Callable[[], None]) -> Proof:
    numbers = (*_independent(spec), *open_bounds(spec))
    for size in _sizes(spec):
        try:
            proof = prove(spec, every=(*numbers, size), tell=tell)
        except Problem:
            continue
        if proof.proved:
            return proof
    return prove(spec, every=numbers, tell=tell)


def _sizes(spec: Spec) -> Iterator[str]:
    """The bounds that say how many variables there are: one of them may be open, where the specification is uniform."""
    counts = {part.count for part in spec.parts}
    return (name for name in spec.bounds if name not in counts and is_count(spec, {}, name))


def _independent(spec: Spec) -> Iterator[str]:
    """The bounds that count components of which none knows of another: a proof for one is a proof for all of them."""
    for count in dict.fromkeys(part.count for part in spec.parts if part.count):
        try:
            check_independent(spec, {}, count)
        except Problem:
            continue
        yield count


def _line(spec: Spec, proof: Proof) -> str:
    bounds = [f"every {name}" if name in proof.every else f"{name}={value}" for name, value in proof.bounds.items()]
    verdict = "PROVED" if proof.proved else "NOT PROVED"
    claims = len({goal.split()[0] for goal in proof.goals if not goal.startswith(("range ", "LEM-"))})
    facts = f"claims {claims}, lemmas {len(spec.lemmas)}, queries {proof.queries}, gaps {len(proof.gaps)}"
    rest = [f"{len(names)} {kind}" for kind, names in not_proved_here(spec).items() if names]
    facts += f", not proved here {' + '.join(rest)}" if rest else ""
    hint = "" if proof.proved else f"; see siteproof prove {spec.name}"
    return f"{verdict:<10} {spec.name:<16} {' '.join(bounds) or 'no bounds'} · {facts}{hint}"


def _exit_code(proofs: list[Proof], states_max: int) -> ExitCode:
    if all(proof.proved for proof in proofs):
        return ExitCode.OK
    found = (each for proof in proofs for each in realities(RIGHT[proof.spec], proof, Limits(states_max)))
    return ExitCode.VIOLATION if any(each.reachable for each in found) else ExitCode.CANNOT_JUDGE
