"""The theorem registry from the command line: choose, show, compare with what was expected."""

from collections.abc import Iterable
from typing import Any

from siteproof.model.nouns.problem import Problem
from siteproof.model.spec.registry.requirements import near
from siteproof.model.theorems import theorems
from siteproof.model.theorems.theorem import Theorem, TheoremResult

Proved = tuple[Theorem, TheoremResult]


def chosen(name: str | None) -> tuple[Theorem, ...]:
    """All theorems, or the one of that id; Problem with the nearest ids when there is none."""
    known = {each.id: each for each in theorems()}
    if name is None:
        return tuple(known.values())
    if name not in known:
        raise Problem(f"no theorem {name[:40]!r}", "no such id in the registry", near(name, known))
    return (known[name],)


def as_expected(proofs: Iterable[Proved]) -> bool:
    """Whether every theorem is proved and every exhibit refuted."""
    return all(proof.verdict is theorem.expected for theorem, proof in proofs)


def as_lines(proofs: Iterable[Proved]) -> list[str]:
    """One line per theorem; a refuted one shows the values that break it."""
    listed = list(proofs)
    lines = [_line(theorem, proof) for theorem, proof in listed]
    wrong = [theorem.id for theorem, proof in listed if proof.verdict is not theorem.expected]
    total = sum(proof.milliseconds for _, proof in listed)
    verdict = f"not as expected: {', '.join(wrong)}" if wrong else "all as expected"
    return [*lines, f"{len(listed)} theorems, {verdict}, {total:.0f} ms"]


def as_data(proofs: Iterable[Proved]) -> dict[str, Any]:
    """The same as plain data."""
    return {"theorems": [_data(theorem, proof) for theorem, proof in proofs]}


def _line(theorem: Theorem, proof: TheoremResult) -> str:
    exhibit = "" if theorem.holds else " (an exhibit: it has to fail)"
    values = ", ".join(f"{name} {value}" for name, value in proof.counterexample.items())
    broken = f"\n         broken by {values}" if values else ""
    return f"{theorem.id:<8} {proof.verdict.upper():<9}{theorem.sentence}{exhibit}  {proof.milliseconds:.0f} ms{broken}"


def _data(theorem: Theorem, proof: TheoremResult) -> dict[str, Any]:
    return {
        "id": theorem.id,
        "sentence": theorem.sentence,
        "requirements": list(theorem.requirements),
        "source": theorem.source,
        "verdict": proof.verdict,
        "expected": theorem.expected,
        "obligation": proof.obligation or None,
        "counterexample": {name: str(value) for name, value in proof.counterexample.items()},
        "milliseconds": round(proof.milliseconds, 2),
    }
