"""`siteproof policy plan`: the cheapest policy that meets needs.

Rule: its text is a policy file, whatever stands in it; facts are comments.
"""

from typing import Any

import click

from siteproof.cli.json_and_title import emit, identity, title
from siteproof.cli.options import format_option, whole
from siteproof.model.advice.policy import planning
from siteproof.model.nouns.problem import ExitCode


@click.command()
@click.option("--rpo", default="15m", metavar="SPAN", show_default=True, help="recovery point objective")
@click.option(
    "--keep", default="24h", metavar="SPAN", show_default=True, help="the retention is at least this: 0 to 15d"
)
@click.option(
    "--granularity", multiple=True, metavar="SPAN[@AGE]", help="largest gap between points, up to an age (else --keep)"
)
@click.option("--app-rpo", default="0", metavar="SPAN", help="largest age of the newest app-consistent point; 0: none")
@click.option("--latency", default="30m", metavar="SPAN", show_default=True, help="time until a point is usable")
@click.option("--misses", default=0, type=whole(0, 5000), show_default=True, help="tolerated misses in a row")
@format_option("text", "json")
def plan(misses: int, form: str, **needs: Any) -> int:
    """Find the cheapest policy that meets the needs, with the proof that nothing cheaper exists.

    The text is a policy file: siteproof policy plan > policy.toml && siteproof policy check policy.toml
    """
    asked = planning.needs_of(misses=misses, **needs)
    answer = planning.answered(asked)
    if form == "json":
        emit({**identity("policy plan"), **planning.as_data(asked, answer)})
    else:
        head = f"# {title('policy plan', planning.options(asked))}"
        click.echo("\n".join([head, *planning.as_lines(asked, answer)]))
    return ExitCode.OK if planning.found(answer) else ExitCode.VIOLATION
