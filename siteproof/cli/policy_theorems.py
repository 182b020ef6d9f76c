"""`siteproof policy theorems`: the proofs behind the verdicts on policies."""

import click

from siteproof.cli.json_and_title import emit, identity, title
from siteproof.cli.options import format_option
from siteproof.cli.signs_of_life import beating
from siteproof.model.nouns.problem import ExitCode
from siteproof.model.theorems import proving
from siteproof.model.theorems.theorem import Theorem, TheoremResult


@click.command()
@click.argument("theorem", required=False)
@click.option("--smtlib", is_flag=True, help="print the queries of one theorem as SMT-LIB")
@format_option("text", "json")
def theorems(theorem: str | None, smtlib: bool, form: str) -> int:
    """Prove every policy theorem, or the one that is named; exit code 1 when one is not as expected."""
    chosen = proving.chosen(theorem)
    if smtlib:
        click.echo("\n".join(each.smtlib() for each in chosen))
        return ExitCode.OK
    proofs: list[tuple[Theorem, TheoremResult]] = []
    with beating(lambda seconds: f"{len(proofs)} of {len(chosen)} theorems tried in {seconds:.0f} s"):
        proofs.extend((each, each.prove()) for each in chosen)
    if form == "json":
        emit({**identity("policy theorems"), **proving.as_data(proofs)})
    else:
        click.echo("\n".join([title("policy theorems", theorem or "all"), *proving.as_lines(proofs)]))
    return ExitCode.OK if proving.as_expected(proofs) else ExitCode.VIOLATION
