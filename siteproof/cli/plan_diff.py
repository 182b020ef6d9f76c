"""`siteproof plan diff`: what changes from one plan to another, in files of ours or exports."""

import click

from siteproof.cli.files import read_bytes
from siteproof.cli.json_and_title import emit, identity, title
from siteproof.cli.options import format_option
from siteproof.cli.plan_check import FILE_BYTES_MAX, HINT, plan_in
from siteproof.conformance.render.text import printable
from siteproof.model.advice.recovery_plan.difference import difference
from siteproof.model.nouns.problem import ExitCode


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@format_option("text", "json")
def diff(old: str, new: str, form: str) -> int:
    """Say what changes from plan OLD to plan NEW: machines, order, steps, worst recovery time.

    Both may be files of ours or exports. Exit code 0: they run the same. 1: they do not.
    """
    plans = [plan_in(read_bytes(file, FILE_BYTES_MAX, HINT), file) for file in (old, new)]
    found = difference(*plans)
    if form == "json":
        told = [{"kind": each.kind, "sentence": each.sentence} for each in found]
        emit({**identity("plan diff"), "old": old, "new": new, "changes": told})
    else:
        click.echo(printable(title("plan diff", f"{old} → {new}")))
        for each in found:
            click.echo(printable(f"{each.kind.upper():<8} {each.sentence}"))
        click.echo(f"{len(found)} changes" if found else "SAME: both plans run the same")
    return ExitCode.VIOLATION if found else ExitCode.OK
