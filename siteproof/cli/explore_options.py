"""Which options of `siteproof explore` go together; the others are refused, for an option without effect misleads."""

import click
from click.core import ParameterSource

OF_A_SEARCH = {
    "engine": "--engine",
    "first": "--first",
    "symmetry": "--symmetry",
    "target": "--graph",
    "states_max": "--states-max",
    "memory": "--memory",
    "form": "--format",
    "itf_file": "--itf",
}


def refuse_contradictions(context: click.Context) -> None:
    """UsageError when an option has no effect: one of a search beside a page, or of a page beside a search."""
    given = {name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    way = "--web" if "web" in given else "--export" if "page" in given else ""
    if {"web", "page"} <= given:
        raise click.UsageError("--web serves the page and --export writes it: leave one of them out")
    if way:
        for name in sorted(OF_A_SEARCH.keys() & given):
            raise click.UsageError(f"{OF_A_SEARCH[name]} has no effect with {way}: leave one of them out")
    if "port" in given and way != "--web":
        raise click.UsageError("--port has an effect only with --web: add it, or leave --port out")
    if "traces" in given and not way:
        raise click.UsageError("--trace has an effect only with --web or --export: add one, or leave --trace out")
