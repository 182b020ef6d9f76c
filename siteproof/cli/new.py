"""`siteproof new`: files to begin with; here an adapter in the language of the product.

Rule: nothing that is there is overwritten, and what is printed can be pasted.
"""

import shutil
from pathlib import Path

import click

from siteproof.cli.files import write_files
from siteproof.cli.lazy import LazyGroup
from siteproof.cli.options import format_option
from siteproof.conformance.scaffolds import SCAFFOLDS, Scaffold
from siteproof.model.nouns.problem import Problem

LANGUAGES: dict[str, Scaffold] = {each.language: each for each in SCAFFOLDS}


COMMANDS = {
    "adapter": ("siteproof.cli.new:adapter", "An adapter that runs at once: Python, Go, Node or shell."),
    "policy": ("siteproof.cli.new_templates:policy", "A commented policy file, valid as it stands, on stdout."),
    "spec": ("siteproof.cli.new_spec:spec", "A specification of your own that runs at once, with a mistake to find."),
    "plan": ("siteproof.cli.new_templates:plan", "A commented recovery plan, valid as it stands, on stdout."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def new() -> None:
    """Write files to begin with."""


@click.command("adapter")
@click.option("--lang", type=click.Choice(tuple(LANGUAGES)), default="python", show_default=True, help="Its language.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("my-adapter"), show_default=True, help="Folder.")
@format_option("text")
def adapter(lang: str, out: Path) -> int:
    """Write an adapter that runs at once, and say how to judge it."""
    scaffold = LANGUAGES[lang]
    if (out / scaffold.name).exists():
        raise Problem(f"{out / scaffold.name} is there already", "nothing is overwritten", "name a folder with --out")
    write_files({scaffold.name: scaffold.text()}, out)
    for line in _next(scaffold, out):
        click.echo(line)
    return 0


def _next(scaffold: Scaffold, out: Path) -> list[str]:
    steps = [f"cd {out}", *([scaffold.build] if scaffold.build else [])]
    steps += [f"siteproof doctor {scaffold.target}", f"siteproof conform {scaffold.target} --depth quick"]
    missing = shutil.which(scaffold.program) is None
    return [
        f"wrote {out / scaffold.name}: it holds a small product of its own; put yours in its place",
        *([f"note: {scaffold.program} is not installed here, and this adapter needs it"] if missing else []),
        *(f"next: {step}" for step in steps),
        "then: siteproof adapter guide",
    ]
