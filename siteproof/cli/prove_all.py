"""`siteproof prove` without a specification: every right one, each for every value of the bounds that can be left open.

Rule: one line for each specification, the same every time; what is wrong with one is shown by `siteproof prove SPEC`.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs
import click

from siteproof import __version__
from siteproof.model.language.spec import Spec
from siteproof.model.nouns.problem import ExitCode, Problem
from siteproof.model.open_bounds import open_bounds
from siteproof.model.specs import RIGHT

if TYPE_CHECKING:
    from siteproof.model.prove.induction import Proof


def prove_all(form: str) -> ExitCode:
    """Prove all right specifications; exit code 0 when all are proved, 1 when one has a gap, 3 when only undecided."""
    title = f"siteproof {__version__} · prove · seed none (exhaustive) · {len(RIGHT)} specifications"
    if form == "text":
        click.echo(title)
    proofs = []
    for spec in RIGHT.values():
        proofs.append(_proof(spec))
        if form == "text":
            click.echo(_line(spec, proofs[-1]))
    if form == "json":
        found = [{"proved": proof.proved, **attrs.asdict(proof)} for proof in proofs]
        click.echo(json.dumps({"title": title, "proved": all(p.proved for p in proofs), "proofs": found}, indent=1))
    return _exit_code(proofs)


def _proof(spec: Spec) -> "Proof":
    from siteproof.model.prove.induction import prove  # noqa: PLC0415  (z3 only when it proves)

    return prove(spec, every=(*_independent(spec), *open_bounds(spec)))


def _independent(spec: Spec) -> Iterator[str]:
    """The bounds that count components of which none knows of another: a proof for one is a proof for all of them."""
    from siteproof.model.prove.independence import check_independent  # noqa: PLC0415  (it brings z3, as above)

    for count in dict.fromkeys(part.count for part in spec.parts if part.count):
        try:
            check_independent(spec, {}, count)
        except Problem:
            continue
        yield count


def _line(spec: Spec, proof: "Proof") -> str:
    bounds = [f"every {name}" if name in proof.every else f"{name}={value}" for name, value in proof.bounds.items()]
    verdict = "PROVED" if proof.proved else "NOT PROVED"
    claims = len({goal.split()[0] for goal in proof.goals if not goal.startswith(("range ", "LEM-"))})
    facts = f"claims {claims}, lemmas {len(spec.lemmas)}, queries {proof.queries}, gaps {len(proof.gaps)}"
    hint = "" if proof.proved else f"; see siteproof prove {spec.name}"
    return f"{verdict:<10} {spec.name:<16} {' '.join(bounds) or 'no bounds'} · {facts}{hint}"


def _exit_code(proofs: "list[Proof]") -> ExitCode:
    gaps = [gap for proof in proofs for gap in proof.gaps]
    if not gaps:
        return ExitCode.OK
    return ExitCode.CANNOT_JUDGE if all(gap.undecided for gap in gaps) else ExitCode.VIOLATION
