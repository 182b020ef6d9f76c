"""The guides and examples that travel with the program, so that they can be printed where there is no checkout.

Rule: what a command tells a user to read stands here or on the command line, never at a path of the checkout alone.
"""

from collections.abc import Callable
from importlib.resources import files
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])
ADAPTERS = "adapters.md"
AUDIT = "audit.md"
HISTORIES = "histories.md"
MUTANTS = "mutants.md"
POLICY_EXAMPLE = "examples/policy.toml"
PLAN_EXAMPLE = "examples/plan.toml"
APPENDICES = ("sources.md", "domain.md", "formats.md", "disputes.md")
"""What the book quotes and does not contain: it stands behind it where it is read as a whole."""
SHIPPED = (*APPENDICES, ADAPTERS, AUDIT, HISTORIES, MUTANTS, POLICY_EXAMPLE, PLAN_EXAMPLE)


def guide(name: str) -> str:
    """The text of one of SHIPPED."""
    assert name in SHIPPED, f"{name} does not travel with the program"
    return files("siteproof").joinpath("docs", name).read_text(encoding="utf-8")


def guide_option(name: str) -> Callable[[F], F]:
    """`--guide`: the guide is printed, and the command does nothing else."""

    def show(context: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted:
            click.echo(guide(name), nl=False)
            context.exit()

    text = "Print the guide and do nothing else."
    return click.option("--guide", is_flag=True, is_eager=True, expose_value=False, callback=show, help=text)
